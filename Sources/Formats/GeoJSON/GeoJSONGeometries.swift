internal import Geodesy
internal import Routes

/// Makes lines and points of the coordinates of geometries, once their types are known.
struct GeoJSONGeometries {
  var positions = GeoJSONPositions()
  /// Whether a fault has ended the reading within a geometry, so that it may have had more positions.
  var isCutShort = false
  private var hasNotedArea = false

  /// Takes the coordinates of a geometry that was read to its end.
  mutating func take(
    _ tape: CoordinateTape, as type: GeoJSONType, into object: GeoJSONObject,
    _ diagnostics: inout DiagnosticList
  ) {
    let path = object.path.member("coordinates")
    switch type {
    case .point, .multiPoint: takePoints(tape, type, path, object, &diagnostics)
    case .lineString, .multiLineString:
      for run in tape.runs.indices {
        takeLine(
          tape, run, type == .lineString ? path : path.item(tape.runs[run].index), object,
          &diagnostics)
      }
    case .polygon, .multiPolygon:
      if !hasNotedArea {
        hasNotedArea = true
        diagnostics.note(
          .area, .info,
          "a \(type.rawValue) is an area and not a line, so it is left out; a LineString is walked",
          at: tape.offset, pointer: path.pointer)
      }
      object.passedOver.add(type.rawValue)
      positions.checkRings(tape, type, path, &diagnostics)
    case .feature, .featureCollection, .geometryCollection: break
    }
  }

  private mutating func takePoints(
    _ tape: CoordinateTape, _ type: GeoJSONType, _ path: GeoJSONPath,
    _ object: GeoJSONObject, _ diagnostics: inout DiagnosticList
  ) {
    for i in 0..<tape.count {
      if let vertex = positions.coordinate(
        tape, i, (type == .point ? path : path.item(i)).pointer, &diagnostics)
      {
        object.points.append((vertex, Int(tape.offsets[i])))
      } else if !positions.isReprojected {
        // Metres of another reference system cannot be mended as degrees.
        object.reject(tape, i, isWaypoint: true, vertex: object.points.count)
      }
    }
  }

  private mutating func takeLine(
    _ tape: CoordinateTape, _ run: Int, _ path: GeoJSONPath,
    _ object: GeoJSONObject, _ diagnostics: inout DiagnosticList
  ) {
    let range = tape.run(run)
    if range.count == 1, !isCutShort {
      diagnostics.note(
        .onePointPart, .warning, "a line needs two positions or more; this one has one",
        at: tape.runs[run].bracket, pointer: path.pointer)
    }
    var part = SourcePart()
    part.offset = tape.runs[run].bracket
    part.vertices.reserveCapacity(range.count)
    part.offsets.reserveCapacity(range.count)
    var uncut = UncutLegs()
    for i in range {
      if let vertex = positions.coordinate(
        tape, i, path.item(i - range.lowerBound).pointer, &diagnostics)
      {
        part.append(vertex, offset: Int(tape.offsets[i]))
        uncut.add(vertex, index: i, written: tape.values[3 * i])
      } else {
        if !positions.isReprojected {
          object.reject(tape, i, isWaypoint: false, vertex: part.vertices.count)
        }
        uncut.interrupt()
      }
    }
    if let first = uncut.first, !positions.isReprojected {
      diagnostics.note(
        .antimeridianUncut, .warning,
        (uncut.count == 1
          ? "a leg of this line spans" : "\(uncut.count) legs of this line span")
          + " more than 180 degrees of longitude: RFC 7946 section 3.1.9 wants the line cut at "
          + "180 degrees; here it is walked the short way round",
        at: Int(tape.offsets[first]), pointer: path.item(first - range.lowerBound).pointer)
    }
    object.lines.append(part)
  }
}
