import Geodesy
import JSON

/// A collection of features.
enum FeatureKind: String, CaseIterable, Sendable {
  case routes, waypoints, markers

  /// What one feature is called, in names of operations and schemas.
  var noun: String {
    switch self {
    case .routes: "Route"
    case .waypoints: "Waypoint"
    case .markers: "Marker"
    }
  }

  var title: String {
    switch self {
    case .routes: "Public routes"
    case .waypoints: "Waypoints of public routes"
    case .markers: "Markers of public quests"
    }
  }

  var about: String {
    switch self {
    case .routes:
      "The lines of all public routes, in their latest versions, cut at 180 degrees. Ferries and "
        + "flights between parts are not drawn."
    case .waypoints:
      "The waypoints of all public routes, in the order of their routes, with their distances from the "
        + "start."
    case .markers:
      "Where the teams of all public quests stand: now, or with `datetime` as of a past moment, by the "
        + "walks that began up to then."
    }
  }

  /// Below the service's address.
  var path: String { "\(FeaturesResource.root)/collections/\(rawValue)" }

  /// Whether `datetime` makes a difference.
  var isTemporal: Bool { self == .markers }
}

/// A feature that is shown, before it is made into JSON or a page.
struct ShownFeature: Sendable {
  let id: String
  let properties: [(String, JSONValue)]
  let geometry: JSONValue

  func json(links: [FeatureLink] = []) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("type", .string("Feature")), ("id", .string(id)), ("geometry", geometry),
      ("properties", .object(properties)),
    ]
    if !links.isEmpty { members.append(("links", .array(links.map(\.json)))) }
    return .object(members)
  }
}

/// A page of features, and where the next one goes on.
struct FoundFeatures: Sendable {
  var features: [ShownFeature] = []
  var next: PageCursor?
}

/// A link as the standard has it.
struct FeatureLink: Sendable {
  let address: String
  let relation: String
  let mediaType: String
  let title: String

  init(_ relation: String, _ address: String, _ mediaType: String, _ title: String) {
    self.relation = relation
    self.address = address
    self.mediaType = mediaType
    self.title = title
  }

  var json: JSONValue {
    .object([
      ("href", .string(address)), ("rel", .string(relation)), ("type", .string(mediaType)),
      ("title", .string(title)),
    ])
  }
}

extension JSONValue {
  /// A point of GeoJSON.
  static func point(_ place: Coordinate) -> JSONValue {
    .object([
      ("type", .string("Point")),
      ("coordinates", .array([.number(place.longitude), .number(place.latitude)])),
    ])
  }
}
