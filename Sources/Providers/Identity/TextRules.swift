internal import Base

/// What names may be made of.
enum TextRules {
  static let mostBytes = 256

  /// What is wrong with a name that people are shown, or nil.
  static func fault(of text: String, field: String) -> IdentityError.Fault? {
    do throws(Name.Fault) {
      if try Name.read(text).utf8.count <= mostBytes { return nil }
    } catch {
      return IdentityError.Fault(
        field: field, code: "text", message: "the \(field) \(error.detail)")
    }
    return IdentityError.Fault(
      field: field, code: "text", message: "the \(field) has more than \(mostBytes) bytes")
  }
}
