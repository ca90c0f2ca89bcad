/// A kind of thing that a file holds and a route has no place for.
public struct Leftover: Hashable, Sendable {
  /// The name of the element (XML) or of the property (GeoJSON).
  public let name: String
  public let count: Int
}

extension RouteDocument {
  /// What the file holds beside what the route of the chosen tracks is made of, such as times, symbols
  /// and heart rates, the most frequent first.
  ///
  /// - Complexity: that of reading the file again where it is XML.
  public func leftovers(_ choice: TrackChoice = .all) -> [Leftover] {
    var tally = passedOver
    if format?.isXML == true { tally.add(XMLCensus.tally(of: self)) }
    // The name nearest to the line is the route's.
    if let name, let title = title(choice), title != name {
      tally.add("the name “\(shortened(name))” of the whole file")
    }
    return tally.all
  }
}
