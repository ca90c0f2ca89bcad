internal import Geodesy
public import JSON
public import Routes

/// Makes one part of those whose ends meet.
public struct JoinEnds: Edit {
  public static let kind = "joinEnds"
  public static let note =
    "Makes one part of parts whose ends meet; what stays apart keeps its join."

  /// Ends this near meet; 1 m by default.
  public var within: WrittenDistance?

  public static let standard = WrittenDistance(Distance(micrometers: 1_000_000), in: .meters)

  public init(within: WrittenDistance? = nil) { self.within = within }

  public init(_ fields: inout EditFields) {
    within = fields.optionalDistance("within", "Ends this near meet; \"1m\" by default.")
  }

  public var members: [(String, JSONValue)] { within.map { [("within", $0.json)] } ?? [] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let route = measured.route
    let reach = (within ?? Self.standard).meters
    var line = CutLine()
    var joined = 0
    var apart: [String] = []
    for index in 0..<route.partCount {
      let part = route.part(index)
      guard let start = part.first, let end = line.parts.last?.last else {
        line.parts.append(Array(part))
        continue
      }
      let join = measured.joins[index - 1]
      guard join.lengthMeters <= reach else {
        line.append(CutLine(parts: [Array(part)]), join: route.joinPolicies[index - 1])
        apart.append("\(Wording.gap(join.lengthMeters)) after part \(index)")
        continue
      }
      joined += 1
      var rest = part
      if end.isSamePlace(as: start),
        end.elevationMeters == start.elevationMeters || end.elevationMeters == nil
          || start.elevationMeters == nil
      {
        // The height that is known stays.
        if end.elevationMeters == nil {
          line.parts[line.parts.count - 1].removeLast()
        } else {
          rest = rest.dropFirst()
        }
      }
      line.parts[line.parts.count - 1] += rest
    }
    let made = line
    let welded = try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: route.name, parts: made.parts, joinPolicies: made.policies,
        waypoints: route.waypoints, officialLength: route.officialLength, course: route.course)
    }
    var did = [
      "\(Wording.count(joined, "join")) closed; the route has \(Wording.count(welded.partCount, "part"))"
    ]
    if !apart.isEmpty {
      did.append(
        "\(Wording.count(apart.count, "gap")) left: \(apart.prefix(10).joined(separator: ", "))"
          + (apart.count > 10 ? ", …" : ""))
    }
    return Edited(welded, did)
  }
}
