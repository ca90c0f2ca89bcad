import Authoring
import Geodesy
import Routes
import Testing

@Suite struct RouteDifferenceTests {
  private let towns = [
    Waypoint(name: "A", coordinate: place(0, 0.02)),
    Waypoint(name: "B", coordinate: place(0, 0.08)),
  ]

  @Test func aDetourIsAStretchOfEachVersion() throws {
    let old = try MeasuredRoute(Route(name: "R", parts: [equator(0...20)], waypoints: towns))
    var line = equator(0...20)
    for index in 9...11 { line[index] = place(0.005, line[index].longitude) }
    var moved = towns
    moved[1].coordinate = place(0, 0.081)
    moved.append(Waypoint(name: "C", coordinate: place(0, 0.19)))
    let new = try MeasuredRoute(Route(name: "R", parts: [line], waypoints: moved))
    let difference = try RouteDifference(from: old, to: new)
    #expect(difference.removed.count == 1 && difference.added.count == 1)
    let added = try #require(difference.added.first)
    #expect(abs(added.mostMeters - 553) < 1)
    #expect(abs(added.from.meters - 8 * 1_113.2) < 1)
    #expect(difference.addedWaypoints.map(\.waypoint.name) == ["C"])
    #expect(difference.changedWaypoints.map(\.name) == ["B"])
    #expect(abs(difference.changedWaypoints[0].movedMeters - 111.3) < 0.1)
    #expect(difference.removedWaypoints.isEmpty)
    let back = try RouteDifference(from: new, to: old)
    #expect(back.removedWaypoints.map(\.waypoint.name) == ["C"] && back.added == difference.removed)
  }

  @Test func nothingChangedIsNoDifference() throws {
    let route = try MeasuredRoute(Route(parts: [equator(0...20)], waypoints: towns))
    #expect(try RouteDifference(from: route, to: route).isEmpty)
  }
}
