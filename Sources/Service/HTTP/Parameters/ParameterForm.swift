import Base
import CivilTime
import Geodesy
import Quests
import Routes

/// How the text of a parameter is written: its description, and its reading and check in one.
struct ParameterForm<Value: Sendable>: Sendable {
  let schema: Schema
  /// Whether commas part several values.
  var isList = false
  let read: @Sendable (String) throws(ParameterFault) -> Value
}

// MARK: Numbers and words

extension ParameterForm where Value == Int {
  static func integer(_ range: ClosedRange<Int64>) -> Self {
    Self(schema: .integer(range)) { text throws(ParameterFault) in
      guard let value = Int64(text), text.first != "+" else {
        throw ParameterFault("“\(text.prefix(50))” is no whole number")
      }
      guard range.contains(value) else {
        throw ParameterFault("\(value) is outside \(range.lowerBound)…\(range.upperBound)")
      }
      return Int(value)
    }
  }
}

extension ParameterForm where Value == Double {
  static func number(_ range: ClosedRange<Double>) -> Self {
    Self(schema: .number(range)) { text throws(ParameterFault) in
      guard let value = TypedNumber.read(text) else {
        throw ParameterFault("“\(text.prefix(50))” is not a number")
      }
      guard range.contains(value) else {
        throw ParameterFault("\(value) is outside \(range.lowerBound)…\(range.upperBound)")
      }
      return value
    }
  }
}

extension ParameterForm where Value == Bool {
  static let boolean = Self(schema: .boolean) { text throws(ParameterFault) in
    switch text {
    case "true": return true
    case "false": return false
    default: throw ParameterFault("“\(text.prefix(50))” is neither true nor false")
    }
  }
}

extension ParameterForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of some words.
  static func words(_ choices: [Value] = Array(Value.allCases)) -> Self {
    let words = choices.map(\.rawValue)
    return Self(schema: .words(words)) { text throws(ParameterFault) in
      guard words.contains(text), let value = Value(rawValue: text) else {
        throw ParameterFault("“\(text.prefix(50))” is none of \(words.joined(separator: ", "))")
      }
      return value
    }
  }
}

// MARK: Texts

extension ParameterForm {
  /// A text of a form that a value is read from.
  fileprivate static func text(
    _ form: Schema.TextForm, _ read: @escaping @Sendable (String) throws(ParameterFault) -> Value
  ) -> Self {
    Self(schema: .text(form)) { text throws(ParameterFault) in
      if let fault = form.fault(of: text) { throw ParameterFault(fault) }
      return try read(text)
    }
  }

  /// A text in a named form.
  fileprivate static func text(
    in format: Schema.TextForm.Format, _ read: @escaping @Sendable (String) -> Value?
  ) -> Self {
    text(format.form) { text throws(ParameterFault) in
      guard let value = read(text) else { throw ParameterFault(format.complaint(of: text)) }
      return value
    }
  }

  static func id<Subject>() -> Self where Value == Identifier<Subject> {
    text(in: .uuid) { Identifier($0) }
  }
}

extension ParameterForm where Value == String {
  /// - Parameter pattern: described, and for whoever makes something of the text to check.
  static func text(_ length: ClosedRange<Int>, pattern: String? = nil) -> Self {
    text(Schema.TextForm(format: nil, length: length, pattern: pattern)) { $0 }
  }
}

extension ParameterForm where Value == String {
  /// What something is called.
  static let name = text(Schema.TextForm(format: nil, length: 1...200, pattern: nil)) {
    text throws(ParameterFault) in
    do throws(Name.Fault) { return try Name.read(text) } catch {
      throw ParameterFault(error.detail)
    }
  }
}

extension ParameterForm where Value == Instant {
  static let instant = text(in: .instant) { Instant(rfc3339: $0) }
}

extension ParameterForm where Value == Day {
  static let day = text(in: .date) { Day($0) }
}

extension ParameterForm where Value == FieldSelection {
  static let fields = {
    var form = text(Schema.TextForm(format: nil, length: 1...1_000, pattern: nil)) {
      text throws(ParameterFault) in
      do throws(FieldFaults) { return try FieldSelection(text) } catch {
        throw ParameterFault(error.all.map(\.message))
      }
    }
    form.isList = true
    return form
  }()
}

extension ParameterForm where Value == Distance {
  /// No less than 0, with a unit.
  static let distance = text(Schema.TextForm.Format.distance.form) { text throws(ParameterFault) in
    do throws(GeodesyError) {
      let distance = try Distance(text)
      if distance >= .zero { return distance }
    } catch { throw ParameterFault(error.message) }
    throw ParameterFault("“\(text)” is negative; distances count from the start")
  }

  /// No more than a bound, which a message calls by its name.
  static func distance(upTo most: Distance, _ name: String) -> Self {
    Self(schema: distance.schema) { text throws(ParameterFault) in
      let value = try distance.read(text)
      guard value <= most else { throw ParameterFault("is more than \(name), the limit") }
      return value
    }
  }
}

// MARK: Lists

extension ParameterForm {
  /// Values with commas between.
  static func list<Item>(
    of item: ParameterForm<Item>, count: ClosedRange<Int>
  ) -> Self where Value == [Item] {
    Self(schema: .array(item.schema, count: count), isList: true) { text throws(ParameterFault) in
      let items = text.split(separator: ",", omittingEmptySubsequences: false)
      guard count.contains(items.count) else {
        let due =
          count.lowerBound == count.upperBound
          ? "\(count.lowerBound)" : "\(count.lowerBound) to \(count.upperBound)"
        throw ParameterFault(
          "has \(items.count == 1 ? "one value" : "\(items.count) values"), and \(due) are due")
      }
      var values: [Item] = []
      values.reserveCapacity(items.count)
      for text in items { values.append(try item.read(String(text))) }
      return values
    }
  }

  /// What is made of a value that another form reads.
  func map<Made>(
    _ make: @escaping @Sendable (Value) throws(ParameterFault) -> Made
  ) -> ParameterForm<Made> {
    ParameterForm<Made>(schema: schema, isList: isList) { text throws(ParameterFault) in
      try make(try read(text))
    }
  }
}

extension ParameterForm where Value == Coordinate {
  /// `LAT,LON`.
  static let place = ParameterForm<[Double]>.list(of: .number(-180...180), count: 2...2).map {
    numbers throws(ParameterFault) in
    do throws(GeodesyError) {
      return try Coordinate(latitude: numbers[0], longitude: numbers[1])
    } catch { throw ParameterFault("\(error.message); the latitude comes first") }
  }
}

extension ParameterForm where Value == Bounds {
  /// `W,S,E,N`.
  static let box = ParameterForm<[Double]>.list(of: .number(-180...180), count: 4...4).map {
    numbers throws(ParameterFault) in
    let box = Bounds(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    guard box.south >= -90, box.north <= 90, box.south <= box.north else {
      throw ParameterFault(
        "is not west, south, east, north: south \(box.south) and north \(box.north) are no "
          + "latitudes in this order")
    }
    return box
  }
}
