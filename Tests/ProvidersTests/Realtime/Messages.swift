import CivilTime
import Providers
import Quests
import TestSupport

extension RealtimeMessage {
  /// A walk of a team on a quest of its own.
  static func sample(
    team: UInt64 = 1, version: Int64 = 1, isPublic: Bool = false, hasQuest: Bool = true,
    padding: Int = 0
  ) -> RealtimeMessage {
    let id = TeamID(high: team, low: 1)
    func json(_ who: String) -> [UInt8] {
      let note = String(repeating: "ä", count: padding)
      return Array(
        #"{"kind":"activity.logged","version":\#(version),"teamId":"\#(id)","who":"\#(who)","note":"\#(note)"}"#
          .utf8)
    }
    return RealtimeMessage(
      team: id, quest: hasQuest ? QuestID(high: team, low: 2) : nil,
      version: version, kind: "activity.logged", at: Office.dawn, forMembers: json("Ann"),
      forStrangers: isPublic ? json("somebody") : nil)
  }
}

/// The same values in every run.
struct Repeatable: RandomNumberGenerator {
  private var source = SplitMix64("delivery")
  mutating func next() -> UInt64 { source.next() }
}
