internal import Base
internal import CivilTime

/// What an activity's id stands for, so that its repeats can be told from conflicts.
struct ActivityContent: Hashable, Sendable {
  /// Whom a walk counts for.
  enum Credit: Hashable, Sendable {
    case team(TeamKey)
    /// All teams of a person.
    case walker(ActivityID)
  }

  var route: Int32
  var credit: Credit
  var micrometers: Int64
  var instant: Instant
}

/// Where a row stands in a file.
struct RowPlace: Hashable, Comparable, Sendable {
  var block: Int
  var line: UInt32

  static func < (a: RowPlace, b: RowPlace) -> Bool { (a.block, a.line) < (b.block, b.line) }
}

/// All activities seen, by id, spread over shards so that threads seldom meet.
final class RepeatTable: Sendable {
  /// One activity.
  struct Entry {
    var content: ActivityContent
    var place: RowPlace
    /// Rows with this id and this content, and others.
    var rows: Int64
    var isConflicting: Bool
  }

  private struct Shard {
    var entries: [ActivityID: Entry] = [:]
    /// Of the ids whose rows disagree, the first row that differs from the first of all.
    var conflicts: [ActivityID: RowPlace] = [:]

    mutating func add(
      _ id: ActivityID, _ content: ActivityContent, at place: RowPlace, rows: Int64
    ) {
      guard var entry = entries[id] else {
        entries[id] = Entry(content: content, place: place, rows: rows, isConflicting: false)
        return
      }
      entry.rows += rows
      // Which row came first must not depend on which thread did.
      let isFirst = place < entry.place
      if entry.content != content {
        entry.isConflicting = true
        conflicts[id] = isFirst ? entry.place : min(conflicts[id] ?? place, place)
      }
      if isFirst { (entry.content, entry.place) = (content, place) }
      entries[id] = entry
    }

    /// Marks an id whose rows disagree, as another part of the input has found.
    mutating func addConflict(_ id: ActivityID, rows: Int64) {
      var entry =
        entries[id]
        ?? Entry(
          content: ActivityContent(
            route: 0, credit: .team(.number(0)), micrometers: 0, instant: Instant(microseconds: 0)),
          place: RowPlace(block: .max, line: 0), rows: 0, isConflicting: true)
      entry.rows += rows
      entry.isConflicting = true
      entries[id] = entry
    }
  }

  private let shards = (0..<64).map { _ in Lock(Shard()) }

  private func shard(of id: ActivityID) -> Lock<Shard> { shards[Int(id.low & 63)] }

  func add(_ id: ActivityID, _ content: ActivityContent, at place: RowPlace, rows: Int64 = 1) {
    shard(of: id).withLock { $0.add(id, content, at: place, rows: rows) }
  }

  /// Marks an id whose rows disagree, as another part of the input has found.
  func addConflict(_ id: ActivityID, rows: Int64) {
    shard(of: id).withLock { $0.addConflict(id, rows: rows) }
  }

  /// All activities; waits for those who add.
  func visit(_ body: (ActivityID, Entry) throws -> Void) rethrows {
    for shard in shards {
      let entries = shard.withLock(\.entries)
      for (id, entry) in entries { try body(id, entry) }
    }
  }

  /// The first place where an id came back with other content.
  var firstConflict: RowPlace? {
    shards.compactMap { $0.withLock { $0.conflicts.values.min() } }.min()
  }
}
