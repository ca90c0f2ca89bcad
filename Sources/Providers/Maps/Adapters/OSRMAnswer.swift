internal import Formats
internal import Geodesy
internal import JSON
internal import Routes

/// The answer to a question for a route as OSRM shapes it, and other engines after it.
enum OSRMAnswer {
  /// - Throws: `maps-no-way`, `maps-refused`, `maps-malformed`.
  static func way(
    in answer: MapsServer.Answer, through stops: [Coordinate]
  ) throws(MapsError) -> FoundWay {
    let code = answer.json["code"]?.string
    // The last is that of an engine that does not look so far.
    if let code, ["NoRoute", "NoSegment", "DistanceExceeded"].contains(code) {
      throw MapsError(.noWay, "\(answer.origin) knows no way through the stops")
    }
    guard answer.isSuccess, code == "Ok" else {
      guard let code, code != "Ok", code.utf8.count <= 40,
        code.utf8.allSatisfy({ 0x41...0x5A ~= $0 & 0xDF })
      else { throw answer.isSuccess ? answer.malformed("without a code") : answer.refusal }
      throw MapsError(.refused, "\(answer.origin) refused the question: \(code)")
    }
    guard let route = answer.json["routes"]?.array?.first,
      let waypoints = answer.json["waypoints"]?.array, waypoints.count == stops.count
    else { throw answer.malformed("without a route through all stops") }
    var snapped: [Double] = []
    for (waypoint, stop) in zip(waypoints, stops) {
      let place = try answer.coordinate(pair: waypoint["location"])
      let meters = Geodesic.wgs84.inverse(from: stop, to: place).distanceMeters
      // What is said and what is done are both looked at.
      snapped.append(max(waypoint["distance"]?.double ?? 0, meters))
    }
    return FoundWay(line: try line(route["geometry"], in: answer), snappedMeters: snapped)
  }

  /// An encoded polyline of 6 digits, or a GeoJSON LineString.
  static func line(
    _ geometry: JSONNode?, digits: Int = 6, in answer: MapsServer.Answer
  ) throws(MapsError) -> [Coordinate] {
    let most = RouteLimits.standard.vertices
    if let text = geometry?.string {
      do throws(Diagnostic) {
        let line = try EncodedPolyline.vertices(of: text, digits: digits, most: most)
        if !line.isEmpty { return line }
      } catch { throw answer.malformed("with a line that cannot be read: \(error.message)") }
    } else if let pairs = geometry?["coordinates"]?.array, !pairs.isEmpty, pairs.count <= most {
      var line: [Coordinate] = []
      line.reserveCapacity(pairs.count)
      for pair in pairs { line.append(try answer.coordinate(pair: pair)) }
      return line
    }
    throw answer.malformed("without a line")
  }
}
