public import Geodesy
public import Routes

/// Where a team stands.
public struct TeamProgress: Sendable {
  public let team: TeamKey
  /// The route's name where there are several.
  public let route: String?
  public let activities: Int64
  public let distance: Distance
  /// Millionths of a percent, cut off, at most 100 %.
  public let percentMillionths: Int64
  public let latitude: Double
  public let longitude: Double
  /// Degrees in [0, 360), or nil where the route has no extent.
  public let bearing: Double?
  public let isFinished: Bool
}

extension Tally {
  /// Where every team stands, sorted by team: as numbers when all are integers, else by the bytes of
  /// their text; then by route.
  ///
  /// - Parameter routes: by the names of the route column; `nil` names the one route of all.
  /// - Complexity: O(teams · log teams).
  public func progress(on routes: [String?: MeasuredRoute]) -> [TeamProgress] {
    let rows = sortedRows
    var teams: [TeamProgress?] = Array(repeating: nil, count: rows.count)
    // One table a route; its teams' distances go through it as one column.
    for (route, name) in routeNames.enumerated() {
      guard let measured = routes[name] else { continue }
      let indices = rows.indices.filter { rows[$0].route == route }
      let start = measured.start.micrometers
      let end = measured.end.micrometers
      let distances = indices.map { index -> Int64 in
        let (place, overflow) = start.addingReportingOverflow(rows[index].total.micrometers)
        return overflow ? end : place
      }
      let count = indices.count
      var longitudes = [Double](repeating: 0, count: count)
      var latitudes = longitudes
      var bearings = longitudes
      var finished = [UInt8](repeating: 0, count: count)
      // A table costs about as much as a position for each vertex.
      if count < measured.route.vertices.count {
        for (i, distance) in distances.enumerated() {
          let position = measured.position(at: Distance(micrometers: distance))
          longitudes[i] = position.coordinate.longitude
          latitudes[i] = position.coordinate.latitude
          bearings[i] = position.bearing?.degrees ?? .nan
          finished[i] = position.isFinished ? 1 : 0
        }
      } else {
        PositionTable(measured).fill(distances, &longitudes, &latitudes, &bearings, &finished)
      }
      let length = measured.length.micrometers
      for (i, index) in indices.enumerated() {
        let total = rows[index].total
        let share =
          length <= 0 || total.micrometers >= length
          ? 100_000_000 : Int64(Int128(total.micrometers) * 100_000_000 / Int128(length))
        teams[index] = TeamProgress(
          team: rows[index].team, route: name, activities: total.activities,
          distance: Distance(micrometers: total.micrometers), percentMillionths: share,
          latitude: latitudes[i], longitude: longitudes[i],
          bearing: bearings[i].isNaN ? nil : bearings[i], isFinished: finished[i] == 1)
      }
    }
    return teams.compactMap { $0 }
  }
}

extension PositionTable {
  /// The same with arrays, each as long as the column of distances.
  fileprivate func fill(
    _ distances: [Int64], _ longitudes: inout [Double], _ latitudes: inout [Double],
    _ bearings: inout [Double], _ finished: inout [UInt8]
  ) {
    longitudes.withUnsafeMutableBufferPointer { longitudes in
      latitudes.withUnsafeMutableBufferPointer { latitudes in
        bearings.withUnsafeMutableBufferPointer { bearings in
          finished.withUnsafeMutableBufferPointer { finished in
            distances.withUnsafeBufferPointer { distances in
              guard let east = longitudes.baseAddress, let north = latitudes.baseAddress else {
                return
              }
              fill(
                Columns(
                  longitudes: east, latitudes: north, bearings: bearings.baseAddress,
                  finished: finished.baseAddress), at: distances)
            }
          }
        }
      }
    }
  }
}
