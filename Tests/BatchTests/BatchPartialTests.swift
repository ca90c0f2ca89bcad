import CivilTime
import Foundation
import Geodesy
import Routes
import Testing

@testable import Batch

@Suite("Partial results, routes and what is written")
struct BatchPartialTests {
  private func route(_ places: [(Double, Double)], official: Int64? = nil) throws -> MeasuredRoute {
    try MeasuredRoute(
      Route(
        parts: [places.map { try Coordinate(latitude: $0.0, longitude: $0.1) }],
        officialLength: official.map(Distance.init(micrometers:))))
  }

  private func merged(_ parts: [Tally]) throws -> Tally {
    try Tally(
      merging: parts.enumerated().map { (name: "part\($0)", bytes: PartialFile.bytes($1)) })
  }

  private static func rows(
    seed: Int, hasIDs: Bool, routes: [String]
  ) -> (header: String, rows: [String]) {
    var random = BatchRandom(UInt64(seed) + 31)
    var rows: [String] = []
    let teams = ["7", "007", "a,b", "\"q\"", "x\ny", "Ü", "300000000000"]
    for id in 0..<(batchIsDebug ? 1_500 : 20_000) {
      let team = random.oneIn(4) ? random.pick(teams) : String(random.below(200))
      let quoted = "\"" + team.replacing("\"", with: "\"\"") + "\""
      let time = random.oneIn(9) ? "2025-12-31T23:59:59Z" : "2026-05-03T10:00:00Z"
      func row(_ distance: String) -> String {
        let route = routes.isEmpty ? "" : ",\(routes[id % routes.count])"
        return "\(hasIDs ? "walk\(id)," : "")\(quoted),\(distance),\(time)\(route)"
      }
      let distance = "\(random.below(9)).\(1 + random.below(999_998))"
      rows.append(row(distance))
      if random.oneIn(6) { rows.append(row(distance)) }
      if random.oneIn(25) { rows.append(row("9.5")) }
      if random.oneIn(40) { rows.append(row(random.pick(["x", "0", "501"]))) }
    }
    rows.shuffle(using: &random)
    let header = (hasIDs ? "activity_id," : "") + "team_id,distance_km,started_at"
    return (header + (routes.isEmpty ? "\n" : ",quest_id\n"), rows)
  }

  @Test("any split merges to the bytes of the whole", arguments: 0..<4)
  func splits(_ seed: Int) throws {
    let hasIDs = seed & 1 == 1
    let names = seed & 2 == 2 ? ["at", "te, araroa", "c\"d"] : []
    let (header, rows) = Self.rows(
      seed: seed, hasIDs: hasIDs,
      routes: names.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" })
    func request(_ request: inout TallyRequest) {
      request.routes = names
      request.skipsBadRows = true
      request.window.from = Instant(microseconds: 1_767_225_600_000_000)
    }
    var routes: [String?: MeasuredRoute] = [:]
    for (index, name) in (names.isEmpty ? [nil] : names.map(\.self)).enumerated() {
      routes[name] = try route(
        [(51 + Double(index), 179.5), (51.5, -179.5)], official: 600_000_000_000)
    }
    // Comparisons by name, so that a failure does not print every byte.
    func same(_ a: [UInt8], _ b: [UInt8]) -> Bool { a == b }
    let whole = try BatchRun.tally(header + rows.joined(separator: "\n"), threads: 2, request)
    #expect(whole.badRows[.distanceSyntax]?.count ?? 0 > 0 && whole.outsideCount > 0)
    #expect(!hasIDs || (whole.badRows[.activityConflict]?.count ?? 0 > 0 && whole.repeatCount > 0))
    for count in [1, 2, 7, 64] {
      var random = BatchRandom(UInt64(count))
      var shares: [[String]] = Array(repeating: [], count: count)
      for row in rows { shares[random.below(count)].append(row) }
      var parts = try shares.map {
        try BatchRun.tally(header + $0.joined(separator: "\n"), request)
      }
      for order in 0..<2 {
        if order == 1 { parts.shuffle(using: &random) }
        let merged = try merged(parts)
        for format in ProgressOutput.Format.allCases {
          #expect(
            same(
              ProgressOutput.bytes(merged.progress(on: routes), as: format),
              ProgressOutput.bytes(whole.progress(on: routes), as: format)))
        }
        #expect(same(PartialFile.bytes(merged), PartialFile.bytes(whole)))
        #expect(merged.badRows.mapValues(\.count) == whole.badRows.mapValues(\.count))
        #expect(merged.rowCount == whole.rowCount && merged.outsideCount == whole.outsideCount)
        #expect(merged.repeatCount == whole.repeatCount)
      }
      if count == 7 {
        // Merged in two steps.
        let steps = try self.merged([
          try self.merged(Array(parts[..<3])), try self.merged(Array(parts[3...])),
        ])
        #expect(same(PartialFile.bytes(steps), PartialFile.bytes(whole)))
      }
    }
  }

