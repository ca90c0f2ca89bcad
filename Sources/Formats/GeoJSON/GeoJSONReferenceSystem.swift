internal import JSON

/// The reference system that rules a document's coordinates: the `crs` member of the 2008 ancestor
/// of RFC 7946.
struct GeoJSONReferenceSystem: ~Copyable {
  /// What an earlier walk over the document found.
  enum Knowledge {
    case none
    /// The system is named behind the coordinates.
    case named(String)
    /// The coordinates are degrees and are used unchanged, whichever system the file names.
    ///
    /// - Parameter isNamed: whether the name means degrees too, of a datum from which they need no shift.
    case degrees(isNamed: Bool)
  }

  private let knowledge: Knowledge
  /// Its name, where it is not WGS84.
  private var name: String?
  /// Made once: looking a system up costs milliseconds.
  private var reprojection: Reprojection?
  private var takesMetres = false
  /// Whether the name means degrees, and all that were read are the same on WGS84.
  private var areSameDegrees = false
  /// A system that was named too late for coordinates that were read before it.
  private var lateName: String?
  /// Whether there were coordinates, and each of them could be degrees.
  private var (hasCoordinates, areDegrees) = (false, true)

  init(_ knowledge: Knowledge) {
    self.knowledge = knowledge
    if case .named(let name) = knowledge { self.name = name }
  }

  /// What is to be known in another walk; nil where this one knew it.
  ///
  /// Coordinates that are all within 180 and 90 would lie, taken as metres, within a few steps of a
  /// grid's origin.
  var better: Knowledge? {
    if let lateName { return .named(lateName) }
    guard hasCoordinates, areDegrees, takesMetres || areSameDegrees else { return nil }
    return .degrees(isNamed: areSameDegrees)
  }

  /// Whether the numbers of the document are not degrees on WGS84.
  var isForeign: Bool { name != nil }

  /// Turns the positions into degrees; false where they cannot be.
  mutating func transform(_ values: inout [Double]) -> Bool {
    guard let name else { return true }
    if reprojection == nil {
      reprojection = Reprojection(from: name)
      takesMetres = reprojection?.takesMetres ?? false
      areSameDegrees = reprojection?.isGeographic ?? false
    }
    guard reprojection != nil else { return false }
    if areDegrees {
      hasCoordinates = hasCoordinates || !values.isEmpty
      areDegrees = stride(from: 0, to: values.count - 1, by: 3).allSatisfy {
        abs(values[$0]) <= 180 && abs(values[$0 + 1]) <= 90
      }
    }
    let named = areSameDegrees ? values : []
    reprojection?.transform(&values)
    areSameDegrees = areSameDegrees && Self.arePlacesAlike(named, values)
    return true
  }

  /// Whether longitudes and latitudes are the same to a tenth of a millimetre, of three values a position.
  private static func arePlacesAlike(_ a: [Double], _ b: [Double]) -> Bool {
    for i in stride(from: 0, to: a.count - 1, by: 3) {
      let (east, north) = (a[i] - b[i], a[i + 1] - b[i + 1])
      guard abs(east) < 1e-9, abs(north) < 1e-9 else { return false }
    }
    return true
  }

  /// Reads the value of `crs` that comes next.
  ///
  /// - Parameters:
  ///   - isAtTop: whether it stands where it speaks for the whole document.
  ///   - hasPositions: whether coordinates were read before it.
  mutating func read(
    _ cursor: inout JSONCursor, _ kind: JSONCursor.Kind, isAtTop: Bool, hasPositions: Bool,
    pointer: String, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) {
    let offset = cursor.offset
    if cursor.isNull(kind) { return try cursor.skipValue() }
    guard kind == .object else {
      diagnostics.note(
        .crsUnknown, .error, "“crs” must be an object, not \(kind.noun)", at: offset,
        pointer: pointer)
      return try cursor.skipValue()
    }
    let (type, name) = try Self.members(&cursor)
    guard type != "link", let name, name.utf8.count <= 200 else {
      return diagnostics.note(
        .crsUnknown, .error,
        type == "link"
          ? "the coordinate reference system is a link, and nothing is fetched: name it instead"
          : "the coordinate reference system has no name", at: offset, pointer: pointer)
    }
    if Self.isWGS84(name) {
      return diagnostics.note(
        .crsLegacy, .warning,
        "“crs” was dropped from GeoJSON in 2016; WGS84 is what it means without it", at: offset,
        pointer: pointer, remedy: [.removeMember(atOffset: offset)])
    }
    if case .degrees(let isNamed) = knowledge {
      let what =
        isNamed
        ? "which has degrees on another datum, and no shift from it to WGS84 is known: they were taken "
          + "as they stand, on WGS84; GeoJSON has no other since 2016"
        : "which counts metres, and its coordinates are degrees: they were taken as they stand, on "
          + "WGS84; “crs” says what is not so"
      return diagnostics.note(
        .crsLegacy, .warning, "the file names “\(shortened(name))”, \(what)", at: offset,
        pointer: pointer, remedy: [.removeMember(atOffset: offset)])
    }
    guard isAtTop else {
      return diagnostics.note(
        .crsUnknown, .error, "“crs” is understood at the top of the file only", at: offset,
        pointer: pointer)
    }
    let wasGiven = self.name != nil
    guard wasGiven || Reprojection(from: name) != nil else {
      return diagnostics.note(
        .crsUnknown, .error,
        "the coordinate reference system “\(shortened(name))” is not known: reproject the file to WGS84",
        at: offset, pointer: pointer)
    }
    if hasPositions, !wasGiven {
      lateName = name
      return
    }
    if !wasGiven { self.name = name }
    diagnostics.note(
      .crsLegacy, .warning,
      "the coordinates are in “\(shortened(name))” and were reprojected to WGS84; GeoJSON has no other "
        + "since 2016", at: offset, pointer: pointer)
  }

  /// The type and the name in the object that comes next.
  private static func members(
    _ cursor: inout JSONCursor
  ) throws(JSONFault) -> (type: String?, name: String?) {
    var type: String?
    var name: String?
    try cursor.enter()
    var isFirst = true
    while let (key, _) = try cursor.nextKey(isFirst: isFirst) {
      isFirst = false
      let kind = try cursor.kind()
      if key == "type", kind == .string {
        type = try cursor.string()
      } else if key == "properties", kind == .object {
        try cursor.enter()
        var isFirstInner = true
        while let (inner, _) = try cursor.nextKey(isFirst: isFirstInner) {
          isFirstInner = false
          if try cursor.kind() == .string, inner == "name" {
            name = try cursor.string()
          } else {
            try cursor.skipValue()
          }
        }
      } else {
        try cursor.skipValue()
      }
    }
    return (type, name)
  }

  private static func isWGS84(_ name: String) -> Bool {
    // Old GeoJSON wrote longitude first also where EPSG says otherwise.
    let name = name.lowercased()
    let code = name.split { $0 == ":" || $0 == "/" }.last ?? ""
    return ["crs84", "crs84h", "wgs84"].contains(code)
      || (name.contains("epsg") && ["4326", "4979"].contains(code))
  }
}
