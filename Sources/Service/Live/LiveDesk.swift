import Quests

/// Which readers follow which teams, and how far each team has been read: a plain value, which
/// performs nothing.
///
/// Every reader gets each event of its team once, in order: one that comes is attached only when it
/// has been given all that the others have.
struct LiveDesk: Sendable {
  private struct Reader {
    let reader: LiveReader
    /// What it was given before it was attached.
    let through: Int64
  }

  private struct Followed {
    /// The version of the last event that was delivered.
    var last: Int64
    var readers: [ObjectIdentifier: Reader] = [:]
  }

  /// What a message means to one reader.
  enum Delivery: Sendable {
    case send
    /// The reader sees nothing of the message, nor of what follows.
    case end(LiveEnd)
    /// The last message of the stream.
    case sendAndEnd(LiveEnd)
  }

  private var teams: [TeamID: Followed] = [:]
  private(set) var count = 0

  var readers: [LiveReader] { teams.values.flatMap { $0.readers.values.map(\.reader) } }

  /// Attaches a reader that has been given all events up to a version.
  ///
  /// - Returns: false where others have been given more: it has to catch up first.
  mutating func attach(_ reader: LiveReader, through version: Int64) -> Bool {
    var followed = teams[reader.team] ?? Followed(last: version)
    guard followed.last <= version else { return false }
    followed.readers[ObjectIdentifier(reader)] = Reader(reader: reader, through: version)
    teams[reader.team] = followed
    count += 1
    return true
  }

  mutating func detach(_ reader: LiveReader) {
    let id = ObjectIdentifier(reader)
    guard teams[reader.team]?.readers.removeValue(forKey: id) != nil else { return }
    count -= 1
    // A team that nobody follows is not read.
    if teams[reader.team]?.readers.isEmpty == true { teams[reader.team] = nil }
  }

  /// From which versions on to read the teams that may have changed.
  func versions(of changed: ChangedTeams.Taken) -> [TeamID: Int64] {
    if changed.areOthers { return teams.mapValues(\.last) }
    var versions: [TeamID: Int64] = [:]
    for team in changed.teams { versions[team] = teams[team]?.last }
    return versions
  }

  /// To whom a message goes; nobody where it was delivered before.
  mutating func deliver(_ message: LiveMessage) -> [(reader: LiveReader, delivery: Delivery)] {
    let event = message.event
    guard let followed = teams[event.team], event.version > followed.last else { return [] }
    teams[event.team]?.last = event.version
    return followed.readers.values.compactMap { entry in
      guard event.version > entry.through, let delivery = Self.delivery(message, to: entry.reader)
      else { return nil }
      return (entry.reader, delivery)
    }
  }

  /// What a message means to a reader; nil where it is about another quest.
  static func delivery(_ message: LiveMessage, to reader: LiveReader) -> Delivery? {
    if message.event.kind == .teamDissolved { return .sendAndEnd(.teamDissolved) }
    if !reader.viewer.keeps(message.audience) { return .end(.accessChanged) }
    return reader.follows(message.event) ? .send : nil
  }
}
