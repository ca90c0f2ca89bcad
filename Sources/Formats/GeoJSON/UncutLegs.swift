internal import Geodesy

/// The legs of a line that should have been cut at 180 degrees, as they are walked along.
struct UncutLegs {
  private var last: Coordinate?
  private var legs = 0
  private var firstLeg: Int?
  private var isWrapped = false

  /// Where a longitude was beyond 180 degrees that alone is the fault.
  var count: Int { isWrapped ? 0 : legs }
  /// The index at which the first of the legs ends.
  var first: Int? { isWrapped ? nil : firstLeg }

  @inline(__always)
  mutating func add(_ vertex: Coordinate, index: Int, written: Double) {
    if abs(written) > 180 { isWrapped = true }
    // At a pole the longitude says nothing.
    if let last, abs(vertex.longitude - last.longitude) > 180, abs(vertex.latitude) < 90,
      abs(last.latitude) < 90
    {
      legs += 1
      if firstLeg == nil { firstLeg = index }
    }
    last = vertex
  }

  mutating func interrupt() { last = nil }
}
