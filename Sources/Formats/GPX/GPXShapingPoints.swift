internal import Geodesy

/// The points that shape a route between its own points, which Garmin keeps in an extension of each
/// (`gpxx:rpt`); the prefix differs from file to file.
extension GPXReader {
  func shapingElement(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ parent: Element,
    _ stream: XMLStream
  ) -> Element? {
    let local = XMLName.local(name)
    if parent == .routePointExtensions {
      return XMLName.equals(local, "RoutePointExtension") ? .shapingPoints : nil
    }
    guard XMLName.equals(local, "rpt") else { return nil }
    let routePoint = point
    guard startPoint(.shapingPoint, attributes, stream) != nil else { return nil }
    if let place = point.coordinate { shape.append((place, point.offset)) }
    point = routePoint
    return .leaf
  }

  /// Appends the points that shape the way behind the route point that ends.
  func takeShape() {
    if shape.isEmpty { return }
    if shapingCount == 0 { firstShape = shape[0].offset }
    shapingCount += shape.count
    for (place, offset) in shape {
      part.append(place, offset: offset)
      if isThorough { part.setTime(SourcePart.noTime) }
    }
    shape.removeAll(keepingCapacity: true)
  }

  /// Notes that the line has points that only Garmin's programs know.
  func noteShape() {
    guard shapingCount > 0 else { return }
    diagnostics.addSummary(
      Diagnostic(
        .shapingPoints, .info,
        "\(shapingCount) shaping points of Garmin's extension (gpxx:rpt) are part of the line",
        offset: firstShape))
  }
}
