internal import Geodesy

extension Route {
  /// The same route with only those waypoints that lie within a distance of its line.
  ///
  /// For a file whose waypoints belong to many tracks.
  /// - Complexity: O(vertices + waypoints), and O(log vertices) for each waypoint that is near.
  public func keepingWaypoints(withinMeters meters: Double) -> Route {
    let line = RouteLine(self)
    let boxes = line.extent(ofSegments: 0..<max(vertices.count - 1, 0))
      .boxes(margin: meters / 110_570 + 1e-9)
    let near = waypoints.filter { waypoint in
      boxes.contains { box in
        waypoint.coordinate.latitude >= box.south && waypoint.coordinate.latitude <= box.north
          && waypoint.coordinate.longitude >= box.west && waypoint.coordinate.longitude <= box.east
      }
    }
    if near.isEmpty { return keeping([]) }
    let index = PlaceIndex(line)
    var work = Work(steps: WorkLimits.placing(segments: index.tree.count))
    return keeping(
      near.filter { waypoint in
        work.allowAtLeast(WorkLimits.placingLeast)
        return index.nearest(to: waypoint.coordinate, isBand: true, &work).offsetMeters <= meters
      })
  }

  /// The same route with some of its waypoints, in their order.
  package func keeping(_ waypoints: [Waypoint]) -> Route {
    Route(self, waypoints: waypoints, officialLength: officialLength)
  }
}