  @Test("a file that is damaged, cut off or mixed is refused with its line")
  func damage() throws {
    let totals = PartialFile.bytes(try BatchRun.tally("team,distance\n7,5\n\"x\ny\",6\n8,7\n"))
    let ids = PartialFile.bytes(
      try BatchRun.tally("activity_id,team,distance\na,7,5\nb,\"x\ny\",6\nc,8,7\n"))
    func message(_ parts: [[UInt8]]) -> String {
      do {
        _ = try Tally(
          merging: parts.enumerated().map { (name: "p\($0)", bytes: $1) })
        return "none"
      } catch {
        #expect(error.code == .partial)
        return error.message
      }
    }
    #expect(message([totals]) == "none" && message([ids]) == "none")
    for whole in [totals, ids] {
      // Cut off anywhere, also behind a line.
      for length in 0..<whole.count {
        let text = message([totals == whole ? totals : ids, Array(whole[..<length])])
        #expect(text.hasPrefix("p1:"), "\(length): \(text)")
      }
      #expect(message([whole + whole]) != "none")
      #expect(message([whole + Array("rows,5\n".utf8)]) != "none")
      let lines = String(decoding: whole, as: UTF8.self).split(separator: "\n")
      var number = 1
      for (index, line) in lines.enumerated() where line.contains(",") {
        if line.hasPrefix("y") { continue }
        number = index + 1
        for damaged in ["nonsense", String(line.dropLast()) + "?", "-" + line, line + ",9", ""] {
          var copy = lines
          copy[index] = Substring(damaged)
          let text = message([Array((copy.joined(separator: "\n") + "\n").utf8)])
          // Another name of a team is no damage that anyone could see.
          if line.contains("\""), damaged.hasSuffix("?") || damaged.hasSuffix(",9") { continue }
          #expect(text.hasPrefix("p0:"), "\(line) as \(damaged): \(text)")
          if damaged == "nonsense" { #expect(text.hasPrefix("p0:\(number):"), "\(text)") }
        }
        // A line too few.
        var copy = lines
        copy.remove(at: index)
        if !line.contains("\"") {
          #expect(message([Array((copy.joined(separator: "\n") + "\n").utf8)]) != "none", "\(line)")
        }
      }
    }
    #expect(message([totals, ids]).hasPrefix("p1:1:"))
    #expect(message([ids, totals]).hasPrefix("p1:1:"))
    #expect(message([Array("team_id,activities\n7,5\n".utf8)]).hasPrefix("p0:1:"))
    #expect(message([Array("milequest-partial 2,totals\nend,1\n".utf8)]).hasPrefix("p0:1:"))
    #expect(message([Array("milequest-partial 1,sums\nend,1\n".utf8)]).hasPrefix("p0:1:"))
    #expect(message([[]]).contains("empty"))
    #expect(message([[UInt8](repeating: 0, count: 900)]) != "none")
  }

  @Test("walks on routes by a column, those of others are faults")
  func routes() throws {
    let text = """
      route,team_id,distance_km
      b,7,1
      a,7,2
      b,7,3
      "long, name",9,4
      a,8,5
      """
    for threads in [1, 2] {
      let tally = try BatchRun.tally(text, threads: threads) {
        $0.routes = ["a", "b", "long, name"]
      }
      #expect(
        tally.batchLines == [
          "7|a|1|2000000000", "7|b|2|4000000000", "8|a|1|5000000000",
          "9|long, name|1|4000000000",
        ])
      let short = try route([(0, 0), (0, 0.02)])
      let long = try route([(60, 0), (61, 0)])
      let teams = tally.progress(on: ["a": short, "b": long, "long, name": long])
      #expect(teams.map(\.route) == ["a", "b", "a", "long, name"])
      #expect(teams.map(\.isFinished) == [false, false, true, false])
      #expect(teams[2].percentMillionths == 100_000_000 && teams[2].longitude == 0.02)
      let csv = String(decoding: ProgressOutput.bytes(teams, as: .csv), as: UTF8.self)
      #expect(csv.hasPrefix("team_id,activities,distance_meters,percent,longitude,latitude,"))
      #expect(csv.contains("bearing,finished,route\n"))
      #expect(csv.contains(",false,\"long, name\"\n"))
      #expect(tally.unknownRoute(among: ["a", "b"]) == "long, name")
      #expect(tally.unknownRoute(among: ["a", "b", "long, name"]) == nil)
      #expect(!tally.hasUnnamedRoute)
    }
    #expect(try BatchRun.tally("team,distance\n1,1\n").hasUnnamedRoute)
  }

