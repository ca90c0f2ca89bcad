import Base
import CivilTime
import Formats
import Geodesy
import JSON
import Quests

/// How a value stands in a body: its description, and its reading from JSON that fits it.
struct BodyForm<Value: Sendable>: Sendable {
  let schema: Schema
  /// Stands for the value where bodies are described, and where one cannot be read.
  let example: Value
  let read: @Sendable (JSONNode) throws(BodyFault) -> Value

  /// A value that the schema alone judges.
  private init(_ schema: Schema, example: Value, _ read: @escaping @Sendable (JSONNode) -> Value?) {
    self.init(schema: schema, example: example) { node throws(BodyFault) in
      guard let value = read(node) else { throw BodyFault("is not what it should be") }
      return value
    }
  }

  init(
    schema: Schema, example: Value,
    read: @escaping @Sendable (JSONNode) throws(BodyFault) -> Value
  ) {
    self.schema = schema
    self.example = example
    self.read = read
  }
}

/// What is wrong with a value that fits its schema.
struct BodyFault: Error, Hashable, Sendable {
  /// Into the value (RFC 6901).
  var pointer = ""
  let detail: String

  init(_ detail: String) { self.detail = detail }
}

// MARK: Single values

extension BodyForm where Value == String {
  static func text(_ length: ClosedRange<Int> = 0...4_096) -> Self {
    Self(.text(length), example: "") { $0.string }
  }
  /// What something is called.
  static let name = Self(schema: .text(1...200), example: "") { node throws(BodyFault) in
    do throws(Name.Fault) { return try Name.read(node.string ?? "") } catch {
      throw BodyFault(error.detail)
    }
  }
  static let email = Self(.email, example: "") { $0.string }
  /// An IANA zone that the system knows.
  static let zone = Self(.zone, example: "") { $0.string }
  /// The zone of a walk.
  static let walkZone = Self(.walkZone, example: "") { $0.string }
}

extension BodyForm where Value == Bool {
  static let boolean = Self(.boolean, example: false) { $0.bool }
}

extension BodyForm where Value: FixedWidthInteger {
  static func integer(_ range: ClosedRange<Int64>) -> Self {
    Self(.integer(range), example: 0) { $0.int64.flatMap { Value(exactly: $0) } }
  }
  static var count: Self { integer(0...Int64.max) }
}

extension BodyForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of some words.
  static func words(_ choices: [Value] = Array(Value.allCases)) -> Self {
    Self(.words(choices.map(\.rawValue)), example: choices[0]) {
      $0.string.flatMap { Value(rawValue: $0) }
    }
  }
}

extension BodyForm {
  static func id<Subject>() -> Self where Value == Identifier<Subject> {
    Self(.uuid, example: Identifier(high: 0, low: 0)) { $0.string.flatMap { Identifier($0) } }
  }
}

extension BodyForm where Value == Instant {
  static let instant = Self(.instant, example: Instant(microseconds: 0)) {
    $0.string.flatMap { Instant(rfc3339: $0) }
  }
}

extension BodyForm where Value == WrittenInstant {
  /// A moment with the offset that it is written with.
  static let writtenInstant = Self(
    .instant, example: WrittenInstant(Instant(microseconds: 0))
  ) { $0.string.flatMap { WrittenInstant(rfc3339: $0) } }
}

extension BodyForm where Value == Distance {
  /// A text with a unit.
  static let distance = Self(.distance, example: .zero) { $0.string.flatMap { try? Distance($0) } }

  /// A number of metres, kept to the micrometre as it is written, through no `Double`.
  static func meters(_ range: ClosedRange<Double>) -> Self {
    Self(schema: .number(range), example: .zero) { node throws(BodyFault) in
      guard let distance = node.distance(in: .meters) else {
        throw BodyFault("is more than a distance holds")
      }
      return distance
    }
  }

  /// Either of the two, no less than 0.
  static func distanceOrMeters(_ range: ClosedRange<Double>) -> Self {
    let (text, number) = (distance, meters(range))
    return Self(schema: .either([text.schema, number.schema]), example: .zero) {
      node throws(BodyFault) in
      let distance = try (node.string == nil ? number : text).read(node)
      guard distance >= .zero else {
        throw BodyFault("“\(node.string ?? "")” is negative; distances count from the start")
      }
      return distance
    }
  }
}

// MARK: Values made of others

extension BodyForm {
  /// Null, or a value.
  static func nullable<Some>(_ form: BodyForm<Some>) -> Self where Value == Some? {
    Self(schema: .nullable(form.schema), example: nil) { node throws(BodyFault) in
      node.isNull ? nil : try form.read(node)
    }
  }

  static func list<Item>(of form: BodyForm<Item>, count: ClosedRange<Int>) -> Self
  where Value == [Item] {
    Self(schema: .array(form.schema, count: count), example: []) { node throws(BodyFault) in
      var items: [Item] = []
      for (index, node) in (node.array ?? []).enumerated() {
        do throws(BodyFault) { items.append(try form.read(node)) } catch {
          var fault = error
          fault.pointer = "/\(index)" + fault.pointer
          throw fault
        }
      }
      return items
    }
  }
}

extension BodyForm where Value == JSONNode {
  /// What is described by a schema, for whoever takes it to check.
  static func unchecked(as schema: Schema) -> Self {
    Self(.unchecked(schema), example: .null) { $0 }
  }
}
