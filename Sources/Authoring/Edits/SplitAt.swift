internal import Geodesy
public import JSON
public import Routes

/// Makes parts of a part.
public struct SplitAt: Edit {
  public static let kind = "splitAt"
  public static let note =
    "Ends a part at a distance and begins the next there, such as for stages. Nothing else changes."

  public var distances: [WrittenDistance]

  public init(_ distances: [WrittenDistance]) { self.distances = distances }

  public init(_ fields: inout EditFields) {
    distances = fields.distances("distances", "Where parts end, such as [\"25km\",\"50km\"].")
  }

  public var members: [(String, JSONValue)] { [("distances", .array(distances.map(\.json)))] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    var places: [Int64] = []
    for distance in distances { places.append(try measured.place(distance, "the split,")) }
    let route = measured.route
    let end = Seam(vertex: route.vertices.count - 1, coordinate: nil, isBetweenParts: false)
    var here = Seam(vertex: 0, coordinate: nil, isBetweenParts: false)
    var line = CutLine()
    var known = 0
    for place in Set(places).sorted() {
      let seam = measured.seam(at: place)
      let isEnd = seam.coordinate == nil && (seam.vertex == 0 || seam.vertex == end.vertex)
      if seam.isBetweenParts || isEnd {
        known += 1
        continue
      }
      line.append(measured.line(from: here, to: seam), join: nil)
      here = seam
    }
    line.append(measured.line(from: here, to: end), join: nil)
    let made = line
    let split = try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: route.name, parts: made.parts, joinPolicies: made.policies,
        waypoints: route.waypoints, officialLength: route.officialLength, course: route.course)
    }
    var did = ["the route has \(Wording.count(split.partCount, "part"))"]
    if known > 0 {
      did.append("\(Wording.count(known, "split")) left out: no part goes on there")
    }
    return Edited(split, did)
  }
}
