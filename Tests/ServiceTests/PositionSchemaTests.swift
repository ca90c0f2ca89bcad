import CivilTime
import Formats
import Geodesy
import JSON
import Routes
import Testing

@testable import Service

/// What is said of a position is what is written.
@Suite struct PositionSchemaTests {
  @Test func aPositionIsDescribedAsItIsWritten() throws {
    let route = try MeasuredRoute(
      Route(
        parts: [
          [
            Coordinate(latitude: 0, longitude: 179.9, elevationMeters: 1e9),
            Coordinate(latitude: 0, longitude: -179.9, elevationMeters: -1e9),
          ]
        ], waypoints: []))
    let positions = route.positions(at: [.zero, route.length])
    guard case .object(let properties) = PositionJSON.schema.schema else {
      Issue.record("no object")
      return
    }
    #expect(properties.map(\.name) == PositionJSON.members(positions[0]).map(\.0))
    let zones = ZoneCatalog()
    for position in positions {
      var checking = SchemaChecking(API().schemas, zones: zones)
      checking.check(
        try JSONReader.read(PositionJSON.object(position).text()), PositionJSON.schema.schema)
      #expect(checking.faults.isEmpty, "\(checking.faults)")
    }
    var checking = SchemaChecking(API().schemas, zones: zones)
    checking.check(
      try JSONReader.read(PositionJSON.featureCollection(positions).text()),
      .named("PositionFeatures"))
    #expect(checking.faults.isEmpty, "\(checking.faults)")
  }
}
