/// A direction on the ground in degrees from north, clockwise, in [0, 360).
public struct Azimuth: Hashable, Sendable {
  public let degrees: Double

  /// Any finite angle, brought into [0, 360).
  public init(degrees: Double) {
    var value = degrees.truncatingRemainder(dividingBy: 360)
    if value < 0 { value += 360 }
    // A tiny negative angle rounds up to 360 when 360 is added; -0 becomes 0.
    self.degrees = value >= 360 ? 0 : value + 0
  }

  public var reversed: Azimuth { Azimuth(degrees: degrees + 180) }
}
