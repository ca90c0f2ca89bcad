internal import Geodesy
public import JSON
public import Routes

/// Puts a waypoint at every multiple of a distance.
public struct WaypointsEvery: Edit {
  public static let kind = "waypointsEvery"
  public static let note =
    "Puts a waypoint at every multiple of a distance, between the start and the end of one pass."

  public var every: WrittenDistance
  /// `{n}` stands for the number, from 1, and `{distance}` for the distance.
  public var namePattern: String?

  public static let standardPattern = "{distance}"
  /// A waypoint that stands this near already is not put there again.
  private static let nearMeters = 10.0

  public init(every: WrittenDistance, namePattern: String? = nil) {
    self.every = every
    self.namePattern = namePattern
  }

  public init(_ fields: inout EditFields) {
    every = fields.distance("every", "The distance from one to the next, such as \"25km\".")
    namePattern = fields.optionalText(
      "namePattern",
      "The names, with {n} for the number and {distance} for the distance; \"{distance}\" by default."
    )
    if every.distance == .zero { fields.refuse("every", "“every” must be more than 0") }
  }

  public var members: [(String, JSONValue)] {
    [("every", every.json)] + (namePattern.map { [("namePattern", .string($0))] } ?? [])
  }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    try measured.requirePlaces()
    let step = every.distance.micrometers
    guard step > 0 else { throw AuthoringError(.range, "a distance of 0 leads nowhere") }
    let first = measured.pass.lowerBound / step + 1
    let last = (measured.pass.upperBound - 1) / step
    guard first <= last else {
      return Edited(
        measured.route, ["the route is not longer than \(every.text): no waypoint was added"])
    }
    let most = RouteLimits.standard.waypoints - measured.waypoints.count
    guard last - first < most else {
      throw AuthoringError(
        .limit,
        "a waypoint every \(every.text) makes \(last - first + 1); with the \(measured.waypoints.count) "
          + "that are there the limit is \(RouteLimits.standard.waypoints) waypoints")
    }
    var new: [PlacedListing] = []
    var standing = 0
    for number in first...last {
      let distance = Distance(micrometers: number * step)
      let position = measured.position(at: distance)
      let isThere = measured.waypoints.contains {
        abs($0.distance.meters - distance.meters) <= Self.nearMeters
      }
      if isThere {
        standing += 1
        continue
      }
      let name = (namePattern ?? Self.standardPattern)
        .replacing("{n}", with: "\(number)")
        .replacing("{distance}", with: WrittenDistance(distance, in: every.unit).text)
      new.append(
        PlacedListing(
          waypoint: Waypoint(name: name, coordinate: position.coordinate), distance: distance))
    }
    let route = try measured.merging(new)
    var did = ["\(Wording.count(new.count, "waypoint")) added, every \(every.text)"]
    if measured.length > measured.passLength {
      did.append(
        "they are on the first pass of \(Wording.kilometers(measured.passLength)): the later ones lead past "
          + "the same places")
    }
    if standing > 0 {
      did.append(
        "\(Wording.count(standing, "place")) left without: a waypoint stands within "
          + "\(Wording.gap(Self.nearMeters)) of it already")
    }
    did += try PassNotes.elsewhere(new, in: route)
    return Edited(route, did)
  }
}
