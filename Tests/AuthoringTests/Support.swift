import Authoring
import Geodesy
import JSON
import Routes
@_exported import TestSupport

func place(_ latitude: Double, _ longitude: Double, _ elevation: Double? = nil) -> Coordinate {
  Coordinate(uncheckedLatitude: latitude, longitude: longitude, elevation: elevation ?? .nan)
}

func written(_ text: String) throws -> WrittenDistance { try WrittenDistance(text) }

func metersBetween(_ a: Coordinate, _ b: Coordinate) -> Double {
  Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude).meters
}

func offset(_ a: Coordinate, azimuth: Double, meters: Double) -> Coordinate {
  let there = Geodesic.wgs84.directDegrees(a.latitude, a.longitude, azimuth, meters)
  return place(there.latitude, there.longitude)
}

/// A line along the equator, a vertex every kilometre and a little more.
func equator(_ degrees: ClosedRange<Int>) -> [Coordinate] {
  degrees.map { place(0, Double($0) / 100) }
}

/// A list of edits from JSON as people write it.
func edits(_ text: String) throws -> EditList {
  try EditList(JSONReader.read(Array(text.utf8)))
}
