#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What an activity's id stands for, so that its repeats can be told from conflicts.
struct ActivityContent: Hashable, Sendable {
  var route: Int32
  var team: TeamKey
  var micrometers: Int64
  var instant: Int64
}

/// Where a row stands in a file.
struct RowPlace: Hashable, Comparable, Sendable {
  var block: Int
  var line: UInt32

  static func < (a: RowPlace, b: RowPlace) -> Bool { (a.block, a.line) < (b.block, b.line) }
}

/// All activities seen, by id, spread over shards so that threads seldom meet.
final class RepeatTable: @unchecked Sendable {
  /// One activity.
  struct Entry {
    var content: ActivityContent
    var place: RowPlace
    /// Rows with this id and this content, and others.
    var rows: Int64
    var isConflicting: Bool
  }

  /// Guarded by its lock.
  private final class Shard: @unchecked Sendable {
    var lock = pthread_mutex_t()
    var entries: [ActivityID: Entry] = [:]
    /// Of the ids whose rows disagree, the first row that differs from the first of all.
    var conflicts: [ActivityID: RowPlace] = [:]

    init() { pthread_mutex_init(&lock, nil) }
    deinit { pthread_mutex_destroy(&lock) }
  }

  private let shards = (0..<64).map { _ in Shard() }

  func add(_ id: ActivityID, _ content: ActivityContent, at place: RowPlace, rows: Int64 = 1) {
    let shard = shards[Int(id.low & 63)]
    pthread_mutex_lock(&shard.lock)
    defer { pthread_mutex_unlock(&shard.lock) }
    guard var entry = shard.entries[id] else {
      shard.entries[id] = Entry(content: content, place: place, rows: rows, isConflicting: false)
      return
    }
    entry.rows += rows
    // Which row came first must not depend on which thread did.
    let isFirst = place < entry.place
    if entry.content != content {
      entry.isConflicting = true
      shard.conflicts[id] = isFirst ? entry.place : min(shard.conflicts[id] ?? place, place)
    }
    if isFirst { (entry.content, entry.place) = (content, place) }
    shard.entries[id] = entry
  }

  /// Marks an id whose rows disagree, as another part of the input has found.
  func addConflict(_ id: ActivityID, rows: Int64) {
    let shard = shards[Int(id.low & 63)]
    var entry =
      shard.entries[id]
      ?? Entry(
        content: ActivityContent(route: 0, team: .number(0), micrometers: 0, instant: 0),
        place: RowPlace(block: .max, line: 0), rows: 0, isConflicting: true)
    entry.rows += rows
    entry.isConflicting = true
    shard.entries[id] = entry
  }

  /// All activities; not while others add.
  func visit(_ body: (ActivityID, Entry) throws -> Void) rethrows {
    for shard in shards { for (id, entry) in shard.entries { try body(id, entry) } }
  }

  /// The first place where an id came back with other content.
  var firstConflict: RowPlace? { shards.flatMap(\.conflicts.values).min() }
}
