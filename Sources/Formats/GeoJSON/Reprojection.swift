internal import CPROJ

/// A transformation from a named coordinate reference system to WGS84 longitude and latitude.
///
/// Owns its PROJ context; works without the network.
struct Reprojection: ~Copyable {
  private let context: OpaquePointer
  private let transformation: OpaquePointer
  private let hasAngles: Bool

  /// Nil where PROJ does not know the name.
  init?(from name: String) {
    guard let context = proj_context_create() else { return nil }
    // Problems are told by us, in the file's terms.
    proj_log_level(context, PJ_LOG_NONE)
    proj_context_set_enable_network(context, 0)
    guard let raw = proj_create_crs_to_crs(context, name, "OGC:CRS84", nil) else {
      proj_context_destroy(context)
      return nil
    }
    let normalized = proj_normalize_for_visualization(context, raw)
    proj_destroy(raw)
    guard let normalized else {
      proj_context_destroy(context)
      return nil
    }
    self.context = context
    self.transformation = normalized
    hasAngles = Self.isOfAngles(name, context)
  }

  deinit {
    proj_destroy(transformation)
    proj_context_destroy(context)
  }

  private static func isOfAngles(_ name: String, _ context: OpaquePointer) -> Bool {
    guard let system = proj_create(context, name) else { return false }
    defer { proj_destroy(system) }
    let type = proj_get_type(system)
    return type == PJ_TYPE_GEOGRAPHIC_2D_CRS || type == PJ_TYPE_GEOGRAPHIC_3D_CRS
  }

  /// Whether the system's coordinates are angles, on whichever datum.
  var isGeographic: Bool { hasAngles }

  /// Whether it begins with lengths and not with angles. Where the angles of two datums are the same,
  /// PROJ has nothing to do and does not tell its units.
  var takesMetres: Bool {
    !isGeographic && proj_degree_input(transformation, PJ_FWD) == 0
      && proj_angular_input(transformation, PJ_FWD) == 0
  }

  /// Turns eastings and northings, three values a position of which the third stays, into degrees.
  /// What cannot be transformed becomes infinite.
  func transform(_ values: inout [Double]) {
    let count = values.count / 3
    let stride = 3 * MemoryLayout<Double>.stride
    values.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress, count > 0 else { return }
      proj_trans_generic(
        transformation, PJ_FWD, base, stride, count, base + 1, stride, count, nil, 0, 0, nil, 0, 0)
    }
  }
}
