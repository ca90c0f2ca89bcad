internal import Geodesy
public import JSON
public import Routes

/// Takes the noise out of heights.
public struct SmoothElevation: Edit {
  public static let kind = "smoothElevation"
  public static let note =
    "Takes the noise out of heights: each becomes the mean of the profile around it. The heights at the "
    + "ends of a part stay."

  /// The length of the stretch that a height is the mean of; 200 m by default.
  public var over: WrittenDistance?

  public static let standard = WrittenDistance(Distance(micrometers: 200_000_000), in: .meters)

  public init(over: WrittenDistance? = nil) { self.over = over }

  public init(_ fields: inout EditFields) {
    over = fields.optionalDistance(
      "over", "The length of the stretch that a height is the mean of; \"200m\" by default.")
  }

  public var members: [(String, JSONValue)] { over.map { [("over", $0.json)] } ?? [] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let route = measured.route
    let reach = (over ?? Self.standard).meters / 2
    var parts: [[Coordinate]] = []
    var changed = 0
    var most = 0.0
    for index in 0..<route.partCount {
      var part = Array(route.part(index))
      let first = route.partStarts[index]
      for run in Self.known(part) {
        let profile = Profile(
          meters: run.map { measured.line.measures[first + $0] },
          heights: run.map { part[$0].elevationMetersOrNaN })
        for (position, vertex) in run.enumerated() {
          let old = part[vertex]
          let height = profile.mean(around: position, reach: reach)
          guard height != old.elevationMetersOrNaN else { continue }
          changed += 1
          most = max(most, abs(height - old.elevationMetersOrNaN))
          part[vertex] = Coordinate(
            uncheckedLatitude: old.latitude, longitude: old.longitude, elevation: height)
        }
      }
      parts.append(part)
    }
    guard changed > 0 else { return Edited(route, ["no height changed"]) }
    let smoothed = parts
    let made = try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: route.name, parts: smoothed, joinPolicies: route.joinPolicies,
        waypoints: route.waypoints, officialLength: route.officialLength, course: route.course)
    }
    let did = ["\(Wording.count(changed, "height")) changed, by up to \(Wording.gap(most))"]
    return Edited(made, did + Wording.climbs(from: route, to: made))
  }

  /// The runs of vertices whose heights are known.
  private static func known(_ part: [Coordinate]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for (index, vertex) in part.enumerated() {
      let isKnown = vertex.elevationMeters != nil
      if isKnown, start == nil { start = index }
      if !isKnown, let low = start {
        runs.append(low..<index)
        start = nil
      }
    }
    if let low = start { runs.append(low..<part.count) }
    return runs
  }
}

/// Heights along a line, straight between its vertices.
private struct Profile {
  private let meters: [Double]
  private let heights: [Double]
  /// The area under the profile up to each vertex, over the height of the first.
  private let areas: [Double]

  init(meters: [Double], heights: [Double]) {
    self.meters = meters
    self.heights = heights
    var areas = [0.0]
    areas.reserveCapacity(meters.count)
    for index in 1..<max(meters.count, 1) {
      let width = meters[index] - meters[index - 1]
      let height = (heights[index] + heights[index - 1]) / 2 - heights[0]
      areas.append(areas[index - 1] + width * height)
    }
    self.areas = areas
  }

  /// The mean height around a vertex, as far to both sides as the nearer end allows. O(log n).
  func mean(around index: Int, reach: Double) -> Double {
    let here = meters[index]
    let reach = min(reach, here - meters[0], meters[meters.count - 1] - here)
    guard reach > 0 else { return heights[index] }
    let mean = (area(to: here + reach) - area(to: here - reach)) / (2 * reach) + heights[0]
    return mean.isFinite ? Wording.millimeters(mean) : heights[index]
  }

  private func area(to place: Double) -> Double {
    let index = min(max(meters.partitioningIndex { $0 > place } - 1, 0), meters.count - 2)
    let width = meters[index + 1] - meters[index]
    guard width > 0 else { return areas[index] }
    let along = min(max(place - meters[index], 0), width)
    let rise = (heights[index + 1] - heights[index]) * (along / width)
    return areas[index] + along * (heights[index] - heights[0] + rise / 2)
  }
}
