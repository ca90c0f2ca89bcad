import CivilTime
import Formats
import JSON

/// What a JSON body says, as a value. Its initialiser names each field once: the description, the
/// check and the reading are all made from that.
protocol BodyContent: Sendable {
  /// What the API's description calls it.
  static var schemaName: String { get }
  static var schemaNote: String { get }
  /// The field whose items are each read alone, so that one which is no JSON stops no other.
  static var itemsField: String? { get }
  /// Whether a form may be sent in place of JSON; its fields are texts.
  static var takesForm: Bool { get }
  /// What is asked of the JSON; that of the fields where nothing else is said.
  static var schema: Schema { get }

  init(_ fields: inout BodyFields)
}

extension BodyContent {
  static var itemsField: String? { nil }
  static var takesForm: Bool { false }

  static var schema: Schema {
    var fields = BodyFields()
    _ = Self(&fields)
    return .object(fields.properties)
  }

  /// - Parameters:
  ///   - node: what fits the schema.
  ///   - pointer: where it stands in the body.
  /// - Throws: `invalid` where its fields do not go together.
  static func read(_ node: JSONNode, at pointer: String = "") throws(Problem) -> Self {
    var fields = BodyFields(reading: node, at: pointer)
    let content = Self(&fields)
    if fields.faults.isEmpty { return content }
    throw Problem(.invalid, "the body is not what it should be", faults: fields.faults)
  }
}

/// Goes through the fields of a body: once to describe them, then to read them from each that comes.
struct BodyFields {
  /// Nil where they are described.
  private let node: JSONNode?
  private let pointer: String
  private(set) var properties: [Schema.Property] = []
  private(set) var faults: [Problem.Fault] = []

  /// To describe them.
  fileprivate init() {
    node = nil
    pointer = ""
  }

  fileprivate init(reading node: JSONNode, at pointer: String) {
    self.node = node
    self.pointer = pointer
  }

  mutating func required<Value>(
    _ name: String, _ form: BodyForm<Value>, _ note: String = ""
  ) -> Value {
    value(.init(name, form.schema, note), form) ?? form.example
  }

  /// - Returns: nil where the field is left out.
  mutating func optional<Value>(
    _ name: String, _ form: BodyForm<Value>, _ note: String = ""
  ) -> Value? {
    value(.optional(name, form.schema, note), form)
  }

  /// Whether a field is there, be its value good or not.
  func has(_ name: String) -> Bool { node?[name] != nil }

  /// Notes that a field does not go together with the others.
  mutating func refuse(_ name: String, _ detail: String) {
    if node != nil { faults.append(.init(.body(pointer: "\(pointer)/\(name)"), detail)) }
  }

  private mutating func value<Value>(
    _ property: Schema.Property, _ form: BodyForm<Value>
  ) -> Value? {
    guard let node else {
      properties.append(property)
      return nil
    }
    guard let member = node[property.name] else { return nil }
    do throws(BodyFault) { return try form.read(member) } catch {
      faults.append(
        .init(.body(pointer: "\(pointer)/\(property.name)\(error.pointer)"), error.detail))
      return nil
    }
  }
}
