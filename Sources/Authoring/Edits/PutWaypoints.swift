internal import Base
internal import Geodesy
public import JSON
public import Routes

/// Puts waypoints of a list into the route.
public struct PutWaypoints: Edit {
  public static let kind = "waypoints"
  public static let note =
    "Puts waypoints into the route. One whose name the route has already takes that one's place; the "
    + "others are added where the line passes them."

  public var waypoints: [ListedWaypoint]
  public var snap: WrittenDistance?

  public init(_ waypoints: [ListedWaypoint], snap: WrittenDistance? = nil) {
    self.waypoints = waypoints
    self.snap = snap
  }

  public init(_ fields: inout EditFields) {
    waypoints = fields.waypoints(
      "waypoints", "Each with a coordinate or a distance, and name, story, type, officialDistance.")
    snap = fields.optionalDistance(
      "snap", "Moves waypoints that are this near to the line onto it; the others stay.")
  }

  public var members: [(String, JSONValue)] {
    [("waypoints", .array(waypoints.map(\.json)))] + (snap.map { [("snap", $0.json)] } ?? [])
  }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    if waypoints.isEmpty { return Edited(measured.route, ["the list has no waypoint"]) }
    let (listed, notes) = try places(on: measured)
    var standing = measured.route.waypoints
    // The k-th of a name in the list is the k-th of that name in the route.
    var known: [Key: [Int]] = [:]
    for (index, waypoint) in standing.enumerated() {
      known[Key(waypoint), default: []].append(index)
    }
    var seen: [Key: Int] = [:]
    var new: [Waypoint] = []
    var stated: [Distance?] = []
    var changed = 0
    var same = 0
    for (entry, asked) in zip(waypoints, listed) {
      var waypoint = asked
      let key = Key(waypoint)
      let rank = seen[key, default: 0]
      seen[key] = rank + 1
      guard let indices = known[key], rank < indices.count else {
        new.append(waypoint)
        if case .along(let distance) = entry.place {
          stated.append(distance.distance)
        } else {
          stated.append(nil)
        }
        continue
      }
      waypoint.keepTexts(of: standing[indices[rank]])
      if standing[indices[rank]] == waypoint { same += 1 } else { changed += 1 }
      standing[indices[rank]] = waypoint
    }
    let route = try AuthoringError.of { () throws(RouteError) in
      try measured.route.placing(standing)
    }
    let again =
      changed == 0
      ? measured : try AuthoringError.of { () throws(RouteError) in try MeasuredRoute(route) }
    let (ordered, isSorted) = try Self.ordered(new, at: stated, on: again)
    var did = ["\(Wording.count(new.count, "waypoint")) added"]
    if changed > 0 { did.append("\(Wording.count(changed, "waypoint")) changed") }
    if same > 0 { did.append("\(Wording.count(same, "waypoint")) there already") }
    if isSorted { did.append("the list was not in the order of the route; it is now") }
    let merged = try again.merging(ordered)
    let asked = zip(new, stated).compactMap { waypoint, distance in
      distance.map { PlacedListing(waypoint: waypoint, distance: $0) }
    }
    return Edited(merged, did + notes + (try PassNotes.elsewhere(asked, in: merged)))
  }

  /// What tells waypoints apart: their name as it is shown, or their coordinate where they have none.
  private struct Key: Hashable {
    let name: String?
    let coordinate: Coordinate?

    init(_ waypoint: Waypoint) {
      name = waypoint.name.map { Name.salvaged($0) ?? $0 }
      coordinate = waypoint.name == nil ? waypoint.coordinate : nil
    }
  }

  /// The waypoints with their coordinates, and what there is to say about those far from the line.
  private func places(
    on measured: MeasuredRoute
  ) throws(AuthoringError) -> ([Waypoint], [String]) {
    let nearest: NearestPlaces? =
      snap == nil
      ? nil : try AuthoringError.of { () throws(RouteError) in try NearestPlaces(measured) }
    var list: [Waypoint] = []
    var moved = 0
    var furthest = 0.0
    var far: [Waypoint] = []
    for listed in waypoints {
      var waypoint: Waypoint
      switch listed.place {
      case .at(let coordinate):
        waypoint = Waypoint(name: listed.name, coordinate: coordinate)
        if let nearest, let snap, let match = nearest.matches(to: coordinate).first {
          if match.offsetMeters > snap.meters {
            far.append(waypoint)
          } else if !match.coordinate.isSamePlace(as: coordinate) {
            moved += 1
            furthest = max(furthest, match.offsetMeters)
            waypoint.coordinate = Coordinate(
              uncheckedLatitude: match.coordinate.latitude, longitude: match.coordinate.longitude,
              elevation: coordinate.elevationMetersOrNaN)
          }
        }
      case .along(let distance):
        _ = try measured.place(distance, "the distance of “\(listed.name ?? "a waypoint")”,")
        waypoint = Waypoint(
          name: listed.name, coordinate: measured.position(at: distance.distance).coordinate)
      }
      waypoint.story = listed.story
      waypoint.type = listed.type
      waypoint.officialDistance = listed.officialDistance
      list.append(waypoint)
    }
    var notes: [String] = []
    if moved > 0 {
      notes.append(
        "\(Wording.count(moved, "waypoint")) moved onto the line, by up to \(Wording.gap(furthest))"
      )
    }
    if !far.isEmpty, let snap {
      notes.append(
        "\(Wording.count(far.count, "waypoint")) further than \(snap.text) from the line, left as listed: "
          + Wording.names(far))
    }
    return (list, notes)
  }

  /// The waypoints with their distances: in the order of the list where the line passes them so, else
  /// in that of the line.
  ///
  /// - Parameter stated: the distances that the list gives, which say which pass of the line is meant.
  private static func ordered(
    _ new: [Waypoint], at stated: [Distance?], on measured: MeasuredRoute
  ) throws(AuthoringError) -> ([PlacedListing], isSorted: Bool) {
    let alone = try AuthoringError.of { () throws(RouteError) in
      try MeasuredRoute(measured.route.placing(new))
    }
    // Official distances of the list calibrate only once they are in the route.
    let placed = zip(alone.waypoints, stated).map { placed, stated in
      PlacedListing(
        waypoint: placed.waypoint,
        distance: stated ?? measured.officialDistance(atGeometricMeters: placed.geometricMeters))
    }
    let isInOrder = zip(placed, placed.dropFirst()).allSatisfy { $0.distance <= $1.distance }
    if isInOrder { return (placed, false) }
    let nearest = try AuthoringError.of { () throws(RouteError) in try NearestPlaces(measured) }
    let found = new.enumerated().map { index, waypoint in
      PlacedListing(
        waypoint: waypoint,
        distance: stated[index]
          ?? nearest.matches(to: waypoint.coordinate).map(\.distance).min()
          ?? placed[index].distance)
    }
    let sorted = found.enumerated().sorted {
      ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset)
    }.map(\.element)
    return (sorted, true)
  }
}

