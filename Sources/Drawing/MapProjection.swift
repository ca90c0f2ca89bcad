internal import CPROJ
internal import MapData

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A projection of the WGS84 ellipsoid to a plane in metres, through PROJ.
///
/// Owns its PROJ context; works without the network. Longitudes are counted from its own middle
/// meridian before PROJ sees them, so that its seam lies at ±180 of these to the bit.
struct MapProjection: ~Copyable {
  enum Kind: Hashable {
    /// Lambert's azimuthal equal-area projection about a place.
    case region(latitude: Double, longitude: Double)
    /// The same about a pole, with a meridian that is upright.
    case polar(isNorth: Bool, longitude: Double)
    /// Equal Earth (Šavrič, Patterson and Jenny, 2018) about a meridian.
    case world(longitude: Double)
  }

  let kind: Kind
  private let context: OpaquePointer
  private let transformation: OpaquePointer

  /// - Throws: `projection` where PROJ cannot be used.
  init(_ kind: Kind) throws(DrawingError) {
    let operation =
      switch kind {
      case .region(let latitude, _): "laea +lat_0=\(latitude)"
      case .polar(let isNorth, _): "laea +lat_0=\(isNorth ? 90 : -90)"
      case .world: "eqearth"
      }
    guard let context = proj_context_create() else {
      throw DrawingError(.projection, "PROJ cannot be started: is there any memory left?")
    }
    proj_log_level(context, PJ_LOG_NONE)
    proj_context_set_enable_network(context, 0)
    guard
      let transformation = proj_create(
        context,
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad "
          + "+step +proj=\(operation) +ellps=WGS84")
    else {
      proj_context_destroy(context)
      throw DrawingError(.projection, "PROJ does not know the projection “\(operation)”")
    }
    self.kind = kind
    self.context = context
    self.transformation = transformation
  }

  deinit {
    proj_destroy(transformation)
    proj_context_destroy(context)
  }

  var middleMeridian: Double {
    switch kind {
    case .region(_, let longitude), .polar(_, let longitude), .world(let longitude): longitude
    }
  }

  /// Where the whole globe has an outline that can come into sight.
  var isWorld: Bool { if case .world = kind { true } else { false } }

  /// What it is called in small print.
  var name: String {
    switch kind {
    case .region(let latitude, let longitude):
      "Lambert azimuthal equal-area about \(Graticule.label(latitude: latitude)), "
        + Graticule.label(longitude: longitude)
    case .polar(let isNorth, _):
      "Lambert azimuthal equal-area about the \(isNorth ? "north" : "south") pole"
    case .world(let longitude):
      "Equal Earth about \(Graticule.label(longitude: longitude))"
    }
  }

  /// The places with their longitudes counted from the middle meridian, within ±180.
  func turned(_ places: [Place]) -> [Place] {
    let meridian = middleMeridian
    return places.map {
      Place(
        latitude: $0.latitude,
        longitude: ($0.longitude - meridian).remainder(dividingBy: 360))
    }
  }

  /// Points of the plane, y to the north; infinite where a place has none, as opposite to the centre.
  ///
  /// - Parameter turned: places as `turned` gives them.
  func points(turned places: [Place]) -> [Point] {
    var values: [Double] = []
    values.reserveCapacity(2 * places.count)
    for place in places {
      values.append(place.longitude)
      values.append(place.latitude)
    }
    transform(&values, PJ_FWD)
    return places.indices.map { Point(x: values[2 * $0], y: values[2 * $0 + 1]) }
  }

  func point(_ place: Place) -> Point { points(turned: turned([place]))[0] }

  /// The place at a point of the plane, or nil outside of the globe.
  func place(at point: Point) -> Place? {
    var values = [point.x, point.y]
    transform(&values, PJ_INV)
    // In degrees; the pipeline turns its units round on the way back.
    guard values[0].isFinite, values[1].isFinite, abs(values[0]) <= 180, abs(values[1]) <= 90
    else { return nil }
    // Beyond the outline some projections answer with a place all the same.
    let back = points(turned: [Place(latitude: values[1], longitude: values[0])])[0]
    guard back.distance(to: point) < 1_000 else { return nil }
    return Place(
      latitude: values[1],
      longitude: (values[0] + middleMeridian).remainder(dividingBy: 360))
  }

  private func transform(_ values: inout [Double], _ direction: PJ_DIRECTION) {
    let count = values.count / 2
    let stride = 2 * MemoryLayout<Double>.stride
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, count > 0 else { return }
      proj_trans_generic(
        transformation, direction, base, stride, count, base + 1, stride, count, nil, 0, 0, nil, 0,
        0)
    }
  }

  // MARK: Lines

  /// A line on the plane, cut where it leaves the map on one side to go on at the other.
  func lines(_ places: [Place]) -> [[Point]] {
    let turned = turned(places)
    if isWorld { return Seam.cut(line: turned).map { points(turned: $0) } }
    return points(turned: turned).split { !$0.x.isFinite || !$0.y.isFinite }.map(Array.init)
  }
}
