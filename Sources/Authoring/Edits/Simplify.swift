internal import Geodesy
public import JSON
public import Routes

/// Leaves out vertices that a tolerance can do without.
public struct Simplify: Edit {
  public static let kind = "simplify"
  public static let note =
    "Leaves out vertices, none of them further than a tolerance from the line that is left. The ends of "
    + "parts stay, and so do the vertices around waypoints."

  public var tolerance: WrittenDistance

  public init(_ tolerance: WrittenDistance) { self.tolerance = tolerance }

  public init(_ fields: inout EditFields) {
    tolerance = fields.distance("tolerance", "Such as \"10m\".")
  }

  public var members: [(String, JSONValue)] { [("tolerance", tolerance.json)] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let thinning = Thinning(measured)
    let route = try thinning.route(keeping: thinning.kept(toleranceMeters: tolerance.meters))
    return Edited(route, try thinning.did(route))
  }
}

/// Leaves out vertices until no more are left than a number.
public struct MaxVertices: Edit {
  public static let kind = "maxVertices"
  public static let note =
    "Leaves out vertices by the smallest tolerance that leaves no more than a number of them."

  public var vertices: Int

  public init(_ vertices: Int) { self.vertices = vertices }

  public init(_ fields: inout EditFields) {
    vertices = fields.count("vertices", 2...RouteLimits.standard.vertices, "The most.")
  }

  public var members: [(String, JSONValue)] { [("vertices", .integer(vertices))] }

  /// Halvings of the range of tolerances, which end where a tolerance is known to one part in a hundred.
  private static let halvings = 16

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let count = measured.route.vertices.count
    guard count > vertices else {
      return Edited(measured.route, ["the route has \(Wording.count(count, "vertex", "vertices"))"])
    }
    let thinning = Thinning(measured)
    // From a centimetre to beyond any line, in equal ratios.
    var low = 0.01
    var high = 100_000.0
    var best = thinning.kept(toleranceMeters: high)
    guard best.count <= vertices else {
      throw AuthoringError(
        .unsuitable,
        "\(vertices) vertices are too few: the ends of parts, the vertices around waypoints and a line "
          + "without legs over \(Wording.gap(Simplification.longestLegMeters)) need \(best.count)")
    }
    for _ in 0..<Self.halvings {
      let middle = (low * high).squareRoot()
      let kept = thinning.kept(toleranceMeters: middle)
      if kept.count <= vertices {
        (high, best) = (middle, kept)
      } else {
        low = middle
      }
    }
    let route = try thinning.route(keeping: best)
    return Edited(
      route, ["the tolerance is \(Wording.gap(high))"] + (try thinning.did(route)))
  }
}
