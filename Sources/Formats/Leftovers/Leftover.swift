/// A kind of thing that a file holds and a route has no place for.
public struct Leftover: Hashable, Sendable {
  /// The name of the element (XML) or of the property (GeoJSON).
  public let name: String
  public let count: Int
}

extension RouteDocument {
  /// What the file holds beside what a route is made of, such as times, symbols and heart rates, the
  /// most frequent first.
  ///
  /// - Complexity: that of reading the file again where it is XML.
  public func leftovers() -> [Leftover] {
    switch format {
    case .gpx, .kml: XMLCensus.tally(of: self).all
    case .geojson: passedOver.all
    case .polyline5, .polyline6, nil: []
    }
  }
}
