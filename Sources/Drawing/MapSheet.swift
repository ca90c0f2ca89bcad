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
  /// The outlines of the land that suit the scale; none where they would be off by many pixels.
  let land: Land.Scale?
  private let unit: Double

  /// One pixel of a larger map shows more than this; then the coarse outlines will do.
  private static let coarseMetersPerPixel = 9_000.0
  /// One pixel of a smaller map shows less than this, and even the fine ones do not.
  private static let finestLandMetersPerPixel = 60.0
  /// Places that choose the projection: more make no difference.
  private static let mostSamples = 4_000

  init(showing trace: RouteTrace, in box: Box, unit: Double) throws(DrawingError) {
    let projection = try MapProjection(.init(showing: trace.sample(most: Self.mostSamples)))
    let planes = trace.pieces.map { (kind: $0.kind, lines: projection.lines($0.places)) }
    let globe = projection.isWorld ? projection.points(turned: Seam.globe) : nil
    let shown =
      bounds(of: planes.lazy.flatMap(\.lines).joined())
      ?? Box(minX: 0, minY: 0, maxX: 0, maxY: 0)
    let viewport = Viewport(
      showing: shown, in: box, margin: 46 * unit, globe: globe.flatMap { bounds(of: $0) })
    let edge = box.expanded(by: 3 * unit)
    var lines: [RouteTrace.Kind: [[Point]]] = [:]
    for plane in planes {
      lines[plane.kind, default: []] += plane.lines.flatMap {
        edge.clipped(line: viewport.pixels($0))
      }
    }
    let perPixel = viewport.metersPerPixel * unit
    land =
      perPixel < Self.finestLandMetersPerPixel
      ? nil : perPixel > Self.coarseMetersPerPixel ? .coarse : .fine
    self.lines = lines.mapValues { Thinning.thinned($0, tolerance: 0.3 * unit) }
    self.projection = projection
    self.viewport = viewport
    self.box = box
    self.edge = edge
    self.globe = globe
    self.unit = unit
  }

  func pixel(_ coordinate: Coordinate) -> Point {
    viewport.pixel(
      projection.point(Place(latitude: coordinate.latitude, longitude: coordinate.longitude)))
  }

  /// The parts of a trace of one kind, in pixels.
  func lines(_ trace: RouteTrace, _ kind: RouteTrace.Kind) -> [[Point]] {
    let lines = trace.pieces.filter { $0.kind == kind }
      .flatMap { projection.lines($0.places) }
      .flatMap { edge.clipped(line: viewport.pixels($0)) }
    return Thinning.thinned(lines, tolerance: 0.3 * unit)
  }

  /// Sea, land and graticule.
  func ground(_ graticule: Graticule, _ palette: Palette) -> Layer {
    var layer = Layer("ground", clip: box)
    if let globe {
      layer.shapes.append(
        .area(
          edge.clipped(area: Thinning.straightened(viewport.pixels(globe), tolerance: 0.1)),
          fill: palette.sea, stroke: Stroke(color: palette.frame, width: unit)))
    } else {
      layer.shapes.append(.box(box, fill: land == nil ? palette.land : palette.sea))
    }
    if let land {
      let onMap = LandOnMap(Land(land), projection)
      let areas = onMap.areas.map { edge.clipped(area: viewport.pixels($0)) }
      layer.shapes.append(
        .path(
          lines: Thinning.thinned(areas, tolerance: 0.25 * unit, isClosed: true), isClosed: true,
          fill: palette.land, stroke: nil))
      let coasts = onMap.coasts.flatMap { edge.clipped(line: viewport.pixels($0)) }
      layer.shapes.append(
        .path(
          lines: Thinning.thinned(coasts, tolerance: 0.25 * unit), isClosed: false, fill: nil,
          stroke: Stroke(color: palette.coast, width: 0.9 * unit)))
    }
    layer.shapes.append(
      .path(
        lines: graticule.lines, isClosed: false, fill: nil,
        stroke: Stroke(color: palette.graticule, width: 0.8 * unit)))
    return layer
  }
}
