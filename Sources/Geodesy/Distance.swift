/// A distance as a whole number of micrometres, so that sums are exact in any order.
///
/// The range is ±9.2 billion kilometres. The operators that can leave it throw instead of trapping.
public struct Distance: Hashable, Comparable, Sendable {
  public let micrometers: Int64

  public init(micrometers: Int64) { self.micrometers = micrometers }

  public static let zero = Distance(micrometers: 0)

  /// A whole number of a unit.
  ///
  /// - Throws: `distance-overflow` beyond ±9.2 billion kilometres.
  public init(_ count: Int64, _ unit: DistanceUnit) throws(GeodesyError) {
    let (value, overflow) = count.multipliedReportingOverflow(by: unit.micrometers)
    if overflow { throw Distance.overflow("\(count) \(unit.rawValue)") }
    self.init(micrometers: value)
  }

  /// The nearest distance to a measured length in metres, or nil where it is not finite or too large.
  public init?(roundingMeters meters: Double) {
    let scaled = (meters * 1e6).rounded(.toNearestOrEven)
    guard let value = Int64(exactly: scaled) else { return nil }
    self.init(micrometers: value)
  }

  /// The distance in metres, correctly rounded to a `Double` up to 9 million kilometres and within
  /// one unit in the last place beyond.
  @inlinable public var meters: Double { Double(micrometers) / 1e6 }

  @inlinable public static func < (a: Distance, b: Distance) -> Bool {
    a.micrometers < b.micrometers
  }

  /// - Throws: `distance-overflow`.
  public func adding(_ other: Distance) throws(GeodesyError) -> Distance {
    let (value, overflow) = micrometers.addingReportingOverflow(other.micrometers)
    if overflow { throw Distance.overflow("\(self) + \(other)") }
    return Distance(micrometers: value)
  }

  /// - Throws: `distance-overflow`.
  public func subtracting(_ other: Distance) throws(GeodesyError) -> Distance {
    let (value, overflow) = micrometers.subtractingReportingOverflow(other.micrometers)
    if overflow { throw Distance.overflow("\(self) - \(other)") }
    return Distance(micrometers: value)
  }

  /// - Throws: `distance-overflow`.
  public func multiplied(by count: Int64) throws(GeodesyError) -> Distance {
    let (value, overflow) = micrometers.multipliedReportingOverflow(by: count)
    if overflow { throw Distance.overflow("\(count) × \(self)") }
    return Distance(micrometers: value)
  }

  static func overflow(_ what: String) -> GeodesyError {
    GeodesyError(.distanceOverflow, "\(what) is beyond ±9.2 billion km, the most a distance holds")
  }
}

extension Distance: CustomStringConvertible {
  /// The exact distance in metres, such as `1609.344 m`.
  public var description: String { exactText(in: .meters) + " m" }
}
