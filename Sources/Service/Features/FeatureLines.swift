import Geodesy
import JSON
import Routes

/// What a route is as a feature: its line, as maps draw it.
extension RouteMapSource {
  /// The line of a pass without ferries and flights, or these where there is nothing else.
  private var featureRuns: [Run] {
    let walked = runs.filter { !$0.isCrossing }
    return walked.isEmpty ? runs : walked
  }

  /// The line as GeoJSON, always of one type; nil for a route without one. O(vertices drawn).
  var multiLine: JSONValue? {
    let drawn = featureRuns
    if drawn.isEmpty { return nil }
    var text: [UInt8] = [0x5B]
    for (index, run) in drawn.enumerated() {
      if index > 0 { text.append(0x2C) }
      append(MapStroke(run), to: &text)
    }
    text.append(0x5D)
    return .object([
      ("type", .string("MultiLineString")), ("coordinates", .fragment(text)),
    ])
  }

  /// Whether the line, as it is drawn, touches a box. O(vertices drawn).
  func touches(_ box: Bounds) -> Bool {
    let halves = box.halves
    return featureRuns.contains { run in
      run.vertices.dropLast().contains { vertex in
        let a = (longitudes[vertex], latitudes[vertex])
        let b = (longitudes[vertex + 1], latitudes[vertex + 1])
        return halves.contains { $0.touches(from: a, to: b) }
      }
    }
  }
}

extension Bounds {
  /// Whether a straight segment in degrees touches the box, which does not cross 180 degrees (Liang and
  /// Barsky's clipping).
  func touches(from a: (Double, Double), to b: (Double, Double)) -> Bool {
    // What of the segment, from 0 at its start to 1 at its end, is within the sides looked at so far.
    var (first, last) = (0.0, 1.0)
    for (start, end, least, most) in [(a.0, b.0, west, east), (a.1, b.1, south, north)] {
      let length = end - start
      if length == 0 {
        guard least...most ~= start else { return false }
        continue
      }
      let (near, far) = ((least - start) / length, (most - start) / length)
      first = max(first, min(near, far))
      last = min(last, max(near, far))
      if first > last { return false }
    }
    return true
  }
}
