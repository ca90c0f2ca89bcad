public import CivilTime
public import Quests

/// What happened to a team, for those who look at it: a hint, for the truth is in the ledger.
public struct RealtimeMessage: Hashable, Sendable {
  public let team: TeamID
  public let quest: QuestID?
  /// The team's version, which rises by one with each of its events.
  public let version: Int64
  /// Such as `activity.logged`.
  public let kind: String
  public let at: Instant
  /// The event's JSON as the team's members see it.
  public let forMembers: [UInt8]
  /// The event's JSON as everybody sees it; nil where the team is not public.
  public let forStrangers: [UInt8]?

  public init(
    team: TeamID, quest: QuestID?, version: Int64, kind: String, at: Instant, forMembers: [UInt8],
    forStrangers: [UInt8]?
  ) {
    self.team = team
    self.quest = quest
    self.version = version
    self.kind = kind
    self.at = at
    self.forMembers = forMembers
    self.forStrangers = forStrangers
  }
}

extension RealtimeMessage: Deliverable {
  public var lane: TeamID { team }
}

/// Hands messages over to whoever carries them to people; their versions tell those that come twice.
public protocol RealtimeAdapter: DeliveryAdapter
where Message == RealtimeMessage, Failure == RealtimeError {
  /// Whether events of a kind are of use to it; of others it is handed the number alone.
  func wants(_ kind: String) -> Bool
}

extension RealtimeAdapter {
  public func wants(_ kind: String) -> Bool { true }
}

/// A bounded queue in front of an adapter. What it drops are hints: the ledger keeps the truth.
public typealias RealtimeDelivery = Delivery<RealtimeMessage, RealtimeError>

/// What keeps messages from being handed over.
public struct RealtimeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nobody takes messages now.
    public static let unreachable = Self(rawValue: "realtime-unreachable")
    /// Too much was handed over; `retryAfter` may say when again.
    public static let throttled = Self(rawValue: "realtime-throttled")
    /// The other side failed.
    public static let unavailable = Self(rawValue: "realtime-unavailable")
    /// The messages will not be taken.
    public static let refused = Self(rawValue: "realtime-refused")
    /// A secret or a setting is not what it must be.
    public static let settings = Self(rawValue: "realtime-settings")
    /// What somebody asks to follow, or the connection that it is for, is not what it must be.
    public static let subscription = Self(rawValue: "realtime-subscription")
    /// A call that claims to come from the other side does not.
    public static let notGenuine = Self(rawValue: "realtime-not-genuine")
  }

  public let code: Code
  /// A sentence for people. It holds no secret.
  public let message: String
  /// Whether the same may succeed later.
  public let mayRepeat: Bool
  /// How long the other side asks to be left alone.
  public let retryAfter: Duration?

  public init(
    _ code: Code, _ message: String, mayRepeat: Bool = false, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.mayRepeat = mayRepeat
    self.retryAfter = retryAfter
  }

  public var description: String { message }
}

extension RealtimeError: DeliveryFailure {
  public init(
    fault: DeliveryFault, _ message: String, mayRepeat: Bool, retryAfter: Duration?
  ) {
    let code: Code =
      switch fault {
      case .unreachable: .unreachable
      case .throttled: .throttled
      case .unavailable: .unavailable
      case .refused: .refused
      }
    self.init(code, message, mayRepeat: mayRepeat, retryAfter: retryAfter)
  }
}
