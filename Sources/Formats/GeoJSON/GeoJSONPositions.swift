internal import Geodesy

/// Makes coordinates of the positions on a tape, and notes those that are none.
struct GeoJSONPositions {
  /// Whether the positions were reprojected, so that what stands in the file is not degrees.
  var isReprojected = false
  private var wrapped = WrappedLongitudes()

  /// The coordinate of a position, or nil where it has no place on the earth.
  @inline(__always)
  mutating func coordinate(
    _ tape: CoordinateTape, _ i: Int, _ pointer: @autoclosure () -> String,
    _ diagnostics: inout DiagnosticList
  ) -> Coordinate? {
    let longitude = tape.values[3 * i]
    let latitude = tape.values[3 * i + 1]
    if abs(longitude) <= 180, abs(latitude) <= 90 {
      return Coordinate(
        uncheckedLatitude: latitude, longitude: longitude, elevation: tape.values[3 * i + 2])
    }
    return coordinateOutOfRange(tape, i, pointer(), &diagnostics)
  }

  @inline(never)
  private mutating func coordinateOutOfRange(
    _ tape: CoordinateTape, _ i: Int, _ pointer: String, _ diagnostics: inout DiagnosticList
  ) -> Coordinate? {
    let longitude = tape.values[3 * i]
    let latitude = tape.values[3 * i + 1]
    let offset = Int(tape.offsets[i])
    if isReprojected, !longitude.isFinite || !latitude.isFinite {
      diagnostics.note(
        .crsUnknown, .error, "this position has no place on WGS84 in the file's reference system",
        at: offset, pointer: pointer)
      return nil
    }
    // Metres of a reference system that is named behind them look like this too.
    let cause = ForeignNumbers.hint(longitude: longitude, latitude: latitude)
    if abs(latitude) > 90 || abs(longitude) > 360, !isReprojected, cause.isEmpty {
      diagnostics.excuse()
    }
    guard abs(latitude) <= 90 else {
      let hint =
        abs(longitude) <= 90 && cause.isEmpty
        ? "; GeoJSON writes the longitude first: are the two swapped?" : ""
      diagnostics.note(
        .latitudeRange, cause: cause, "the latitude \(latitude) is outside -90…90\(hint)",
        at: offset, pointer: pointer)
      return nil
    }
    guard abs(longitude) <= 360 else {
      diagnostics.note(
        .longitudeRange, cause: cause, "the longitude \(longitude) is outside -180…180", at: offset,
        pointer: pointer)
      return nil
    }
    let turned = Coordinate.normalized(longitude: longitude)
    wrapped.add(
      longitude, broughtTo: turned, latitude: latitude, offset: offset, pointer: pointer)
    return Coordinate(
      uncheckedLatitude: latitude, longitude: turned, elevation: tape.values[3 * i + 2])
  }

  /// Notes what stands for many positions.
  func finish(_ diagnostics: inout DiagnosticList) {
    wrapped.finish(&diagnostics)
  }
}
