import BuiltProgram
import Foundation
import TestSupport
import Testing

/// `milequest stats` over a year of 1,000 people, against Python that counts by itself.
@Suite struct StatsTests {
  /// Puts people and walks into a ledger's file, and prints what they come to from plain loops.
  private static let script = """
    import json, random, sqlite3, sys
    random.seed(7)
    DAY = 86400000000
    first = 20000
    db = sqlite3.connect(sys.argv[1])
    people, walks = {}, []
    for number in range(1000):
      person = random.randbytes(16)
      people[person] = first * DAY + random.randrange(365 * DAY)
      db.execute("INSERT INTO accounts (person_id, name, zone, units, created_at, revision) "
                 "VALUES (?, ?, 'UTC', 'mi', ?, 1)", (person, "No. %d" % number, people[person]))
      for _ in range(random.randrange(15)):
        logged = people[person] + random.randrange(-DAY, 40 * DAY)
        if logged < first * DAY or logged >= (first + 365) * DAY: continue
        start = logged - random.randrange(3 * DAY)
        seconds = random.choice([None, 1800])
        walks.append((person, logged, start, seconds))
        db.execute("INSERT INTO activities (person_id, activity_id, start_at, distance_um, "
                   "duration_s, is_private, zone, day, revision, logged_at, changed_at, is_deleted) "
                   "VALUES (?, ?, ?, 1, ?, 0, 'UTC', ?, 1, ?, ?, 0)",
                   (person, random.randbytes(16), start, seconds, start // DAY, logged, logged))
    db.commit()
    out = []
    firsts = {}
    for person, logged, _, _ in walks:
      firsts[person] = min(firsts.get(person, logged), logged)
    for day in range(first, first + 365):
      today = [w for w in walks if w[1] // DAY == day]
      active = {w[0] for w in today}
      delays = [max((w[1] - w[2]) // 1000000 - (w[3] or 0), 0) for w in today]
      new = [(f - people[p]) // 1000000 for p, f in firsts.items()
             if f // DAY == day and f >= people[p]]
      old = [p for p, at in people.items() if at // DAY == day - 7]
      back = [p for p in old if p in active]
      mean = lambda values: sum(values) / len(values) if values else None
      out.append({
        "registered": sum(at // DAY == day for at in people.values()),
        "onboarded": len(new), "onboardSeconds": mean(new), "activePeople": len(active),
        "walks": len(today), "logSeconds": mean(delays), "weekOld": len(old),
        "weekOldActive": len(back), "retention": len(back) / len(old) if old else None})
    print(json.dumps(out))
    """

  @Test func aYearEqualsAnIndependentCount() throws {
    let python = "/usr/bin/python3"
    guard FileManager.default.isExecutableFile(atPath: python) else { return }
    let ledger = try Ledger(.file)
    _ = try ledger.well("migrate")
    let (status, output) = try Home.run(python, ["-c", Self.script, ledger.name])
    #expect(status == 0, "\(String(decoding: output, as: UTF8.self))")
    let expected = try #require(
      JSONSerialization.jsonObject(with: output) as? [[String: Any]])
    let year = ["--from", "2024-10-04", "--to", "2025-10-03"]
    let answer = try ledger.run(["stats", "--format", "json"] + year)
    #expect(answer.status == 0, "\(answer.errors)")
    let found = try #require(
      JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any])
    let days = try #require(found["days"] as? [[String: Any]])
    #expect(days.count == expected.count)
    for (day, wanted) in zip(days, expected) {
      for (name, value) in wanted {
        #expect(
          (day[name] as? NSNumber)?.doubleValue == (value as? NSNumber)?.doubleValue,
          "\(name) on \(day["day"] ?? "")")
      }
    }
    // The columns say the same as the JSON.
    let csv = try ledger.run(["stats", "--format", "csv"] + year).text.split(separator: "\n")
    #expect(csv.count == 366)
    #expect(csv[0].hasPrefix("day,registered,onboarded,onboardSeconds,activePeople,walks,"))
    #expect(csv[1].hasPrefix("2024-10-04,\((expected[0]["registered"] as? Int) ?? -1),"))
    #expect(try ledger.run(["stats"] + year).text.contains("2025-01-01"))
    #expect(try ledger.run("stats", "--from", "yesterday").status == 64)
    #expect(try ledger.run("stats", "--from", "2025-01-02", "--to", "2025-01-01").status == 64)
  }
}
