public import Geodesy
internal import JSON
public import Routes

/// A waypoint of a list: at a coordinate, or at a distance along the route.
public struct ListedWaypoint: Hashable, Sendable {
  /// Where it stands.
  public enum Place: Hashable, Sendable {
    case at(Coordinate)
    /// Official distance from the start.
    case along(WrittenDistance)
  }

  public var name: String?
  public var place: Place
  public var story: String?
  public var type: String?
  /// The official distance, which calibrates the measure.
  public var officialDistance: Distance?

  public init(
    name: String? = nil, _ place: Place, story: String? = nil, type: String? = nil,
    officialDistance: Distance? = nil
  ) {
    self.name = name
    self.place = place
    self.story = story
    self.type = type
    self.officialDistance = officialDistance
  }

  public init(_ waypoint: Waypoint) {
    self.init(
      name: waypoint.name, .at(waypoint.coordinate), story: waypoint.story, type: waypoint.type,
      officialDistance: waypoint.officialDistance)
  }

  private static let names = [
    "name", "coordinate", "distance", "story", "type", "officialDistance",
  ]

  init(_ node: JSONNode) throws {
    typealias Fault = EditFields.Fault
    guard let members = node.object else { throw Fault(sentence: "a waypoint must be an object") }
    for member in members where !Self.names.contains(member.name) {
      throw Fault(
        sentence: "a waypoint has no field “\(member.name.prefix(60))”; it has "
          + Self.names.joined(separator: ", "), at: [member.name])
    }
    func field<Value>(_ name: String, _ read: (JSONNode) throws -> Value) throws -> Value? {
      guard let member = node[name], !member.isNull else { return nil }
      do { return try read(member) } catch var fault as Fault {
        fault.path = [name] + fault.path
        throw fault
      }
    }
    name = try field("name", EditFields.name)
    story = try field("story", EditFields.text)
    type = try field("type", EditFields.text)
    officialDistance = try field("officialDistance", EditFields.distance)?.distance
    let coordinate = try field("coordinate", EditFields.coordinate)
    let distance = try field("distance", EditFields.distance)
    switch (coordinate, distance) {
    case (let coordinate?, nil): place = .at(coordinate)
    case (nil, let distance?): place = .along(distance)
    default:
      throw Fault(sentence: "a waypoint has either a coordinate or a distance along the route")
    }
  }

  var json: JSONValue {
    var members: [(String, JSONValue)] = []
    if let name { members.append(("name", .string(name))) }
    switch place {
    case .at(let coordinate):
      members.append(
        (
          "coordinate",
          .array(
            [coordinate.longitude, coordinate.latitude, coordinate.elevationMeters]
              .compactMap { $0.map(JSONValue.number) })
        ))
    case .along(let distance): members.append(("distance", distance.json))
    }
    if let story { members.append(("story", .string(story))) }
    if let type { members.append(("type", .string(type))) }
    if let officialDistance {
      members.append(
        ("officialDistance", .string(officialDistance.exactText(in: .meters) + "m")))
    }
    return .object(members)
  }
}
