import Batch
import Foundation
import Geodesy
import Providers

/// Places of an organisation's own, from a CSV file with the columns `name`, `lat` and `lon`.
///
/// The whole of an adapter, for docs/adapters.md: it answers two questions, says where its data comes
/// from, and runs the conformance suite.
struct CSVPlaces: PlaceFinder {
  let attribution: String?
  private let known: [FoundPlace]

  init(file path: String, attribution: String? = nil) throws {
    let table = try CellTable(Array(try Data(contentsOf: URL(filePath: path))))
    let (name, area) = (try table.column("name"), try table.column("area"))
    let (latitude, longitude) = (try table.column("lat"), try table.column("lon"))
    self.attribution = attribution
    known = try table.rows.map { row in
      guard let name = table.text(row, name),
        let north = table.text(row, latitude).flatMap({ Double($0) }),
        let east = table.text(row, longitude).flatMap({ Double($0) })
      else { throw MapsError(.settings, "\(path):\(row.line): the row is not a place") }
      return FoundPlace(
        name: name, area: table.text(row, area),
        coordinate: try Coordinate(latitude: north, longitude: east))
    }
  }

  func places(named text: String, most: Int) async throws(MapsError) -> [FoundPlace] {
    let wanted = text.lowercased()
    let found = known.filter {
      $0.name.lowercased() == wanted || $0.title.lowercased() == wanted
    }
    return Array(found.prefix(most))
  }

  func place(at coordinate: Coordinate) async throws(MapsError) -> FoundPlace? {
    func meters(_ place: FoundPlace) -> Double {
      Geodesic.wgs84.inverse(from: coordinate, to: place.coordinate).distanceMeters
    }
    return known.min { meters($0) < meters($1) }
  }
}
