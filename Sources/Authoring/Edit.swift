public import JSON
public import Routes

/// One change that a designer makes to a route: a value that is read from a list, and a pure function
/// from a route to a route.
public protocol Edit: Hashable, Sendable {
  /// The name that a list gives it, such as `cut`.
  static var kind: String { get }
  /// What it does, in a sentence.
  static var note: String { get }

  /// Names each field once: the description and the reading are both made from that.
  init(_ fields: inout EditFields)
  /// The fields as a list has them, those left out that say nothing.
  var members: [(String, JSONValue)] { get }

  /// Makes the change.
  ///
  /// - Throws: `edit-range`, `edit-ambiguous`, `edit-unsuitable`, `edit-limit`, `edit-route`,
  ///   `cancelled`.
  func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited
}

/// A route after an edit, and what the edit did.
public struct Edited: Sendable {
  public var route: Route
  /// Sentences for people, without full stops.
  public var did: [String]

  public init(_ route: Route, _ did: [String] = []) {
    self.route = route
    self.did = did
  }
}

/// All edits that there are.
public enum EditCatalog {
  /// Those that need nothing but the route, in the order in which the documentation lists them.
  public static let all: [any Edit.Type] = [
    WaypointsEvery.self, PutWaypoints.self, RenameWaypoint.self, DropWaypoint.self, Reverse.self,
    Cut.self, SplitAt.self, JoinEnds.self, DropPart.self, StartAt.self, SetLaps.self,
    SetThereAndBack.self, SetOfficialLength.self, SetJoins.self, SetName.self, Simplify.self,
    MaxVertices.self, SmoothElevation.self,
  ]

  static let byKind: [String: any Edit.Type] = Dictionary(
    uniqueKeysWithValues: (all + [SetElevation.self]).map { ($0.kind, $0) })

  /// The fields of an edit.
  public static func fields(of edit: any Edit.Type) -> [EditField] {
    var fields = EditFields()
    _ = edit.init(&fields)
    return fields.described
  }
}

extension Edit {
  /// The edit as a list has it.
  public var json: JSONValue { .object([("edit", .string(Self.kind))] + members) }
}
