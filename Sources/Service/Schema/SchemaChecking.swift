import CivilTime
import Formats
import Geodesy
import JSON
import Quests

/// Holds JSON against a schema and tells everything that is wrong with it at once.
struct SchemaChecking {
  /// After so many faults the rest is not told.
  static let mostFaults = 50

  private let schemas: NamedSchemas
  private let zones: ZoneCatalog
  private(set) var faults: [(pointer: String, detail: String)] = []

  init(_ schemas: NamedSchemas, zones: ZoneCatalog) {
    self.schemas = schemas
    self.zones = zones
  }

  private mutating func add(_ pointer: String, _ detail: String) {
    if faults.count < Self.mostFaults { faults.append((pointer, detail)) }
  }

  /// O(size of the value).
  mutating func check(_ node: JSONNode, _ schema: Schema, at pointer: String = "") {
    switch schema {
    case .anything, .unchecked, .file: return
    case .named(let name):
      guard let named = schemas[name] else { preconditionFailure("no schema is called \(name)") }
      check(node, named.schema, at: pointer)
    case .nullable(let inner):
      if node.isNull { return }
      check(node, inner, at: pointer)
    case .either(let choices):
      var least: [(pointer: String, detail: String)]?
      for choice in choices {
        var attempt = SchemaChecking(schemas, zones: zones)
        attempt.check(node, choice, at: pointer)
        if attempt.faults.isEmpty { return }
        // The choice that fits best is the one that was meant.
        if least.map({ attempt.faults.count < $0.count }) ?? true { least = attempt.faults }
      }
      for fault in least ?? [] { add(fault.pointer, fault.detail) }
    case .boolean:
      guard node.bool != nil else { return add(pointer, "is \(node.kind), not true or false") }
    case .integer(let range):
      guard let value = node.int64 else {
        return add(pointer, "is \(node.kind), not a whole number")
      }
      if !range.contains(value) {
        add(pointer, "\(value) is outside \(range.lowerBound)…\(range.upperBound)")
      }
    case .number(let range):
      guard let value = node.double else {
        return add(pointer, "is \(node.kind), not a number")
      }
      if !range.contains(value) {
        add(pointer, "\(value) is outside \(range.lowerBound)…\(range.upperBound)")
      }
    case .words(let words):
      guard let text = node.string, words.contains(text) else {
        return add(pointer, "is none of \(words.joined(separator: ", "))")
      }
    case .text(let form):
      guard let text = node.string else { return add(pointer, "is \(node.kind), not a text") }
      if let fault = fault(of: text, form) { add(pointer, fault) }
    case .array(let item, let count):
      guard let items = node.array else { return add(pointer, "is \(node.kind), not a list") }
      if items.count < count.lowerBound || items.count > count.upperBound {
        return add(
          pointer,
          "has \(items.count) items; \(count.lowerBound) to \(count.upperBound) are taken")
      }
      for (index, node) in items.enumerated() { check(node, item, at: "\(pointer)/\(index)") }
    case .map(let value):
      guard let members = node.object else {
        return add(pointer, "is \(node.kind), not an object")
      }
      for member in members {
        check(member.value, value, at: "\(pointer)/\(Self.escaped(member.name))")
      }
    case .object(let properties):
      guard let members = node.object else {
        return add(pointer, "is \(node.kind), not an object")
      }
      for member in members {
        let place = "\(pointer)/\(Self.escaped(member.name))"
        guard let property = properties.first(where: { $0.name == member.name }) else {
          add(
            place,
            "is not known here; known are \(properties.map(\.name).joined(separator: ", "))")
          continue
        }
        check(member.value, property.schema, at: place)
      }
      for property in properties
      where property.isRequired && !members.contains(where: { $0.name == property.name }) {
        add("\(pointer)/\(Self.escaped(property.name))", "is missing")
      }
    }
  }

  /// What is wrong with a text, or nil.
  private func fault(of text: String, _ form: Schema.TextForm) -> String? {
    if let fault = form.fault(of: text) { return fault }
    guard let format = form.format else { return nil }
    let isGood: Bool
    switch format {
    case .uuid: isGood = QuestID(text) != nil
    case .instant: isGood = Instant(rfc3339: text) != nil
    case .date: isGood = Day(text) != nil
    case .email: isGood = Self.isEmail(text)
    case .zone: isGood = (try? zones.zone(named: text)) != nil
    case .walkZone: isGood = (try? zones.zone(namedOrOffset: text)) != nil
    case .distance:
      do throws(GeodesyError) { _ = try Distance(text) } catch { return error.message }
      isGood = true
    }
    return isGood ? nil : format.complaint(of: text)
  }

  /// One @, something on both sides, a dot-separated domain, no spaces or controls; what is behind
  /// it is found out by sending mail.
  static func isEmail(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, 1...64 ~= halves[0].utf8.count, 3...253 ~= halves[1].utf8.count else {
      return false
    }
    let isPlain =
      text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
      && !text.contains { "<>()[]\\,;:\"".contains($0) }
    let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    return isPlain && labels.count > 1 && labels.allSatisfy { !$0.isEmpty }
  }

  static func escaped(_ name: String) -> String {
    name.replacing("~", with: "~0").replacing("/", with: "~1")
  }
}

extension Schema.TextForm {
  /// What is wrong with a text whatever its format, or nil.
  func fault(of text: String) -> String? {
    let count = text.unicodeScalars.count
    // Of a form that has its length, the form says more.
    if let format, format.isOfFixedForm, count > 0, !length.contains(count) {
      return format.complaint(of: text)
    }
    if count < length.lowerBound {
      return count == 0 ? "is empty" : "is shorter than \(length.lowerBound) characters"
    }
    if count > length.upperBound { return "is longer than \(length.upperBound) characters" }
    // Neither C nor PostgreSQL has texts that hold it.
    if text.utf8.contains(0) { return "holds the character U+0000, which no text holds" }
    return nil
  }
}

extension Schema.TextForm.Format {
  var form: Schema.TextForm {
    let length =
      switch self {
      case .uuid: 36...36
      case .instant: 20...40
      case .date: 10...10
      case .email: 3...254
      case .distance, .zone, .walkZone: 1...64
      }
    return Schema.TextForm(format: self, length: length, pattern: nil)
  }

  /// Whether its length follows from what it is.
  fileprivate var isOfFixedForm: Bool { [.uuid, .instant, .date].contains(self) }

  /// What is said of a text that is not in it.
  func complaint(of text: String) -> String {
    switch self {
    case .uuid: "is not a UUID; one looks like 6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a10"
    case .instant:
      (InstantMistake(text)?.detail ?? "is not a moment with an offset")
        + "; one looks like 2026-05-03T18:30:00Z"
    case .date:
      (InstantMistake.namesNoDay(text)
        ? "is a day that the calendar does not have" : "is no date")
        + "; one looks like 2026-05-03"
    case .email: "is no e-mail address"
    case .distance: "is no distance; one looks like 3.1 mi"
    case .zone: "is no IANA zone that the system knows; one looks like America/New_York"
    case .walkZone:
      "is neither an IANA zone that the system knows, such as Asia/Tokyo, nor an offset such as "
        + "+09:00"
    }
  }
}
