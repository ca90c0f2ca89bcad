extension CoordinateTape {
  /// Whether the arrays nest as a type of geometry asks; notes what does not.
  func nests(as type: GeoJSONType, depth due: Int, _ diagnostics: inout DiagnosticList) -> Bool {
    guard depth == 0 || depth == due else {
      if !isFaulty {
        let relation = depth < due ? "too shallow" : "too deep"
        diagnostics.note(
          .coordinatesDepth, .error,
          "the positions of a \(type.rawValue) are nested \(due) deep; these are \(depth) deep, "
            + relation, at: Int(offsets.first ?? UInt32(offset)), pointer: firstPath.pointer)
      }
      return false
    }
    return !isFaulty && emptiesAreSound(in: type, depth: due, &diagnostics)
  }

  /// Reports what arrays without anything in them mean; false where they make the geometry faulty.
  private func emptiesAreSound(
    in type: GeoJSONType, depth due: Int, _ diagnostics: inout DiagnosticList
  ) -> Bool {
    for (level, empty) in empties.sorted(by: { $0.key < $1.key }) {
      if level == 1 || (level < due && type == .multiLineString) {
        let what = level == 1 ? "a \(type.rawValue)" : "a line"
        diagnostics.note(
          .emptyPart, .info, "\(what) without positions is left out", at: empty.offset,
          pointer: empty.pointer,
          remedy: level == 1 ? [] : [.removeMember(atOffset: empty.offset)])
      } else if level == due {
        diagnostics.note(
          .positionTooShort, .error,
          "a position needs a longitude and a latitude; this one is empty", at: empty.offset,
          pointer: empty.pointer)
        return false
      } else if level > due {
        diagnostics.note(
          .coordinatesDepth, .error,
          "the positions of a \(type.rawValue) are nested \(due) deep; this array is \(level)",
          at: empty.offset, pointer: empty.pointer)
        return false
      }
    }
    return true
  }
}