  @Test("a percentage is cut off, a micrometre before the end is not 100")
  func percent() throws {
    let route = try route([(0, 0), (0, 1)], official: 3_000_000_000_000)
    for (text, percent, finished) in [
      ("2999999.999999", "99.999999", false), ("3000000", "100", true), ("3000001", "100", true),
      ("1000000", "33.333333", false), ("2000000", "66.666666", false),
      ("0.000001", "0", false), ("0.03", "0.000001", false), ("0.029999", "0", false),
      ("1500000", "50", false),
    ] {
      let tally = try BatchRun.tally("team,distance\n1,\(text)\n") {
        $0.limits.longestActivity = Distance(micrometers: .max)
      }
      let teams = tally.progress(on: [nil: route])
      let line = String(decoding: ProgressOutput.bytes(teams, as: .csv), as: UTF8.self)
        .split(separator: "\n")[1].split(separator: ",")
      #expect(line[2] == text && line[3] == percent)
      #expect(line[7] == (finished ? "true" : "false"))
      #expect(teams[0].isFinished == finished)
      let json =
        try JSONSerialization.jsonObject(
          with: Data(ProgressOutput.bytes(teams, as: .jsonl))) as? [String: Any]
      #expect((json?["percent"] as? Double) == Double(percent))
    }
  }

