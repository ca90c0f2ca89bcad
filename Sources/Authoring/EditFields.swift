internal import Base
internal import Formats
public import Geodesy
internal import JSON
internal import Routes

/// A field of an edit, for descriptions.
public struct EditField: Hashable, Sendable {
  /// What its value is.
  public enum Kind: Hashable, Sendable {
    /// A text with a unit, such as `25km`.
    case distance
    case distances
    case text
    case boolean
    case count(ClosedRange<Int>)
    case policy
    /// Longitude and latitude.
    case coordinate
    case waypoints
  }

  public let name: String
  public let kind: Kind
  public let note: String
  public let isRequired: Bool
}

/// A distance with the unit that it was written in, so that it is written and shown in the same.
public struct WrittenDistance: Hashable, Sendable {
  public let distance: Distance
  public let unit: DistanceUnit

  public init(_ distance: Distance, in unit: DistanceUnit) {
    self.distance = distance
    self.unit = unit
  }

  /// - Throws: what is wrong with the text; also for a distance below 0.
  public init(_ text: String) throws(GeodesyError) {
    let distance = try Distance(text)
    guard distance >= .zero else {
      throw GeodesyError(
        .distanceSyntax, "“\(text)” is negative; distances count from the start")
    }
    let word = text.drop { !$0.isLetter || $0 == "e" || $0 == "E" }.filter(\.isLetter)
    self.init(distance, in: DistanceUnit(name: word) ?? .meters)
  }

  /// Such as `25 km`.
  public var text: String { "\(distance.exactText(in: unit)) \(unit.rawValue)" }
  var json: JSONValue { .string(distance.exactText(in: unit) + unit.rawValue) }
  var meters: Double { distance.meters }
}

/// Goes through the fields of an edit: once to describe them, then to read them from each that comes.
public struct EditFields {
  private let node: JSONNode?
  private let pointer: JSONPointer
  private(set) var described: [EditField] = []
  private(set) var fault: AuthoringError?

  /// To describe them.
  init() {
    node = nil
    pointer = .root
  }

  init(reading node: JSONNode, at pointer: JSONPointer) {
    self.node = node
    self.pointer = pointer
  }

  // MARK: Kinds of fields

  mutating func distance(_ name: String, _ note: String) -> WrittenDistance {
    required(name, .distance, note, Self.distance) ?? WrittenDistance(.zero, in: .meters)
  }
  mutating func optionalDistance(_ name: String, _ note: String) -> WrittenDistance? {
    optional(name, .distance, note, Self.distance)
  }
  mutating func distances(_ name: String, _ note: String) -> [WrittenDistance] {
    required(name, .distances, note) { node in
      guard let items = node.array, !items.isEmpty else {
        throw Fault("a list of distances, such as [\"25km\"]")
      }
      return try items.map(Self.distance)
    } ?? []
  }
  mutating func text(_ name: String, _ note: String) -> String {
    required(name, .text, note, Self.text) ?? ""
  }
  mutating func optionalText(_ name: String, _ note: String) -> String? {
    optional(name, .text, note, Self.text)
  }
  /// A name by the rules of names.
  mutating func name(_ name: String, _ note: String) -> String {
    required(name, .text, note, Self.name) ?? ""
  }
  mutating func optionalFlag(_ name: String, _ note: String) -> Bool? {
    optional(name, .boolean, note) { node in
      guard let value = node.bool else { throw Fault("true or false") }
      return value
    }
  }
  mutating func count(_ name: String, _ range: ClosedRange<Int>, _ note: String) -> Int {
    required(name, .count(range), note) { try Self.count($0, range) } ?? range.lowerBound
  }
  mutating func optionalCount(_ name: String, _ range: ClosedRange<Int>, _ note: String) -> Int? {
    optional(name, .count(range), note) { try Self.count($0, range) }
  }
  mutating func policy(_ name: String, _ note: String) -> JoinPolicy {
    required(name, .policy, note, Self.policy) ?? .walk
  }
  mutating func optionalPolicy(_ name: String, _ note: String) -> JoinPolicy? {
    optional(name, .policy, note, Self.policy)
  }
  mutating func coordinate(_ name: String, _ note: String) -> Coordinate {
    required(name, .coordinate, note, Self.coordinate)
      ?? Coordinate(uncheckedLatitude: 0, longitude: 0)
  }
  mutating func waypoints(_ name: String, _ note: String) -> [ListedWaypoint] {
    required(name, .waypoints, note) { node in
      guard let items = node.array else { throw Fault("a list of waypoints") }
      return try items.enumerated().map { index, item in
        do { return try ListedWaypoint(item) } catch var fault as Fault {
          fault.path = [String(index)] + fault.path
          throw fault
        }
      }
    } ?? []
  }

