import Quests

/// The names of channels: `team-<id>` and `quest-<id>` of public teams, `private-…` of them for
/// members, and `presence-team-<id>`.
enum PusherChannel {
  static func name(of channel: RealtimeChannel) -> String {
    let access =
      switch channel.access {
      case .everybody: ""
      case .members: "private-"
      case .presence: "presence-"
      }
    return switch channel.subject {
    case .team(let team): "\(access)team-\(team)"
    case .quest(let quest): "\(access)quest-\(quest)"
    }
  }

  /// - Returns: nil for a name that `name` does not give.
  static func channel(named name: String) -> RealtimeChannel? {
    var rest = name[...]
    func strip(_ start: String) -> Bool {
      guard rest.hasPrefix(start) else { return false }
      rest = rest.dropFirst(start.count)
      return true
    }
    let access: RealtimeChannel.Access =
      strip("private-") ? .members : strip("presence-") ? .presence : .everybody
    let subject: RealtimeChannel.Subject?
    if strip("team-") {
      subject = TeamID(rest).map { .team($0) }
    } else if strip("quest-"), access != .presence {
      subject = QuestID(rest).map { .quest($0) }
    } else {
      subject = nil
    }
    guard let channel = subject.map({ RealtimeChannel($0, access) }) else { return nil }
    // An id in capitals would be a second name for one channel.
    return self.name(of: channel) == name ? channel : nil
  }
}
