public import CivilTime
public import Quests

/// What somebody can follow through another service.
public struct RealtimeChannel: Hashable, Sendable {
  public enum Subject: Hashable, Sendable {
    case team(TeamID)
    case quest(QuestID)
  }

  public enum Access: Hashable, Sendable {
    /// Of a public team, without a check.
    case everybody
    case members
    /// For members, who see who else is there.
    case presence
  }

  public let subject: Subject
  public let access: Access

  public init(_ subject: Subject, _ access: Access) {
    self.subject = subject
    self.access = access
  }
}

/// A service that people connect to themselves, which asks here who may follow what.
public protocol RealtimeSubscriptions: Sendable {
  /// How a browser connects to it.
  var connection: RealtimeConnection { get }

  /// - Returns: nil where no channel has that name.
  func channel(named name: String) -> RealtimeChannel?

  /// The answer, as JSON, that lets a connection follow a channel. Whoever calls it has checked that
  /// the person may.
  ///
  /// - Throws: `subscription` where the connection's name is not one, or the channel needs no answer.
  func authorization(
    for channel: RealtimeChannel, socket: String, person: PersonID, personName: String
  ) throws(RealtimeError) -> [UInt8]

  /// What a call says that comes from the service.
  ///
  /// - Parameter header: the value of a header, whose name is given in lower case.
  /// - Throws: `not-genuine` where it does not come from there, or not now.
  func notices(
    in body: [UInt8], header: (String) -> String?, at now: Instant
  ) throws(RealtimeError) -> [RealtimeNotice]
}

/// Something that the service says of its connections.
public struct RealtimeNotice: Hashable, Sendable {
  /// In the service's words, such as `channel_occupied`.
  public let kind: String
  /// Nil for a channel of somebody else's.
  public let channel: RealtimeChannel?
  public let person: PersonID?

  public init(kind: String, channel: RealtimeChannel?, person: PersonID?) {
    self.kind = kind
    self.channel = channel
    self.person = person
  }
}
