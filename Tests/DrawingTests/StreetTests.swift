import Foundation
import Testing

@testable import Drawing
@testable import OpenStreetMap

@Suite struct StreetTests {
  private func texts(_ plot: RoutePlot, _ layer: String) -> [String] {
    plot.drawing.layers.filter { $0.name == layer }.flatMap(\.shapes).compactMap {
      if case .text(let run) = $0 { run.text } else { nil }
    }
  }

  /// The real extract beside a clone; nil where there is none.
  private static let andorra: OSMExtract? = {
    let file = Sample.root.deletingLastPathComponent().appending(
      path: "shared/maps/andorra.osm.pbf")
    return (try? Data(contentsOf: file)).map { OSMExtract(Array($0)) }
  }()

  private static let town = [(42.5063, 1.5218), (42.5085, 1.53), (42.51, 1.5395)]

  @Test(.enabled(if: andorra != nil, "there is no extract beside the clone"))
  func streetsLieBetweenTheGroundAndTheRoute() throws {
    let route = try Sample.route([Self.town])
    let plot = try RoutePlot(route, basemap: Self.andorra)
    let names = plot.drawing.layers.map(\.name)
    let streets = try #require(names.firstIndex(of: "streets"))
    #expect(try #require(names.firstIndex(of: "ground")) < streets)
    #expect(try #require(names.firstIndex(of: "towns")) > streets)
    #expect(try #require(names.firstIndex(of: "route")) > streets)
    let layer = plot.drawing.layers[streets]
    let palette = Palette(.light)
    let strokes = layer.shapes.compactMap {
      if case .path(_, false, nil, let stroke?) = $0 { stroke } else { nil }
    }
    // From paths to the main roads, thin to thick.
    #expect(
      Set(strokes.map(\.color)).isSuperset(of: [palette.path, palette.street, palette.mainRoad]))
    let roads = strokes.filter { [palette.street, palette.mainRoad].contains($0.color) }
    #expect(roads.map(\.width) == roads.map(\.width).sorted() && roads.count >= 4)
    let attribution = OSMExtract.attribution
    #expect(texts(plot, "attribution") == [attribution])
    #expect(texts(plot, "legend").contains("streets \(attribution)"))
    #expect(texts(plot, "notes").contains { $0.contains(attribution) })
    // What is drawn lies on the map, a stroke's width beyond it at most.
    let edge = try #require(layer.clip).expanded(by: 3.01)
    for shape in layer.shapes {
      guard case .path(let lines, _, _, _) = shape else { continue }
      #expect(lines.joined().allSatisfy(edge.contains))
    }
  }

  @Test(.enabled(if: andorra != nil, "there is no extract beside the clone"))
  func everyKindOfPicture() throws {
    let route = try Sample.route([Self.town])
    let plot = try RoutePlot(route, basemap: Self.andorra)
    let plain = try RoutePlot(route)
    #expect(try plot.png().count > plain.png().count)
    #expect(try plot.pdf(created: "").count > plain.pdf(created: "").count)
    #expect(String(decoding: plot.svg(), as: UTF8.self).contains("class=\"streets\""))
    let page = String(
      decoding: try RoutePlot.page(route, basemap: Self.andorra), as: UTF8.self)
    #expect(page.contains("class=\"streets\"") && page.contains("id=\"attribution\""))
    let other = String(decoding: try RoutePlot.page(route), as: UTF8.self)
    #expect(!other.contains("class=\"streets\"") && !other.contains("id=\"attribution\""))
  }

  @Test(.enabled(if: andorra != nil, "there is no extract beside the clone"))
  func anExtractOfAnotherPlaceIsTold() throws {
    let plot = try RoutePlot(try Sample.route([[(10, 10), (10, 10.1)]]), basemap: Self.andorra)
    #expect(texts(plot, "attribution").isEmpty && plot.mapNotes.lacksStreets)
    #expect(texts(plot, "notes").contains { $0.contains("nothing of the basemap") })
  }

  @Test func aFaultTellsItsPlace() throws {
    let route = try Sample.route([Self.town])
    let file = OSMExtract(Array("<osm/> and so on".utf8))
    let error = #expect(throws: DrawingError.self) { try RoutePlot(route, basemap: file) }
    #expect(error?.code == .basemap && error?.message.hasPrefix("byte 0: ") == true)
    #expect(throws: DrawingError.self) { try RoutePlot.page(route, basemap: file) }
  }

  @Test func withoutABasemapNothingIsTold() throws {
    let plot = try RoutePlot(try Sample.route([Self.town]))
    #expect(texts(plot, "attribution").isEmpty && !plot.mapNotes.lacksStreets)
    #expect(!plot.drawing.layers.contains { $0.name == "streets" && !$0.shapes.isEmpty })
  }
}