  @Test("what is written reads back, whatever the teams are called")
  func readsBack() throws {
    let names = [
      "plain", "a,b", "\"q\"", "two\nlines", "cr\rlf", "in ner", "Ünḯ", "\u{1}\u{7F}",
      "back\\slash", "=cmd()", "👣", "7", "007", "👩\u{200D}👧", "'",
    ]
    var text = "team,distance_km\n"
    for (index, name) in names.enumerated() {
      text += "\"" + name.replacing("\"", with: "\"\"") + "\",\(index + 1).123456789\n"
    }
    let route = try route([(51, 179.9), (51.2, -179.9), (51.25, -179.9)])
    let tally = try BatchRun.tally(text)
    let teams = tally.progress(on: [nil: route])
    #expect(teams.count == names.count)

    // The CSV is input as well.
    let csv = ProgressOutput.bytes(teams, as: .csv)
    #expect(try BatchRun.tally(csv).batchLines == tally.batchLines)

    let sorted = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    func check(_ members: [String: Any], _ coordinate: [Double], _ index: Int) {
      let id = members["teamId"]
      #expect((id as? String) ?? (id as? Int).map(String.init) == sorted[index])
      let team = teams[index]
      #expect((members["distanceMeters"] as? Double) == team.distance.meters)
      #expect((members["activities"] as? Int) == 1)
      // Foundation reads the last bit of a number now and then wrong.
      #expect(abs((members["bearing"] as? Double ?? 0) - (team.bearing ?? 0)) < 1e-12)
      #expect((members["finished"] as? Bool) == team.isFinished)
      #expect(abs(coordinate[0] - team.longitude) < 1e-12)
      #expect(abs(coordinate[1] - team.latitude) < 1e-12 && coordinate.count == 2)
      let position = route.position(
        at: Distance(micrometers: route.start.micrometers + team.distance.micrometers))
      let here = try? Coordinate(latitude: team.latitude, longitude: team.longitude)
      #expect(
        here.map {
          Geodesic.wgs84.inverse(from: $0, to: position.coordinate).distanceMeters < 100e-9
        } == true)
    }
    let lines = ProgressOutput.bytes(teams, as: .jsonl).split(separator: 0x0A)
    #expect(lines.count == names.count)
    for (index, line) in lines.enumerated() {
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
      check(object, try #require(object["coordinate"] as? [Double]), index)
      // The digits read back to the bit.
      #expect(
        String(decoding: line, as: UTF8.self)
          .contains("[\(teams[index].longitude),\(teams[index].latitude)]"))
    }
    let collection = try #require(
      try JSONSerialization.jsonObject(
        with: Data(ProgressOutput.bytes(teams, as: .geojson))) as? [String: Any])
    #expect(collection["type"] as? String == "FeatureCollection")
    let features = try #require(collection["features"] as? [[String: Any]])
    #expect(features.count == names.count)
    for (index, feature) in features.enumerated() {
      let geometry = try #require(feature["geometry"] as? [String: Any])
      #expect(geometry["type"] as? String == "Point")
      check(
        try #require(feature["properties"] as? [String: Any]),
        try #require(geometry["coordinates"] as? [Double]), index)
    }
  }

  @Test("no teams, many teams, and a route without extent")
  func sizes() throws {
    let none = try BatchRun.tally("team,distance\n").progress(on: [:])
    #expect(
      ProgressOutput.bytes(none, as: .csv).split(separator: 0x0A).count == 1
        && ProgressOutput.bytes(none, as: .jsonl).isEmpty)
    #expect(
      (try? JSONSerialization.jsonObject(with: Data(ProgressOutput.bytes(none, as: .geojson))))
        != nil)
    let point = try route([(51, 7)])
    let one = try BatchRun.tally("team,distance\n5,1\n6,2\n").progress(on: [nil: point])
    #expect(
      one.allSatisfy { $0.isFinished && $0.bearing == nil && $0.percentMillionths == 100_000_000 })
    let csv = String(decoding: ProgressOutput.bytes(one, as: .csv), as: UTF8.self)
    #expect(csv.hasSuffix("5,1,1,100,7.0,51.0,,true\n6,1,2,100,7.0,51.0,,true\n"))

    // More teams than one piece of the output holds, and more than the route has vertices.
    let count = 9_001
    let text = "team,distance_km\n" + (0..<count).map { "\($0),\($0 % 400 + 1)\n" }.joined()
    let route = try route([(89, 0), (89.9, 20), (88, 160), (85, 170)])
    let teams = try BatchRun.tally(text, threads: 2).progress(on: [nil: route])
    let lines = ProgressOutput.bytes(teams, as: .csv).split(separator: 0x0A)
    #expect(lines.count == count + 1)
    for (index, line) in lines.dropFirst().enumerated() {
      #expect(line.starts(with: Array("\(index),1,\((index % 400 + 1) * 1000),".utf8)))
    }
    for team in teams where team.activities > 0 {
      let position = route.position(at: team.distance)
      let here = try Coordinate(latitude: team.latitude, longitude: team.longitude)
      if Geodesic.wgs84.inverse(from: here, to: position.coordinate).distanceMeters > 100e-9
        || team.isFinished != position.isFinished
      {
        Issue.record("\(team.team.text) is at \(here)")
        break
      }
    }
  }
}
