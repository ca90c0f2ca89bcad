/// An import in a source text.
struct Import: Equatable {
  var access: String?
  var module: String

  /// The imports of a text, whatever stands before the word.
  static func all(in text: String) -> [Import] {
    text.split(whereSeparator: { $0.isNewline || $0 == ";" }).compactMap { line in
      var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })[...]
      var access: String?
      while let word = words.first, word != "import" {
        if word.hasPrefix("@") {
          words = words.dropFirst()
        } else if ["public", "package", "internal", "fileprivate", "private"].contains(word) {
          access = String(word)
          words = words.dropFirst()
        } else {
          return nil
        }
      }
      words = words.dropFirst()
      let kinds = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
      if words.count > 1, let kind = words.first, kinds.contains(String(kind)) {
        words = words.dropFirst()
      }
      guard let name = words.first?.split(whereSeparator: { $0 == "." }).first else {
        return nil
      }
      return Import(access: access, module: String(name))
    }
  }
}
