import Formats
public import Geodesy
public import JSON
public import Routes

/// The heights along one pass of a route, few enough to draw.
public struct ElevationProfile: Sendable {
  /// A height of the line.
  public struct Point: Hashable, Sendable {
    /// Official distance.
    public let distance: Distance
    /// Metres above whatever the route's source counts from.
    public let elevationMeters: Double
  }

  /// In the order of the line; empty where no vertex has an elevation.
  public let points: [Point]
  /// How much the route goes up and down, from all vertices; nil where none has an elevation.
  public let climb: Climb?

  /// The most points that can be asked for.
  public static let mostPoints = 10_000

  /// Reduces the line to its first and last point and, between them, to the lowest and the highest of
  /// each of equally long stretches, so that no summit is lost. Vertices without an elevation are
  /// passed over.
  ///
  /// - Parameter pointCount: the most points, 2 to 10,000; other numbers are taken for the nearest.
  /// - Complexity: O(vertices · log markers).
  public init(_ route: MeasuredRoute, pointCount: Int = 500) {
    let count = min(max(pointCount, 2), Self.mostPoints)
    climb = route.route.climb()
    let vertices = route.route.vertices
    let known = vertices.indices.filter { vertices[$0].elevationMeters != nil }
    guard let first = known.first, let last = known.last else {
      points = []
      return
    }
    func height(_ vertex: Int) -> Double { vertices[vertex].elevationMetersOrNaN }
    var kept = [first]
    if known.count <= count {
      kept = known
    } else {
      let measures = route.line.measures
      let (start, length) = (measures[first], measures[last] - measures[first])
      let stretches = max((count - 2) / 2, 1)
      func stretch(_ vertex: Int) -> Int {
        guard length > 0 else { return 0 }
        return min(Int((measures[vertex] - start) / length * Double(stretches)), stretches - 1)
      }
      var index = 1
      while count > 3, index < known.count - 1 {
        let current = stretch(known[index])
        var (low, high) = (known[index], known[index])
        while index < known.count - 1, stretch(known[index]) == current {
          if height(known[index]) < height(low) { low = known[index] }
          if height(known[index]) > height(high) { high = known[index] }
          index += 1
        }
        kept.append(min(low, high))
        if low != high { kept.append(max(low, high)) }
      }
      kept.append(last)
    }
    points = kept.map { vertex in
      Point(
        distance: route.officialDistance(atGeometricMeters: route.line.measures[vertex]),
        elevationMeters: height(vertex))
    }
  }

  /// `{"ascentMeters","descentMeters","points":[{"distanceMeters","elevationMeters"}]}`.
  public var json: JSONValue {
    .object([
      ("ascentMeters", .optional(climb?.ascentMeters)),
      ("descentMeters", .optional(climb?.descentMeters)),
      (
        "points",
        .array(
          points.map {
            .object([
              ("distanceMeters", .number($0.distance.meters)),
              ("elevationMeters", .number($0.elevationMeters)),
            ])
          })
      ),
    ])
  }
}
