internal import JSON

/// What the geometries of an object span, for the box that it may state.
struct GeoJSONExtent {
  private var bounds = PositionBounds()
  private var hasAreas = false
  /// Whether longitudes beyond 180 were brought back, so that no box can be compared.
  private var isWrapped = false

  mutating func add(_ tape: CoordinateTape, _ type: GeoJSONType) {
    if type.isArea { hasAreas = true }
    for i in 0..<tape.count {
      let (longitude, latitude) = (tape.values[3 * i], tape.values[3 * i + 1])
      if abs(longitude) > 180 { isWrapped = true }
      if abs(longitude) <= 180, abs(latitude) <= 90 {
        bounds.add(latitude: latitude, longitude: longitude)
      }
    }
  }

  mutating func add(_ inner: GeoJSONExtent) {
    bounds.add(inner.bounds)
    if inner.hasAreas { hasAreas = true }
    if inner.isWrapped { isWrapped = true }
  }

  /// How a stated box does not agree with it, or nil.
  ///
  /// - Parameter isComplete: whether no position was refused.
  func fault(of stated: StatedBounds, isComplete: Bool) -> String? {
    if isWrapped { return nil }
    if let fault = stated.shapeFault ?? stated.fault(of: bounds) { return fault }
    // The box of an area may be larger than its corners, around a pole; and positions that were
    // refused are not in the other.
    return hasAreas || !isComplete ? nil : stated.excess(over: bounds)
  }
}

extension StatedBounds {
  /// The value of `bbox` that comes next, or nil where it is not one.
  static func read(
    _ cursor: inout JSONCursor, _ kind: JSONCursor.Kind, pointer: String,
    _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> StatedBounds? {
    let offset = cursor.offset
    guard kind == .array else {
      if !cursor.isNull(kind) {
        diagnostics.note(
          .bbox, .error, "“bbox” must be an array of numbers, not \(kind.noun)", at: offset,
          pointer: pointer)
      }
      try cursor.skipValue()
      return nil
    }
    try cursor.enter()
    var count = 0
    var sides: [Side] = []
    while try cursor.nextItem(isFirst: count == 0) {
      let kind = try cursor.kind()
      let start = cursor.offset
      if kind == .number {
        let value = try cursor.number()
        if count < 6 {
          let decimals = Side.decimals(cursor.bytes[start..<cursor.offset])
          sides.append(Side(degrees: value, decimals: decimals))
        }
      } else {
        diagnostics.note(
          .bbox, .error, "“bbox” holds numbers; this is \(kind.noun)", at: start,
          pointer: "\(pointer)/\(count)")
        try cursor.skipValue()
      }
      count += 1
    }
    guard count == 4 || count == 6 else {
      diagnostics.note(
        .bbox, .error,
        "“bbox” has \(count) numbers; west, south, east, north are due (or 6 with elevations)",
        at: offset, pointer: pointer)
      return nil
    }
    guard sides.count == count else { return nil }
    let (west, south, east, north) = count == 4 ? (0, 1, 2, 3) : (0, 1, 3, 4)
    return StatedBounds(
      south: sides[south], west: sides[west], north: sides[north], east: sides[east])
  }
}
