public import CivilTime
public import Geodesy

/// What a person has walked in all, private walks too and deleted ones not.
public struct PersonStats: Hashable, Sendable {
  public let walks: Int64
  public let distance: Distance
  /// Of the walks that state a duration.
  public let durationSeconds: Int64
  /// When the first walk started; nil without a walk.
  public let firstStart: Instant?
  public let lastStart: Instant?

  public static let none = PersonStats(
    walks: 0, distance: .zero, durationSeconds: 0, firstStart: nil, lastStart: nil)

  public init(
    walks: Int64, distance: Distance, durationSeconds: Int64, firstStart: Instant?,
    lastStart: Instant?
  ) {
    self.walks = walks
    self.distance = distance
    self.durationSeconds = durationSeconds
    self.firstStart = firstStart
    self.lastStart = lastStart
  }
}
