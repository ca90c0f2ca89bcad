// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CMileQuest
internal import Formats
internal import Geodesy
internal import JSON
internal import Routes

@c @implementation
public func mq_position_json(
  _ route: UInt64, _ distance: Int64, _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let measured = try OpenRoute.named(route).measured
    let position = measured.position(at: Distance(micrometers: distance))
    try CallerMemory.write(PositionJSON.object(position).text(), buffer, capacity, length)
  }
}

@c @implementation
public func mq_positions(
  _ route: UInt64, _ distances: UnsafePointer<Int64>!, _ count: Int,
  _ longitudes: UnsafeMutablePointer<Double>!, _ latitudes: UnsafeMutablePointer<Double>!,
  _ bearings: UnsafeMutablePointer<Double>!, _ legs: UnsafeMutablePointer<UInt32>!,
  _ finished: UnsafeMutablePointer<UInt8>!
) -> Int32 {
  answering { () throws(Refusal) in
    let columns = PositionColumns(
      longitudes: longitudes, latitudes: latitudes, bearings: bearings, legs: legs,
      finished: finished)
    let table = try OpenRoute.named(route).table
    try CallerMemory.checkColumn(distances, count, "distances")
    try columns.check(count)
    if count > 0, let distances { columns.fill(table, distances, count) }
  }
}

@c @implementation
public func mq_positions_metres(
  _ route: UInt64, _ distances: UnsafePointer<Double>!, _ count: Int,
  _ longitudes: UnsafeMutablePointer<Double>!, _ latitudes: UnsafeMutablePointer<Double>!,
  _ bearings: UnsafeMutablePointer<Double>!, _ legs: UnsafeMutablePointer<UInt32>!,
  _ finished: UnsafeMutablePointer<UInt8>!
) -> Int32 {
  answering { () throws(Refusal) in
    let columns = PositionColumns(
      longitudes: longitudes, latitudes: latitudes, bearings: bearings, legs: legs,
      finished: finished)
    let table = try OpenRoute.named(route).table
    try CallerMemory.checkColumn(distances, count, "distances")
    try columns.check(count)
    if count > 0, let distances { columns.fill(table, metres: distances, count) }
  }
}

/// The columns of positions that a caller wants.
struct PositionColumns {
  var longitudes: UnsafeMutablePointer<Double>?
  var latitudes: UnsafeMutablePointer<Double>?
  var bearings: UnsafeMutablePointer<Double>?
  var legs: UnsafeMutablePointer<UInt32>?
  var finished: UnsafeMutablePointer<UInt8>?

  /// So many items are in the first cache together with what is worked out from them.
  private static let blockCount = 1024

  func check(_ count: Int) throws(Refusal) {
    try CallerMemory.checkColumn(longitudes, count, "longitudes")
    try CallerMemory.checkColumn(latitudes, count, "latitudes")
    try CallerMemory.checkColumn(bearings, count, "bearings")
    try CallerMemory.checkColumn(legs, count, "legs")
    try CallerMemory.checkColumn(finished, count, "finished")
  }

  private func advanced(by count: Int) -> PositionColumns {
    PositionColumns(
      longitudes: longitudes.map { $0 + count }, latitudes: latitudes.map { $0 + count },
      bearings: bearings.map { $0 + count }, legs: legs.map { $0 + count },
      finished: finished.map { $0 + count })
  }

  func fill(_ table: PositionTable, _ distances: UnsafePointer<Int64>, _ count: Int) {
    if let longitudes, let latitudes {
      table.fill(
        PositionTable.Columns(
          longitudes: longitudes, latitudes: latitudes, bearings: bearings, legs: legs,
          finished: finished), at: UnsafeBufferPointer(start: distances, count: count))
      return
    }
    // The table fills both; what is not wanted goes nowhere.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * Self.blockCount) { spare in
      guard let memory = spare.baseAddress else { return }
      for first in stride(from: 0, to: count, by: Self.blockCount) {
        var block = advanced(by: first)
        block.longitudes = block.longitudes ?? memory
        block.latitudes = block.latitudes ?? (memory + Self.blockCount)
        block.fill(table, distances + first, min(Self.blockCount, count - first))
      }
    }
  }

  func fill(_ table: PositionTable, metres: UnsafePointer<Double>, _ count: Int) {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: Self.blockCount) { spare in
      guard let distances = spare.baseAddress else { return }
      for first in stride(from: 0, to: count, by: Self.blockCount) {
        let size = min(Self.blockCount, count - first)
        let block = advanced(by: first)
        let isPlain = Micrometers.round(metres + first, size, distances)
        if !isPlain {
          for i in 0..<size { distances[i] = Micrometers.clamped(metres[first + i]) }
        }
        block.fill(table, distances, size)
        if !isPlain {
          for i in 0..<size where metres[first + i].isNaN { block.setUnknown(i) }
        }
      }
    }
  }

  private func setUnknown(_ i: Int) {
    longitudes?[i] = .nan
    latitudes?[i] = .nan
    bearings?[i] = .nan
    legs?[i] = 0
    finished?[i] = 0
  }
}

/// Columns of metres as whole micrometres, rounded half to even.
enum Micrometers {
  /// Adding it to a number below 2⁵¹ leaves the rounded number in the fraction: a loop without branches,
  /// of which processors take several items at once.
  private static let shift = 0x1.8p52

  /// Answers whether all were below 2⁵¹ µm, 2.2 million km; elsewhere what was written means nothing.
  static func round(
    _ metres: UnsafePointer<Double>, _ count: Int, _ distances: UnsafeMutablePointer<Int64>
  ) -> Bool {
    let base = Int64(bitPattern: shift.bitPattern)
    var outside: Int64 = 0
    for i in 0..<count {
      let scaled = metres[i] * 1e6
      // NaN is not below either.
      outside |= abs(scaled) < 0x1p51 ? 0 : 1
      distances[i] = Int64(bitPattern: (scaled + shift).bitPattern) &- base
    }
    return outside == 0
  }

  /// What is beyond all distances is the last one; NaN is 0.
  static func clamped(_ metres: Double) -> Int64 {
    if metres.isNaN { return 0 }
    return Distance(roundingMeters: metres)?.micrometers ?? (metres < 0 ? .min : .max)
  }
}
