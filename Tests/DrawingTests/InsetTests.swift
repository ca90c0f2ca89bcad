import Foundation
import Routes
import Testing

@testable import Drawing

@Suite struct InsetTests {
  private static let stops = [
    "Town hall", "Old market", "Saint Mary", "Bridge", "Castle gate", "Library", "Museum",
    "East station", "Harbour", "Poets' park", "Theatre", "Arch",
  ]

  /// Some 400 km, with stops within a few kilometres at its end.
  private static func route(named names: [String] = stops) throws -> MeasuredRoute {
    var places: [(Double, Double)] = []
    for index in 0..<90 { places.append((49.8 - Double(index) * 0.035, 6 + Double(index) * 0.02)) }
    let (south, east) = places[places.count - 1]
    var stops: [(Double, Double)] = []
    for index in names.indices {
      let step = Double(index + 1)
      stops.append((south - 0.004 * step, east + 0.01 * cos(0.9 * step)))
    }
    places += stops
    return try Sample.route(
      [places],
      waypoints: try zip(names, stops).map { try Sample.waypoint($0, $1.0, $1.1) })
  }

  private func names(_ plot: RoutePlot) -> Set<String> {
    Set(
      plot.drawing.layers.filter { $0.name == "labels" }.flatMap(\.shapes).compactMap {
        if case .text(let run) = $0 { run.text } else { nil }
      })
  }

  private func box(_ plot: RoutePlot, _ name: String) -> Box? {
    guard
      case .path(let lines, _, _, _)? = plot.drawing.layers.first(where: { $0.name == name })?
        .shapes.first
    else { return nil }
    return bounds(of: lines.joined())
  }

  @Test func aTownAtTheEndIsEnlarged() throws {
    let plot = try RoutePlot(try Self.route())
    let inset = try #require(box(plot, "inset"))
    let part = try #require(box(plot, "inset-part"))
    #expect(names(plot).intersection(Self.stops).count >= 10)
    #expect(plot.mapNotes.droppedLabels <= 2)
    #expect(inset.width / part.width > 4 && !inset.intersects(part))
    // It lies on no panel, no sign and no label, and the route does not pass beneath it.
    for layer in plot.drawing.layers.prefix(while: { $0.name != "inset" }) {
      for shape in layer.shapes {
        switch shape {
        case .text(let run): #expect(!run.box.intersects(inset), "\(run.text)")
        case .circle(let center, _, _, _) where layer.name == "signs":
          #expect(!inset.contains(center))
        case .path(let lines, _, _, _) where ["legend", "scale-bar"].contains(layer.name):
          #expect(bounds(of: lines.joined()).map(inset.intersects) == false)
        case .path(let lines, false, _, _) where layer.name == "route":
          #expect(lines.allSatisfy { inset.clipped(line: $0).isEmpty })
        default: break
        }
      }
    }
  }

  @Test func whereItDoesNotHelpThereIsNone() throws {
    // Few enough that all have their names.
    #expect(box(try RoutePlot(try Self.route(named: ["A", "B", "C"])), "inset") == nil)
    // Distance markers.
    let markers = (0..<12).map { "km \(390 + $0)" }
    #expect(box(try RoutePlot(try Self.route(named: markers)), "inset") == nil)
    #expect(box(try RoutePlot(try Sample.route([[(50, 6), (47, 8)]])), "inset") == nil)
    // They crowd all along.
    let everywhere = try (0..<300).map { try Sample.waypoint("Place \($0)", 0, Double($0) / 300) }
    let long = try Sample.route([[(0, 0), (0, 1)]], waypoints: everywhere)
    #expect(box(try RoutePlot(long), "inset") == nil)
  }
}
