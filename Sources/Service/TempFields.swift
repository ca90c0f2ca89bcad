import Formats
import Quests

struct FieldSelection {
  init(parsing: String) throws {}
  func apply(to v: JSONValue) throws -> JSONValue { v }
}
struct FieldSelectionError: Error { let message: String }
struct Cursor {
  let text: String
  static func id<S>(_ id: Identifier<S>) -> Cursor { Cursor(text: id.description) }
}
extension Call {
  func cursor<S>(of: Identifier<S>.Type) throws -> Identifier<S>? {
    query["cursor"].flatMap { Identifier<S>($0) }
  }
}
