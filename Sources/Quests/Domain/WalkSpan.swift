public import CivilTime
public import Geodesy

/// A stretch of time over which a person's public walks are summed up, so that a sum up to any moment
/// reads a few rows for each person instead of every walk.
///
/// The spans of a level follow one another without gaps, in UTC: neither zones nor clocks that change
/// play a part.
public struct WalkSpan: Hashable, Comparable, Sendable {
  /// A level's spans have a length of two to this power, in microseconds.
  public enum Level: Int, CaseIterable, Sendable {
    /// Nearly 13 days.
    case short = 40
    /// 32 short ones: 407 days.
    case long = 45
  }

  public let level: Level
  public let number: Int64

  public init(level: Level, number: Int64) {
    self.level = level
    self.number = number
  }

  /// The span of a level that a moment lies in.
  public init(_ level: Level, at moment: Instant) {
    self.init(level: level, number: moment.microseconds >> Int64(level.rawValue))
  }

  public static func < (a: Self, b: Self) -> Bool {
    (a.level.rawValue, a.number) < (b.level.rawValue, b.number)
  }
}

/// What one person has walked for a quest in a span, private walks left out.
public struct SpanTotal: Hashable, Sendable {
  public let span: WalkSpan
  public let person: PersonID
  public var distance: Distance
  public var walks: Int64

  public init(span: WalkSpan, person: PersonID, distance: Distance, walks: Int64) {
    self.span = span
    self.person = person
    self.distance = distance
    self.walks = walks
  }
}
