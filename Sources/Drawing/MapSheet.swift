internal import Geodesy
internal import MapData

/// Where everything on a map lies: its projection, what part of it is seen, and the way from places
/// to pixels.
struct MapSheet: ~Copyable {
  let projection: MapProjection
  let viewport: Viewport
  /// The map's place in the picture.
  let box: Box
  /// What is drawn: a little more than the box, so that no end of a line is seen at its edge.
  let edge: Box
  /// The outline of the whole globe, on maps of the world.
  let globe: [Point]?
  /// The route's line in pixels.
  let lines: [RouteTrace.Kind: [[Point]]]
  /// What is seen of the globe.
  let seen: SeenPart?
  private let unit: Double

  /// Places that choose the projection: more make no difference.
  private static let mostSamples = 4_000

  /// - Parameter margin: room around the route, in pixels.
  init(
    showing trace: RouteTrace, in box: Box, unit: Double, margin: Double? = nil
  ) throws(DrawingError) {
    let projection = try MapProjection(.init(showing: trace.sample(most: Self.mostSamples)))
    let planes = trace.pieces.map { (kind: $0.kind, lines: projection.lines($0.places)) }
    let globe = projection.isWorld ? projection.points(turned: Seam.globe) : nil
    let shown =
      bounds(of: planes.lazy.flatMap(\.lines).joined())
      ?? Box(minX: 0, minY: 0, maxX: 0, maxY: 0)
    let viewport = Viewport(
      showing: shown, in: box, margin: margin ?? 46 * unit,
      globe: globe.flatMap { bounds(of: $0) })
    self.init(projection, viewport, planes, globe: globe, unit: unit)
  }

  /// A part of another map, enlarged.
  ///
  /// - Parameter trace: of the route on that map.
  init(
    _ other: borrowing MapSheet, enlarging middle: Point, by factor: Double, in box: Box,
    trace: RouteTrace
  ) throws(DrawingError) {
    let projection = try MapProjection(other.projection.kind)
    let planes = trace.pieces.map { (kind: $0.kind, lines: projection.lines($0.places)) }
    self.init(
      projection, Viewport(other.viewport, enlarging: middle, by: factor, in: box), planes,
      globe: nil, unit: other.unit)
  }

  private init(
    _ projection: consuming MapProjection, _ viewport: Viewport,
    _ planes: [(kind: RouteTrace.Kind, lines: [[Point]])], globe: [Point]?, unit: Double
  ) {
    let edge = viewport.box.expanded(by: 3 * unit)
    var lines: [RouteTrace.Kind: [[Point]]] = [:]
    for plane in planes {
      lines[plane.kind, default: []] += plane.lines.flatMap {
        edge.clipped(line: viewport.pixels($0))
      }
    }
    seen = SeenPart(projection, viewport)
    self.lines = lines.mapValues { Thinning.thinned($0, tolerance: 0.3 * unit) }
    self.projection = projection
    self.viewport = viewport
    box = viewport.box
    self.edge = edge
    self.globe = globe
    self.unit = unit
  }

  func pixel(_ coordinate: Coordinate) -> Point {
    pixel(Place(latitude: coordinate.latitude, longitude: coordinate.longitude))
  }

  func pixel(_ place: Place) -> Point { viewport.pixel(projection.point(place)) }

  /// The parts of a trace of one kind, in pixels.
  func lines(_ trace: RouteTrace, _ kind: RouteTrace.Kind) -> [[Point]] {
    let lines = trace.pieces.filter { $0.kind == kind }
      .flatMap { projection.lines($0.places) }
      .flatMap { edge.clipped(line: viewport.pixels($0)) }
    return Thinning.thinned(lines, tolerance: 0.3 * unit)
  }

  /// A line in pixels.
  func pixels(line places: [Place]) -> [[Point]] {
    projection.lines(places).flatMap { edge.clipped(line: viewport.pixels($0)) }
  }

  /// A closed ring in pixels, in several where the map's own seam cuts it.
  func pixels(ring places: [Place]) -> [[Point]] {
    let turned = projection.turned(places)
    let planes =
      projection.isWorld
      ? Seam.cut(ring: turned).map { projection.points(turned: $0) }
      : [projection.points(turned: turned).filter { $0.x.isFinite && $0.y.isFinite }]
    return planes.map { edge.clipped(area: viewport.pixels($0)) }.filter { !$0.isEmpty }
  }
}
