import CivilTime
import Formats
import JSON
import Quests

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

  /// What of it breaks the ledger's limits, with the fields that say so.
  ///
  /// The ledger itself decides, and may have taken the same before: this only finds the places.
  func faults(limits: LedgerLimits, at now: Instant) -> [(field: String, detail: String)]
}

/// What bodies are held against.
struct BodyRules: Sendable {
  let schemas: NamedSchemas
  let zones: ZoneCatalog
  let limits: LedgerLimits
}

extension BodyContent {
  func faults(limits: LedgerLimits, at now: Instant) -> [(field: String, detail: String)] { [] }

  static var itemsField: String? { nil }
  static var takesForm: Bool { false }

  static var schema: Schema {
    var fields = BodyFields()
    _ = Self(&fields)
    return .object(fields.properties)
  }

  /// - Parameters:
  ///   - schema: what is asked of the JSON.
  ///   - pointer: where it stands in the body.
  /// - Throws: `invalid` with all that is wrong: with the JSON, with fields that do not go together,
  ///   and with those that break a limit.
  static func read(
    _ node: JSONNode, as schema: Schema = Self.schema, at pointer: String = "",
    by rules: BodyRules, now: Instant
  ) throws(Problem) -> Self {
    var checking = SchemaChecking(rules.schemas, zones: rules.zones)
    checking.check(node, schema, at: pointer)
    var found = FaultList(checking.faults)
    var fields = BodyFields(reading: node, at: pointer)
    let content = Self(&fields)
    found.add(fields.faults)
    if found.all.isEmpty { return content }
    if node.object != nil {
      found.add(
        content.faults(limits: rules.limits, at: now).map { ("\(pointer)/\($0.field)", $0.detail) })
    }
    let count = found.all.count
    throw Problem(
      .invalid,
      count == 1 ? "1 field is not as it should be" : "\(count) fields are not as they should be",
      faults: found.all.map { Problem.Fault(.body(pointer: $0.pointer), $0.detail) })
  }
}

extension BodyContent {
  /// Reads what is a part of another body, whose schema has judged it.
  ///
  /// - Throws: the first of the fields that do not go together.
  static func part(_ node: JSONNode) throws(BodyFault) -> Self {
    var fields = BodyFields(reading: node, at: "")
    let content = Self(&fields)
    guard let first = fields.faults.first else { return content }
    var fault = BodyFault(first.detail)
    fault.pointer = first.pointer
    throw fault
  }
}

/// The faults of a body, each place once: what is said of a value first is not said of what is within
/// it or around it again.
private struct FaultList {
  private(set) var all: [(pointer: String, detail: String)]

  init(_ first: [(pointer: String, detail: String)]) { all = first }

  mutating func add(_ further: [(pointer: String, detail: String)]) {
    let before = all.map(\.pointer)
    for fault in further where all.count < SchemaChecking.mostFaults {
      let isKnown = before.contains {
        $0 == fault.pointer || $0.hasPrefix(fault.pointer + "/")
          || fault.pointer.hasPrefix($0 + "/")
      }
      if !isKnown { all.append(fault) }
    }
  }
}

/// Goes through the fields of a body: once to describe them, then to read them from each that comes.
struct BodyFields {
  /// Nil where they are described.
  private let node: JSONNode?
  private let pointer: String
  private(set) var properties: [Schema.Property] = []
  private(set) var faults: [(pointer: String, detail: String)] = []

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

  /// A field for which null is the same as leaving it out: it stands for nothing that could be taken
  /// away.
  mutating func unlessNull<Value>(
    _ name: String, _ form: BodyForm<Value>, _ note: String = ""
  ) -> Value? {
    optional(name, BodyForm<Value?>.nullable(form), note) ?? nil
  }

  /// Whether a field is there, be its value good or not; one that is null is not.
  func has(_ name: String) -> Bool { node?[name].map { !$0.isNull } ?? false }

  /// Notes that a field does not go together with the others.
  mutating func refuse(_ name: String, _ detail: String) {
    if node != nil { faults.append(("\(pointer)/\(name)", detail)) }
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
      faults.append(("\(pointer)/\(property.name)\(error.pointer)", error.detail))
      return nil
    }
  }
}
