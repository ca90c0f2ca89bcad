internal import Geodesy

/// Which part of a projection's plane is shown in which part of the picture.
struct Viewport {
  /// The map's place in the picture.
  let box: Box
  /// The point of the plane in the middle of the box.
  let center: Point
  let metersPerPixel: Double

  /// Below this a map shows more than coordinates can tell.
  private static let finestMetersPerPixel = 0.25
  /// How a single place is shown: with the land around it.
  private static let placeMetersPerPixel = 400.0

  /// Shows some points with room around them.
  ///
  /// - Parameters:
  ///   - globe: the bounds of the whole map where it has an outline; what lies beyond is not shown
  ///     more than needed.
  init(showing points: Box, in box: Box, margin: Double, globe: Box? = nil) {
    self.box = box
    let room = (
      width: max(box.width - 2 * margin, box.width / 2),
      height: max(box.height - 2 * margin, box.height / 2)
    )
    let scale = max(points.width / room.width, points.height / room.height)
    guard let globe else {
      center = points.center
      metersPerPixel =
        scale == 0 ? Self.placeMetersPerPixel : max(scale, Self.finestMetersPerPixel)
      return
    }
    let whole = max(
      globe.width / (box.width - margin / 2), globe.height / (box.height - margin / 2))
    let shownScale = min(max(scale, whole / 2), whole)
    func middle(_ value: Double, _ low: Double, _ high: Double, _ pixels: Double) -> Double {
      // A little sky is left around the globe.
      let half = (pixels / 2 - margin / 3) * shownScale
      return high - low <= 2 * half ? (low + high) / 2 : min(max(value, low + half), high - half)
    }
    metersPerPixel = shownScale
    center = Point(
      x: middle(points.center.x, globe.minX, globe.maxX, box.width),
      y: middle(points.center.y, globe.minY, globe.maxY, box.height))
  }

  /// The same with a part of the picture enlarged.
  ///
  /// - Parameters:
  ///   - middle: of the part, in pixels.
  ///   - box: where it is shown.
  init(_ other: Viewport, enlarging middle: Point, by factor: Double, in box: Box) {
    self.box = box
    center = other.plane(middle)
    metersPerPixel = max(other.metersPerPixel / factor, Self.finestMetersPerPixel)
  }

  func pixel(_ point: Point) -> Point {
    Point(
      x: box.center.x + (point.x - center.x) / metersPerPixel,
      y: box.center.y - (point.y - center.y) / metersPerPixel)
  }

  func pixels(_ points: [Point]) -> [Point] { points.map(pixel) }

  func plane(_ pixel: Point) -> Point {
    Point(
      x: center.x + (pixel.x - box.center.x) * metersPerPixel,
      y: center.y - (pixel.y - box.center.y) * metersPerPixel)
  }

  /// True metres for one pixel from west to east in the middle of the map, where the scale bar is
  /// true, or nil where the middle lies beside the globe.
  func trueMetersPerPixel(_ projection: borrowing MapProjection) -> Double? {
    let reach = 20.0
    let middle = box.center
    guard let a = projection.place(at: plane(Point(x: middle.x - reach, y: middle.y))),
      let b = projection.place(at: plane(Point(x: middle.x + reach, y: middle.y)))
    else { return nil }
    let meters = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
      .meters
    return meters > 0 ? meters / (2 * reach) : nil
  }
}