  /// Notes that the fields do not go together.
  mutating func refuse(_ name: String, _ message: String) {
    guard node != nil, fault == nil else { return }
    fault = error(Fault(sentence: message), name)
  }

  // MARK: Reading

  /// What is wrong with a value.
  struct Fault: Error {
    /// What would be right, after "must be"; or a whole sentence.
    var message: String
    var isSentence = false
    /// Into the value.
    var path: [String] = []

    init(_ expected: String) { message = expected }
    init(sentence: String, at path: [String] = []) {
      message = sentence
      isSentence = true
      self.path = path
    }
  }

  /// Refuses fields that the edit does not have.
  mutating func close(_ kind: String) {
    guard fault == nil, let members = node?.object else { return }
    let known = described.map(\.name)
    for member in members where member.name != "edit" && !known.contains(member.name) {
      fault = error(
        Fault(
          sentence: "“\(kind)” has no field “\(member.name.prefix(60))”"
            + (known.isEmpty ? "" : "; it has \(known.joined(separator: ", "))")), member.name)
      return
    }
  }

  private mutating func required<Value>(
    _ name: String, _ kind: EditField.Kind, _ note: String, _ read: (JSONNode) throws -> Value
  ) -> Value? {
    described.append(EditField(name: name, kind: kind, note: note, isRequired: true))
    if let node, node[name] == nil, fault == nil {
      fault = error(Fault(sentence: "the field “\(name)” is missing: \(note)"), nil)
    }
    return value(name, read)
  }

  private mutating func optional<Value>(
    _ name: String, _ kind: EditField.Kind, _ note: String, _ read: (JSONNode) throws -> Value
  ) -> Value? {
    described.append(EditField(name: name, kind: kind, note: note, isRequired: false))
    return value(name, read)
  }

  private mutating func value<Value>(
    _ name: String, _ read: (JSONNode) throws -> Value
  ) -> Value? {
    guard fault == nil, let member = node?[name] else { return nil }
    do { return try read(member) } catch {
      fault = self.error(error as? Fault ?? Fault(sentence: "\(error)"), name)
      return nil
    }
  }

  private func error(_ fault: Fault, _ name: String?) -> AuthoringError {
    let subject = name.map { "“\($0)”" } ?? ""
    var error = AuthoringError(
      .field,
      fault.isSentence
        ? (fault.path.isEmpty ? fault.message : "\(subject): \(fault.message)")
        : "\(subject) must be \(fault.message)")
    var place = pointer
    if let name { place = place.appending(name) }
    for step in fault.path { place = place.appending(step) }
    error.pointer = place
    return error
  }

  static func distance(_ node: JSONNode) throws -> WrittenDistance {
    guard let text = node.string else { throw Fault("a text with a unit, such as \"25km\"") }
    do throws(GeodesyError) { return try WrittenDistance(text) } catch {
      throw Fault(sentence: error.message)
    }
  }

  static func text(_ node: JSONNode) throws -> String {
    guard let text = node.string else { throw Fault("a text") }
    guard text.utf8.count <= 4_096 else {
      throw Fault("a text of at most 4 KiB, the limit of names and stories")
    }
    return text
  }

  static func name(_ node: JSONNode) throws -> String {
    let text = try text(node)
    do throws(Name.Fault) { return try Name.read(text) } catch {
      throw Fault(sentence: "the name “\(text.prefix(60))” \(error.detail)")
    }
  }

  private static func count(_ node: JSONNode, _ range: ClosedRange<Int>) throws -> Int {
    guard let value = node.int64.flatMap(Int.init(exactly:)), range.contains(value) else {
      throw Fault("a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  private static func policy(_ node: JSONNode) throws -> JoinPolicy {
    guard let policy = node.string.flatMap(JoinPolicy.init(rawValue:)), policy != .unresolved
    else { throw Fault("walk, ferry or counted") }
    return policy
  }

  static func coordinate(_ node: JSONNode) throws -> Coordinate {
    guard let numbers = node.array, (2...3).contains(numbers.count) else {
      throw Fault("[longitude, latitude] in degrees")
    }
    let values = numbers.map(\.double)
    guard let longitude = values[0], let latitude = values[1], abs(longitude) <= 180,
      values.count == 2 || values[2] != nil
    else { throw Fault("[longitude, latitude] in degrees, longitudes within -180…180") }
    do throws(GeodesyError) {
      return try Coordinate(
        latitude: latitude, longitude: longitude,
        elevationMeters: values.count > 2 ? values[2] : nil)
    } catch { throw Fault(sentence: "\(error.message); the longitude comes first") }
  }
}
