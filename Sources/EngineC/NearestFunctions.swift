// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CMileQuest
internal import Geodesy
internal import Routes

@c @implementation
public func mq_nearest(
  _ route: UInt64, _ longitudes: UnsafePointer<Double>!, _ latitudes: UnsafePointer<Double>!,
  _ near: UnsafePointer<Int64>!, _ count: Int, _ tolerance: Double,
  _ distances: UnsafeMutablePointer<Int64>!, _ offsets: UnsafeMutablePointer<Double>!,
  _ placeLongitudes: UnsafeMutablePointer<Double>!,
  _ placeLatitudes: UnsafeMutablePointer<Double>!, _ cutShort: UnsafeMutablePointer<UInt8>!
) -> Int32 {
  answering { () throws(Refusal) in
    let opened = try OpenRoute.named(route)
    try CallerMemory.checkColumn(longitudes, count, "longitudes")
    try CallerMemory.checkColumn(latitudes, count, "latitudes")
    try CallerMemory.checkColumn(near, count, "near", isNeeded: false)
    try CallerMemory.checkColumn(distances, count, "distances")
    try CallerMemory.checkColumn(offsets, count, "offsets")
    try CallerMemory.checkColumn(placeLongitudes, count, "place_longitudes")
    try CallerMemory.checkColumn(placeLatitudes, count, "place_latitudes")
    try CallerMemory.checkColumn(cutShort, count, "cut_short")
    guard tolerance >= 0, tolerance.isFinite else {
      throw .argument("tolerance \(tolerance) is not 0 or more metres")
    }
    let places = try opened.nearestPlaces()
    let (start, end) = (opened.measured.start, opened.measured.end)
    for i in 0..<count {
      var found: (match: Match?, isCutShort: Bool) = (nil, false)
      if let target = try? Coordinate(latitude: latitudes[i], longitude: longitudes[i]) {
        if let near {
          // Beyond the ends the nearest pass is that of the end.
          let hint = min(max(Distance(micrometers: near[i]), start), end)
          found.match = places.match(to: target, near: hint, toleranceMeters: tolerance)
        } else {
          let (matches, isCutShort) = places.search(near: target, toleranceMeters: tolerance)
          found = (matches.first, isCutShort)
        }
      }
      distances?[i] = found.match?.distance.micrometers ?? .min
      offsets?[i] = found.match?.offsetMeters ?? .nan
      placeLongitudes?[i] = found.match?.coordinate.longitude ?? .nan
      placeLatitudes?[i] = found.match?.coordinate.latitude ?? .nan
      cutShort?[i] = found.isCutShort ? 1 : 0
    }
  }
}
