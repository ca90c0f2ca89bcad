extension GeoJSONPositions {
  /// Notes what is wrong with the rings of an area, which is not walked.
  mutating func checkRings(
    _ tape: CoordinateTape, _ type: GeoJSONType, _ place: GeoJSONPath,
    _ diagnostics: inout DiagnosticList
  ) {
    var group = -1
    for run in tape.runs.indices {
      let range = tape.run(run)
      let isOuter = type == .polygon ? run == 0 : tape.groups[run] != group
      group = tape.groups[run]
      let index = tape.runs[run].index
      let path = (type == .polygon ? place : place.item(group)).item(index)
      for i in range {
        _ = coordinate(tape, i, path.item(i - range.lowerBound).pointer, &diagnostics)
      }
      let faults = tape.ringFaults(range)
      for fault in faults {
        diagnostics.note(
          .ringOpen, .error, fault, at: tape.runs[run].bracket, pointer: path.pointer)
      }
      if !faults.isEmpty { continue }
      let area = tape.signedArea(range)
      if area != 0, (area > 0) != isOuter {
        diagnostics.note(
          .ringWinding, .info,
          "an outer ring runs counterclockwise and a hole clockwise (RFC 7946 section 3.1.6)",
          at: tape.runs[run].bracket, pointer: path.pointer)
      }
    }
  }
}

extension CoordinateTape {
  private func position(_ i: Int) -> (Double, Double) { (values[3 * i], values[3 * i + 1]) }

  /// Why positions do not close to a ring. Its ends are one position, height included.
  fileprivate func ringFaults(_ ring: Range<Int>) -> [String] {
    var faults: [String] = []
    if ring.count < 4 {
      faults.append("a ring needs four positions or more; this one has \(ring.count)")
    }
    guard ring.count > 1 else { return faults }
    let (first, last) = (ring.lowerBound, ring.upperBound - 1)
    let heights = (values[3 * first + 2], values[3 * last + 2])
    if position(first) != position(last) {
      faults.append("a ring must end where it begins")
    } else if heights.0 != heights.1, !(heights.0.isNaN && heights.1.isNaN) {
      faults.append("a ring must end where it begins, and its ends differ in height")
    }
    return faults
  }

  /// Twice the area of a ring in square degrees, positive where it runs counterclockwise.
  fileprivate func signedArea(_ ring: Range<Int>) -> Double {
    var area = 0.0
    for i in ring.lowerBound..<ring.upperBound - 1 {
      area += position(i).0 * position(i + 1).1 - position(i + 1).0 * position(i).1
    }
    return area
  }
}
