import CivilTime
import Foundation
import Testing

@testable import Batch

/// Who is one person in the rows of several teams.
@Suite struct BatchPersonTests {
  private static let header = "started_at,team,person,distance_km,activity_id\n"
  private static let id = "0190c0de-0000-7000-8000-00000000000A"

  private static let rows = [
    "2026-05-01T08:00:00Z,Owls,ann@example.org,5,1",
    // The same address, and the same walk once more.
    "2026-05-02T08:00:00Z,Cats, Ann@Example.org,9,2",
    "2026-05-01T08:00:00Z,Cats,ANN@example.org,5,1",
    // Another person's equal id.
    "2026-05-01T08:00:00Z,7,\(id),1,1", "2026-05-09T08:00:00Z,8,\(id.lowercased()),2,4",
    // Names are persons of their teams.
    "2026-05-01T08:00:00Z,Owls,Ann,100,5", "2026-05-01T08:00:00Z,Cats,Ann,200,6",
    "2026-05-01T08:00:00Z,Cats,\"ann@home\",400,7",
    "2026-05-01T08:00:00Z,\"Owls\",\"bob@example.org\",1000,8",
  ].map { $0.replacing(",1000,", with: ",300,") }

  private func kilometers(_ tally: Tally) -> [String: [Int64]] {
    Dictionary(
      uniqueKeysWithValues: tally.sortedRows.map {
        ($0.team.text, [$0.total.activities, $0.total.micrometers / 1_000_000_000])
      })
  }

  private static let right: [String: [Int64]] = [
    "Owls": [4, 414], "Cats": [4, 614], "7": [2, 3], "8": [2, 3],
  ]

  @Test(arguments: [1, 3]) func eachWalkCountsInAllOfTheirTeams(threads: Int) throws {
    for order in [Self.rows, Self.rows.reversed()] {
      let tally = try BatchRun.tally(
        Self.header + order.joined(separator: "\n"), threads: threads)
      #expect(kilometers(tally) == Self.right)
      #expect(tally.rowCount == 8 && tally.repeatCount == 1)
    }
    // Without ids the repeated row is a walk of its own.
    let kept = try BatchRun.tally(
      Self.header + Self.rows.joined(separator: "\n"), threads: threads
    ) { $0.columns.deduplicates = false }
    #expect(kilometers(kept)["Owls"] == [5, 419] && kilometers(kept)["Cats"] == [5, 619])
    #expect(kept.rowCount == 9)
  }

  /// Summing and storing take the same rows for good.
  @Test(arguments: [
    ("", RowFault.personEmpty), ("   ", .personEmpty), ("\"\"", .personEmpty),
    ("\u{200B}", .personName), ("Ann\u{202E}", .personName),
  ])
  func aPersonHasAName(person: String, fault: RowFault) throws {
    let text =
      Self.header + "2026-05-01T08:00:00Z,Owls,\(person),5,1\n2026-05-01T08:00:00Z,Owls,Bo b,5,2"
    let tally = try BatchRun.tally(text) { $0.skipsBadRows = true }
    #expect(tally.badRows[fault]?.lines == [2] && tally.rowCount == 1)
    let folder = BatchFolder()
    let descriptor = open(folder.write(Array(text.utf8)), O_RDONLY)
    defer { close(descriptor) }
    let reader = try ActivityReader(descriptor: descriptor, columns: ActivityColumns())
    guard case .failure(let bad)? = try reader.next() else {
      Issue.record("the row was taken")
      return
    }
    #expect(bad.fault == fault && bad.line == 2)
    #expect(try reader.next()?.get().person == "Bo b")
  }

  @Test func partsMergeToTheWhole() throws {
    for deduplicates in [true, false] {
      func tally(_ rows: [String]) throws -> Tally {
        try BatchRun.tally(Self.header + rows.joined(separator: "\n")) {
          $0.columns.deduplicates = deduplicates
        }
      }
      let whole = PartialFile.bytes(try tally(Self.rows))
      for cut in 1..<Self.rows.count {
        let parts = try [Array(Self.rows[..<cut]), Array(Self.rows[cut...])].map {
          (name: "part", bytes: PartialFile.bytes(try tally($0)))
        }
        let merged = try Tally(merging: parts)
        #expect(kilometers(merged) == kilometers(try tally(Self.rows)))
        #expect(PartialFile.bytes(merged) == whole)
      }
    }
  }

  /// Who walked with a team before or after the window is in it within the window.
  @Test func aWindowKeepsTheTeams() throws {
    let until = try Instant(text: "2026-05-02T00:00:00Z")
    let tally = try BatchRun.tally(Self.header + Self.rows.joined(separator: "\n")) {
      $0.window = TimeWindow(until: until)
    }
    #expect(
      kilometers(tally) == ["Owls": [3, 405], "Cats": [3, 605], "7": [1, 1], "8": [1, 1]])
  }

  /// Exports number each person's walks from 1.
  @Test func anIDIsOneOfItsPersons() throws {
    let rows = ["Owls,Ann,5,1", "Owls,Bob,6,1", "Cats,Ann,7,1", "owls,ann,8,1", "Owls,Ann ,5,1"]
    let text = Self.header + rows.map { "2026-05-01T08:00:00Z,\($0)" }.joined(separator: "\n")
    let tally = try BatchRun.tally(text)
    #expect(
      kilometers(tally) == ["Owls": [2, 11], "Cats": [1, 7], "owls": [1, 8]])
    #expect(tally.repeatCount == 1)
  }

  @Test func conflictsOfOnePerson() throws {
    let text =
      Self.header + Self.rows[0] + "\n" + Self.rows[0].replacing(",5,", with: ",6,")
      + "\n" + Self.rows[3] + "\n"
    let tally = try BatchRun.tally(text) { $0.skipsBadRows = true }
    #expect(tally.badRows[.activityConflict]?.count == 2)
    #expect(kilometers(tally) == ["7": [1, 1]])
  }

  @Test(arguments: [
    ("ann@example.org", true), ("a@b.c", true), ("Ann", false), ("@b.c", false), ("a@b", false),
    ("a@.c", false), ("a@b.", false), ("a@b..c", false), ("a@b@c.d", false), ("a b@c.d", false),
    ("ä@b.c", true), ("a\u{3000}b@c.d", false),
  ]) func addresses(_ text: String, _ isAddress: Bool) {
    #expect(WrittenPerson.isAddress(text) == isAddress)
    var text = text
    #expect((text.withUTF8(Walker.id) != nil) == isAddress)
  }
}
