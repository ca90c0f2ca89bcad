public import Geodesy
public import JSON
public import Routes

/// What changed from one version of a route to another, in metres and waypoints.
public struct RouteDifference: Sendable {
  /// A stretch of one version that is not on the other.
  public struct Stretch: Hashable, Sendable {
    /// Official distances of the version that has it.
    public let from: Distance
    public let to: Distance
    /// How far its furthest vertex is from the other version's line.
    public let mostMeters: Double
  }

  /// A waypoint that is in both versions, and not the same in them.
  public struct Change: Hashable, Sendable {
    public let name: String?
    public let before: PlacedWaypoint
    public let after: PlacedWaypoint
  }

  public let before: RouteFigures
  public let after: RouteFigures
  public let nameBefore: String?
  public let nameAfter: String?
  /// Stretches of the first version that the second has left.
  public let removed: [Stretch]
  /// Stretches of the second version that are new.
  public let added: [Stretch]
  public let removedWaypoints: [PlacedWaypoint]
  public let addedWaypoints: [PlacedWaypoint]
  public let changedWaypoints: [Change]

  /// A vertex this near to the other line lies on it.
  public static let sameMeters = 1.0
  /// A waypoint whose distance differs by less has kept it.
  private static let keptMeters = 1.0

  /// - Throws: `cancelled`.
  /// - Complexity: O(vertices · log vertices) expected.
  public init(from old: MeasuredRoute, to new: MeasuredRoute) throws(AuthoringError) {
    before = RouteFigures(old)
    after = RouteFigures(new)
    nameBefore = old.route.name
    nameAfter = new.route.name
    let isSameLine =
      old.route.vertices == new.route.vertices && old.route.partStarts == new.route.partStarts
    removed = isSameLine ? [] : try Self.stretches(of: old, awayFrom: new)
    added = isSameLine ? [] : try Self.stretches(of: new, awayFrom: old)
    var left: [String?: [PlacedWaypoint]] = Dictionary(
      grouping: old.waypoints, by: \.waypoint.name)
    var addedWaypoints: [PlacedWaypoint] = []
    var changes: [Change] = []
    for placed in new.waypoints {
      let name = placed.waypoint.name
      guard var known = left[name], let first = known.first else {
        addedWaypoints.append(placed)
        continue
      }
      known.removeFirst()
      left[name] = known
      let isMoved = abs(placed.distance.meters - first.distance.meters) > Self.keptMeters
      if placed.waypoint != first.waypoint || isMoved {
        changes.append(Change(name: name, before: first, after: placed))
      }
    }
    self.addedWaypoints = addedWaypoints
    changedWaypoints = changes
    removedWaypoints = left.values.joined().sorted { $0.index < $1.index }
  }

  /// The runs of a route's vertices that are away from another's line.
  private static func stretches(
    of route: MeasuredRoute, awayFrom other: MeasuredRoute
  ) throws(AuthoringError) -> [Stretch] {
    let places = try AuthoringError.of { () throws(RouteError) in
      try NearestPlaces(other.following(.once))
    }
    var stretches: [Stretch] = []
    var open: (first: Int, last: Int, meters: Double)?
    func distance(_ vertex: Int) -> Distance {
      route.officialDistance(atGeometricMeters: route.line.measures[vertex])
    }
    func close() {
      guard let run = open else { return }
      let last = route.route.vertices.count - 1
      // The stretch begins at the last vertex that both lines share and ends at the next one.
      stretches.append(
        Stretch(
          from: distance(max(run.first - 1, 0)), to: distance(min(run.last + 1, last)),
          mostMeters: run.meters))
      open = nil
    }
    for (index, vertex) in route.route.vertices.enumerated() {
      let meters = places.matches(to: vertex).first?.offsetMeters ?? 0
      guard meters > sameMeters else {
        close()
        continue
      }
      open = (open?.first ?? index, index, max(open?.meters ?? 0, meters))
    }
    close()
    return stretches
  }

  /// Whether nothing changed that a walker would notice.
  public var isEmpty: Bool {
    before == after && nameBefore == nameAfter && removed.isEmpty && added.isEmpty
      && removedWaypoints.isEmpty && addedWaypoints.isEmpty && changedWaypoints.isEmpty
  }

  /// The difference for programs.
  public var json: JSONValue {
    func json(_ list: [Stretch]) -> JSONValue {
      .array(
        list.map {
          .object([
            ("fromMeters", .number($0.from.meters)), ("toMeters", .number($0.to.meters)),
            ("mostMeters", .number($0.mostMeters)),
          ])
        })
    }
    func json(_ list: [PlacedWaypoint]) -> JSONValue {
      .array(
        list.map {
          .object([
            ("name", .optional($0.waypoint.name)), ("distanceMeters", .number($0.distance.meters)),
          ])
        })
    }
    return .object([
      ("nameBefore", .optional(nameBefore)), ("nameAfter", .optional(nameAfter)),
      ("lengthMetersBefore", .number(before.length.meters)),
      ("lengthMetersAfter", .number(after.length.meters)),
      ("verticesBefore", .integer(before.vertices)), ("verticesAfter", .integer(after.vertices)),
      ("partsBefore", .integer(before.parts)), ("partsAfter", .integer(after.parts)),
      ("removed", json(removed)), ("added", json(added)),
      ("removedWaypoints", json(removedWaypoints)), ("addedWaypoints", json(addedWaypoints)),
      (
        "changedWaypoints",
        .array(
          changedWaypoints.map {
            .object([
              ("name", .optional($0.name)),
              ("distanceMetersBefore", .number($0.before.distance.meters)),
              ("distanceMetersAfter", .number($0.after.distance.meters)),
              ("movedMeters", .number($0.movedMeters)),
            ])
          })
      ),
    ])
  }
}

extension RouteDifference.Change {
  /// How far its coordinate moved.
  public var movedMeters: Double {
    RouteLine.gapMeters(from: before.waypoint.coordinate, to: after.waypoint.coordinate)
  }
}
