internal import CivilTime

/// Finds the walks of the ledger that rows without ids are: the n-th row of a content is its walker's
/// n-th walk that was first sent with that content, whatever its id.
package struct KnownWalks {
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
  private var byStart: [WalkStart: [ActivityContent]] = [:]

  /// Looks up the walks that some rows may be.
  package init(
    of rows: [(person: PersonID, content: ActivityContent)], in store: any LedgerStore
  ) async throws(LedgerError) {
    let starts = Array(Set(rows.map { WalkStart(person: $0.person, start: $0.content.start) }))
    let most = LedgerLimits.standard.batchActivities
    for begin in stride(from: 0, to: starts.count, by: most) {
      let some = Set(starts[begin..<min(begin + most, starts.count)])
      for (key, content) in try await store.firstContents(of: some) {
        known[Content(person: key.person, content: content), default: Known()].ids.insert(key.id)
        byStart[WalkStart(person: key.person, start: content.start), default: []].append(content)
      }
    }
  }

  /// The id that a row is to be logged with; nil where its walk is in the ledger already. Rows of a
  /// content come in the order of their numbers.
  ///
  /// The id is the same whenever the same is missing, also where an import was broken off between
  /// others of the content.
  package mutating func newID(
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

  /// Whether the ledger has a walk with everything of a row but another distance, as it has after an
  /// import of the same table in another unit.
  package func hasOtherDistance(than content: ActivityContent, by person: PersonID) -> Bool {
    let same = byStart[WalkStart(person: person, start: content.start)] ?? []
    return same.contains { known in
      var other = known
      other.distance = content.distance
      return known.distance != content.distance && other == content
    }
  }

  private static func id(
    _ content: ActivityContent, _ person: PersonID, number: Int
  ) -> ActivityID {
    .derived(from: Array("walk\0\(number)\0".utf8) + person.bytes + content.bytes)
  }
}

extension ActivityContent {
  /// Equal for equal contents only.
  package var bytes: [UInt8] {
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