/// A waypoint with the distance that it is put in by.
struct PlacedListing {
  let waypoint: Waypoint
  let distance: Distance
}

extension MeasuredRoute {
  /// The route with more waypoints, each before the first of those there that lies further on.
  ///
  /// - Parameter new: in the order of their distances.
  func merging(_ new: [PlacedListing]) throws(AuthoringError) -> Route {
    var merged: [Waypoint] = []
    var next = new.startIndex
    for placed in waypoints {
      while next < new.endIndex, new[next].distance < placed.distance {
        merged.append(new[next].waypoint)
        next += 1
      }
      merged.append(placed.waypoint)
    }
    merged += new[next...].map(\.waypoint)
    let all = merged
    return try AuthoringError.of { () throws(RouteError) in try route.placing(all) }
  }
}

extension Waypoint {
  /// Keeps texts that another says too, but for blanks and what shows nothing: a table has lost those.
  fileprivate mutating func keepTexts(of other: Waypoint) {
    func isSame(_ a: String?, _ b: String?) -> Bool {
      a.flatMap(Name.salvaged) == b.flatMap(Name.salvaged)
    }
    func isSameText(_ a: String?, _ b: String?) -> Bool {
      (a ?? "").split(whereSeparator: \.isWhitespace)
        == (b ?? "").split(whereSeparator: \.isWhitespace)
    }
    if isSame(name, other.name) { name = other.name }
    if isSameText(story, other.story) { story = other.story }
    if isSameText(type, other.type) { type = other.type }
  }
}
