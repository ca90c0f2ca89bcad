public import CivilTime
public import Geodesy

/// What a watch says about a walk that it recorded, beside the line.
public struct Recording: Hashable, Sendable {
  public internal(set) var start: Instant?
  /// From the start to the end, pauses included.
  public internal(set) var elapsedMicroseconds: Int64?
  /// While the clock of the watch ran.
  public internal(set) var movingMicroseconds: Int64?
  /// As the watch measured it.
  public internal(set) var distance: Distance?
  /// The watch's own word, such as “Running”; of a FIT file its number.
  public internal(set) var sport: String?
  /// The watch, by maker, product and serial number as far as the file names them.
  public internal(set) var device: String?
  /// How far the clock of the watch was ahead of UTC, where the file tells it.
  public internal(set) var zoneOffsetSeconds: Int64?

  /// Adds what a lap lasted and measured.
  mutating func addLap(seconds: Double?, meters: Double?) {
    if let lap = Self.microseconds(seconds) {
      movingMicroseconds = (movingMicroseconds ?? 0) + lap
    }
    if let lap = Self.distance(meters) {
      distance = Distance(micrometers: (distance?.micrometers ?? 0) + lap.micrometers)
    }
  }

  /// More seconds or metres than this are no walk's, and the sum of a file's laps has room for them.
  private static let most = 1e9

  static func microseconds(_ seconds: Double?) -> Int64? {
    guard let seconds, seconds >= 0, seconds <= most else { return nil }
    return Int64((seconds * 1e6).rounded())
  }

  static func distance(_ meters: Double?) -> Distance? {
    guard let meters, meters >= 0, meters <= most else { return nil }
    return Distance(roundingMeters: meters)
  }
}
