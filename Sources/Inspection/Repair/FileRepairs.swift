internal import Formats

/// What mends the faults that readers notice, where something does.
enum FileRepairs {
  /// The kind of repair of each code that has one.
  static let kinds: [Diagnostic.Code: RepairKind] = [
    .emptyPart: .safe, .longitudeWrapped: .safe, .crsLegacy: .safe, .byteOrderMark: .safe,
    .bboxWrong: .safe, .boundsWrong: .safe, .antimeridianUncut: .safe, .elevationSyntax: .safe,
    .schemaOrder: .safe, .attributeMissing: .safe, .timeSyntax: .unsafe,
  ]

  static func fix(for diagnostic: Diagnostic, in document: RouteDocument) -> Fix? {
    guard let offset = diagnostic.offset, let kind = kinds[diagnostic.code] else { return nil }
    func fix(_ title: String, _ edits: [RouteEdit]) -> Fix? {
      edits.isEmpty ? nil : Fix(title, isSafe: kind == .safe, edits)
    }
    switch diagnostic.code {
    case .crsLegacy:
      // One that is another system has ruled the coordinates.
      return diagnostic.severity == .info
        ? fix("remove the member", [.removeMember(atOffset: offset)]) : nil
    case .bboxWrong: return fix("remove the bbox", [.removeMember(atOffset: offset)])
    case .boundsWrong: return fix("remove the bounds", [.removeElement(atOffset: offset)])
    case .elevationSyntax:
      return fix("remove the elevation", [.removeElement(atOffset: offset)])
    case .timeSyntax: return fix("remove the time", [.removeElement(atOffset: offset)])
    default: return nil
    }
  }
}
