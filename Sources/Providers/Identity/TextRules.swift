/// What names may be made of.
enum TextRules {
  static let mostBytes = 256

  /// What is wrong with a name that people are shown, or nil.
  static func fault(of text: String, field: String) -> IdentityError.Fault? {
    let isShown =
      text.unicodeScalars.contains { !$0.properties.isWhitespace }
      && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard isShown, text.utf8.count <= mostBytes else {
      return IdentityError.Fault(
        field: field, code: "text",
        message: "the \(field) must be one line of 1 to \(mostBytes) bytes")
    }
    return nil
  }
}
