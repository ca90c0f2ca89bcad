import CivilTime
import Quests

/// A parameter of requests, declared once: what describes it and what reads it are one value.
///
/// Keys are declared as `Parameter`s in extensions of this class. An endpoint lists those that it
/// takes, and reads each by its key: `call[.laps]`.
class ParameterKey: @unchecked Sendable {
  enum Place: String, Sendable { case path, query, header }

  let name: String
  let place: Place
  let schema: Schema
  let note: String
  let isRequired: Bool
  /// Whether commas part several values.
  let isList: Bool
  /// Gives the value that the parameter's own type states.
  let read: @Sendable (String) throws(ParameterFault) -> any Sendable

  fileprivate init(
    _ name: String, in place: Place, _ schema: Schema, _ note: String, isRequired: Bool,
    isList: Bool, read: @escaping @Sendable (String) throws(ParameterFault) -> any Sendable
  ) {
    self.name = name
    self.place = place
    self.schema = schema
    self.note = note
    self.isRequired = isRequired
    self.isList = isList
    self.read = read
  }
}

/// A parameter whose value is of one type; one of an optional type may be left out.
final class Parameter<Value: Sendable>: ParameterKey, @unchecked Sendable {
  /// What the value is where the parameter is left out; nil where it cannot be.
  let standard: Value?

  private init(
    _ name: String, in place: Place, _ schema: Schema, _ note: String, isList: Bool,
    standard: Value?, read: @escaping @Sendable (String) throws(ParameterFault) -> Value
  ) {
    self.standard = standard
    super.init(
      name, in: place, schema, note, isRequired: standard == nil, isList: isList, read: read)
  }

  /// One that may be left out, and then has a standard value.
  convenience init(
    _ name: String, _ form: ParameterForm<Value>, standard: Value, _ note: String
  ) {
    self.init(
      name, in: .query, form.schema, note, isList: form.isList, standard: standard,
      read: form.read)
  }

  /// One that may be left out.
  convenience init<Some>(
    _ name: String, in place: Place = .query, _ form: ParameterForm<Some>, _ note: String
  ) where Value == Some? {
    self.init(
      name, in: place, form.schema, note, isList: form.isList, standard: .some(nil)
    ) { text throws(ParameterFault) in .some(try form.read(text)) }
  }

  /// One that has to be there.
  convenience init(required name: String, _ form: ParameterForm<Value>, _ note: String) {
    self.init(
      name, in: .query, form.schema, note, isList: form.isList, standard: nil, read: form.read)
  }

  /// A text in the path.
  convenience init(inPath name: String, _ form: ParameterForm<Value>, _ note: String) {
    self.init(
      name, in: .path, form.schema, note, isList: false, standard: nil, read: form.read)
  }

  /// An id in the path.
  convenience init<Subject>(inPath name: String) where Value == Identifier<Subject> {
    let form = ParameterForm<Value>.id()
    self.init(
      name, in: .path, form.schema, "The id.", isList: false, standard: nil, read: form.read)
  }
}

/// What is wrong with the text of a parameter.
struct ParameterFault: Error, Hashable, Sendable {
  let details: [String]

  init(_ detail: String) { details = [detail] }
  init(_ details: [String]) { self.details = details }
}

// MARK: Those of many endpoints

extension ParameterKey {
  static let team = Parameter<TeamID>(inPath: "teamId")
  static let person = Parameter<PersonID>(inPath: "personId")
  static let quest = Parameter<QuestID>(inPath: "questId")
  static let route = Parameter<RouteID>(inPath: "routeId")

  static let limit = Parameter<Int>(
    "limit", .integer(1...500), standard: 50, "How many items at most; 50 by default.")
  static let cursor = Parameter<String?>(
    "cursor", .text(1...400), "Where to go on: from the `next` of the page before.")
  static let units = Parameter<LengthUnits?>(
    "units", .words(), "Adds lengths as texts for people, such as `12.6 mi`.")
  static let fields = Parameter<FieldSelection?>(
    "fields", .fields,
    "Picks fields of the answer: names with commas between, nested ones with dots, such as "
      + "`id,pace.arrival`. In a page they are picked from its items.")
  static let at = Parameter<Instant?>(
    "at", .instant,
    "A past moment: what was walked up to then, as the ledger has it now, late walks and edits "
      + "included.")
  static let ifMatch = Parameter<String?>(
    "If-Match", in: .header, .text(1...200),
    "The `ETag` of what you have, or its revision as `\"3\"`: where somebody has changed it "
      + "since, nothing is done and the answer is 412.")
  static let idempotencyKey = Parameter<String?>(
    "Idempotency-Key", in: .header, .text(1...200),
    "Your own name for this creation, kept for 24 hours: the same request again creates nothing "
      + "twice and gets the same answer. JSON bodies are compared as values. A request that is "
      + "refused leaves the name free.")
}

/// The units of lengths in texts for people.
enum LengthUnits: String, CaseIterable, Sendable {
  case miles = "mi"
  case kilometers = "km"
  case meters = "m"
}
