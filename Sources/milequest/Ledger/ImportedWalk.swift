import Batch
import CivilTime
import Quests

/// Who has walked a row, as the file says it.
enum WrittenWalker: Hashable {
  /// The file has no persons: the team walks as one.
  case team
  case id(PersonID)
  /// In lower case.
  case address(String)
  /// A person of the row's team; `spelled` is the text of the file.
  case name(String, spelled: String)

  init(_ record: ActivityRecord) {
    guard let text = record.person else {
      self = .team
      return
    }
    self.init(name: text, spelled: record.writtenPerson ?? text)
  }

  init(name: String, spelled: String) {
    if let id = PersonID(name) {
      self = .id(id)
    } else if WrittenPerson.isAddress(name) {
      self = .address(name.lowercased())
    } else {
      self = .name(name, spelled: spelled)
    }
  }

  /// Tells walkers of a file apart.
  func bytes(in team: TeamID) -> [UInt8] {
    switch self {
    case .team: [0] + team.bytes
    case .id(let person): [1] + person.bytes
    case .address(let address): [2] + Array(address.utf8) + [0]
    case .name(let name, _): [3] + team.bytes + Array(name.utf8) + [0]
    }
  }
}

extension ActivityContent {
  init(_ record: ActivityRecord) {
    self.init(
      start: record.instant, distance: record.distance, durationSeconds: record.durationSeconds,
      source: record.source, note: record.note, isPrivate: record.isPrivate, zone: record.zone)
  }

  /// Equal for equal contents only.
  var bytes: [UInt8] {
    var bytes: [UInt8] = [isPrivate ? 1 : 0]
    for number in [start.microseconds, distance.micrometers, durationSeconds ?? -1] {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    for text in [source, note, zone] {
      let count = text.map { Int64($0.utf8.count) } ?? -1
      withUnsafeBytes(of: count.littleEndian) { bytes.append(contentsOf: $0) }
      if let text { bytes.append(contentsOf: text.utf8) }
    }
    return bytes
  }
}

/// Finds the walks of the ledger that rows without ids are: the n-th row of a content is its walker's
/// n-th walk that was first sent with that content, whatever its id.
struct KnownWalks {
  private struct Content: Hashable {
    let person: PersonID
    let content: ActivityContent
  }

  private struct Known {
    var ids: Set<ActivityID> = []
    /// How many new ids have been passed, and the number that the last was derived from.
    var passed = 0
    var number = 0
  }

  private var known: [Content: Known] = [:]

  init() {}

  /// Looks up the walks that some rows may be.
  init(of rows: [(person: PersonID, content: ActivityContent)], in store: any AnyStore) async throws
  {
    let starts = Array(Set(rows.map { WalkStart(person: $0.person, start: $0.content.start) }))
    let most = LedgerLimits.standard.batchActivities
    for begin in stride(from: 0, to: starts.count, by: most) {
      let some = Set(starts[begin..<min(begin + most, starts.count)])
      for (key, content) in try await store.firstContents(of: some) {
        known[Content(person: key.person, content: content), default: Known()].ids.insert(key.id)
      }
    }
  }

  /// The id that a row is to be logged with; nil where its walk is in the ledger already. Rows of a
  /// content come in the order of their numbers.
  ///
  /// The id is the same whenever the same is missing, also where an import was broken off between
  /// others of the content.
  mutating func newID(
    for content: ActivityContent, by person: PersonID, occurrence: Int
  ) -> ActivityID? {
    let key = Content(person: person, content: content)
    guard var entry = known[key] else {
      return Self.id(content, person, number: occurrence)
    }
    let missing = occurrence - entry.ids.count
    if missing < 1 { return nil }
    var id: ActivityID
    repeat {
      entry.number += 1
      id = Self.id(content, person, number: entry.number)
      if !entry.ids.contains(id) { entry.passed += 1 }
    } while entry.passed < missing || entry.ids.contains(id)
    known[key] = entry
    return id
  }

  private static func id(
    _ content: ActivityContent, _ person: PersonID, number: Int
  ) -> ActivityID {
    .derived(from: Array("walk\0\(number)\0".utf8) + person.bytes + content.bytes)
  }
}
