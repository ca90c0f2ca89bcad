import Base
import CivilTime
import Quests

/// Rendered progress bodies, each good for as long as nothing that it was made from has changed.
///
/// A body is used again only after the store has told the team's present version and the names, so
/// that it is what a fresh one would be, whoever writes to the store.
struct ProgressCache: Sendable {
  struct Key: Hashable, Sendable {
    let quest: QuestID
    let units: LengthUnits?
    let people: PeopleShown
  }

  struct Entry: Sendable {
    let version: Int64
    /// The quest as of that version.
    let quest: Quest
    let state: QuestState
    /// Today in the quest's zone, which the pace and the arrival follow from.
    let day: Day
    let zone: Zone
    /// Those who are named, with the names that they had.
    let people: [PersonID]
    let names: [PersonID: String]
    let body: RenderedJSON

    func isGood(version: Int64, at now: Instant) -> Bool {
      version == self.version && quest.state(at: now) == state && zone.day(at: now) == day
    }
  }

  /// Bytes of the bodies: 64 MiB, with their trees some three times as much.
  static let mostBytes = 64 << 20

  private let entries = BoundedCache<Key, Entry>(mostWeight: Self.mostBytes)

  subscript(key: Key) -> Entry? { entries[key] }

  var figures: CacheFigures { entries.figures }

  /// Those who are named in what is kept of a quest.
  func people(of quest: QuestID, units: LengthUnits?) -> [PersonID] {
    for shown in [PeopleShown.ids, .names] {
      if let kept = self[Key(quest: quest, units: units, people: shown)] { return kept.people }
    }
    return []
  }

  func insert(_ entry: Entry, for key: Key) {
    entries.insert(entry, for: key, weight: entry.body.bytes.readableBytes)
  }
}
