public import Geodesy
public import JSON
public import Routes

/// What an edit may change.
public struct RouteFigures: Hashable, Sendable {
  /// Official length of the whole course.
  public let length: Distance
  public let parts: Int
  public let vertices: Int
  public let waypoints: Int

  public init(_ measured: MeasuredRoute) {
    length = measured.length
    parts = measured.route.partCount
    vertices = measured.route.vertices.count
    waypoints = measured.route.waypoints.count
  }
}

/// What one edit did.
public struct EditReport: Sendable {
  public let edit: any Edit
  /// Sentences for people.
  public let did: [String]
  public let before: RouteFigures
  public let after: RouteFigures

  init(_ edit: any Edit, did: [String], before: RouteFigures, after: RouteFigures) {
    self.edit = edit
    self.did = did
    self.before = before
    self.after = after
  }

  /// `{"edit","did","lengthMetersBefore","lengthMetersAfter",…}`.
  public var json: JSONValue {
    .object([
      ("edit", .string(type(of: edit).kind)),
      ("did", .array(did.map(JSONValue.string))),
      ("lengthMetersBefore", .number(before.length.meters)),
      ("lengthMetersAfter", .number(after.length.meters)),
      ("partsBefore", .integer(before.parts)), ("partsAfter", .integer(after.parts)),
      ("verticesBefore", .integer(before.vertices)), ("verticesAfter", .integer(after.vertices)),
      ("waypointsBefore", .integer(before.waypoints)),
      ("waypointsAfter", .integer(after.waypoints)),
    ])
  }
}

/// Words of reports.
enum Wording {
  /// A computed height without the digits that nobody measured.
  static func millimeters(_ meters: Double) -> Double { (meters * 1_000).rounded() / 1_000 }

  static func count(_ count: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
  }

  static func kilometers(_ distance: Distance) -> String {
    distance.text(in: .kilometers, decimals: 3) + " km"
  }

  /// A distance in a unit, without needless decimals: metres to a decimeter.
  static func distance(_ micrometers: Int64, in unit: DistanceUnit) -> String {
    let decimals = unit == .kilometers || unit == .miles ? 3 : 1
    return Distance(micrometers: micrometers).text(in: unit, decimals: decimals)
      + " \(unit.rawValue)"
  }

  /// A short distance in metres, a longer one in kilometres.
  static func gap(_ meters: Double) -> String {
    guard let distance = Distance(roundingMeters: meters) else { return "\(meters) m" }
    return meters < 1000
      ? distance.text(in: .meters, decimals: 1) + " m"
      : distance.text(in: .kilometers, decimals: 3) + " km"
  }

  /// What became of the climb; nothing where one of the routes has no heights.
  static func climbs(from route: Route, to made: Route) -> [String] {
    guard let before = route.climb(), let after = made.climb() else { return [] }
    return [
      "the climb was \(gap(before.ascentMeters)) and is \(gap(after.ascentMeters))"
    ]
  }

  /// The first names of waypoints, and how many more there are.
  static func names(_ waypoints: [Waypoint], most: Int = 10) -> String {
    waypoints.prefix(most).map { "“\($0.name ?? "(unnamed)")”" }.joined(separator: ", ")
      + (waypoints.count > most ? " and \(waypoints.count - most) more" : "")
  }
}
