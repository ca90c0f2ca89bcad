/// The bounds of a queue of messages, and how it meets failures.
public struct DeliveryLimits: Sendable {
  /// Messages that wait; the oldest make room for new ones.
  public var capacity = 10_000
  /// Calls under way or resting at a time; a lane is in one of them at most.
  public var calls = 4
  /// How often messages are tried before they are given up.
  public var attempts = 8
  /// The rest after the first failure of a call; it doubles with each further one.
  public var firstRest = Duration.milliseconds(200)
  public var longestRest = Duration.seconds(30)
  /// Failures in a row after which nothing is sent for a while.
  public var failuresToOpen = 5
  /// How long nothing is sent, until one call tries whether it works again; it doubles while it does
  /// not.
  public var firstPause = Duration.seconds(5)
  public var longestPause = Duration.seconds(120)
  /// The most that is heeded of a time for which the other side asks to be left alone.
  public var longestRetryAfter = Duration.seconds(300)

  public init() {}
}

/// What a queue of messages has done so far.
public struct DeliveryFigures: Hashable, Sendable {
  /// Messages that were handed over.
  public var delivered = 0
  /// Messages that were given up, because they were refused or failed too often.
  public var failed = 0
  /// Messages that were not tried any more: the oldest of a full queue, and those left at its end.
  public var dropped = 0
  /// Messages that wait or are under way.
  public var waiting = 0
  /// Whether nothing is sent now, after failures in a row.
  public var isOpen = false

  public init() {}
}
