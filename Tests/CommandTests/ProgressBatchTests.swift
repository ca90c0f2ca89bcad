import BuiltProgram
import Foundation
import Testing

/// What the program answered.
private struct BatchAnswer {
  var code: Int32
  var out: String
  var error: String
}

/// A folder of its own in which the built program runs.
private final class BatchShell {
  static let trail = Program.packageRoot.appending(path: "routes/appalachian-trail.geojson").path

  let path: String
  private let home: Home

  init() throws {
    home = try Home()
    path = NSTemporaryDirectory() + "milequest-progress-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: path + "/out", withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path + "/" + name))
  }

  func read(_ name: String) -> String? {
    FileManager.default.contents(atPath: path + "/" + name).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  var written: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path + "/out"))?.sorted() ?? []
  }

  /// Runs `milequest progress`, through a line of shell where one is given.
  func progress(
    _ arguments: [String], input: String? = nil, shell: String? = nil
  ) throws -> BatchAnswer {
    let line = [Program.path, "progress"] + arguments
    let process = home.process(
      shell == nil ? Program.path : "/bin/bash",
      shell.map { ["-c", $0 + " exec \"$0\" \"$@\""] + line } ?? Array(line.dropFirst()))
    process.currentDirectoryURL = URL(fileURLWithPath: path)
    // Files, not pipes, so that no answer is too long to be held.
    let name = UUID().uuidString
    for file in [name + ".in", name + ".out", name + ".err"] {
      try write(file.hasSuffix(".in") ? input ?? "" : "", file)
    }
    let reader = try #require(FileHandle(forReadingAtPath: path + "/\(name).in"))
    let out = try #require(FileHandle(forWritingAtPath: path + "/\(name).out"))
    let error = try #require(FileHandle(forWritingAtPath: path + "/\(name).err"))
    process.standardInput = reader
    process.standardOutput = out
    process.standardError = error
    try process.run()
    process.waitUntilExit()
    return BatchAnswer(
      code: process.terminationReason == .exit ? process.terminationStatus : -1,
      out: read(name + ".out") ?? "", error: read(name + ".err") ?? "")
  }
}

@Suite("milequest progress")
struct ProgressBatchTests {
  private let shell: BatchShell
  private let header = "team_id,distance_miles\n"
  private var route: [String] { ["--route", BatchShell.trail] }

  init() throws { shell = try BatchShell() }

  private func expect(
    _ answer: BatchAnswer, _ code: Int32, _ words: [String] = [],
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(answer.code == code, "\(answer.error)", sourceLocation: location)
    for word in words {
      #expect(
        answer.error.contains(word), "\(word) is not in: \(answer.error)",
        sourceLocation: location)
    }
    if code != 0 { #expect(answer.out.isEmpty, sourceLocation: location) }
  }

  @Test("one line a team, on any number of threads, from a file or standard input")
  func plain() throws {
    let walks = header + "10,5.2\n9,1000.5\n10,0.125\n9,2\n"
    try shell.write(walks.replacing("1000.5", with: "100.5"), "walks.csv")
    let answer = try shell.progress(route + ["--activities", "walks.csv"])
    expect(answer, 0)
    #expect(answer.error.isEmpty)
    let lines = answer.out.split(separator: "\n").map { $0.split(separator: ",") }
    try #require(lines.count == 3)
    #expect(
      answer.out.hasPrefix(
        "team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished\n"))
    #expect(lines[1].prefix(3) == ["9", "2", "164957.76"])
    #expect(lines[2].prefix(3) == ["10", "2", "8569.7568"])
    // 5.325 of 2197.4 miles.
    #expect(lines[2][3] == "0.242331" && lines[2][7] == "false")
    for threads in ["1", "2", "8"] {
      let other = try shell.progress(
        route + ["--activities", "-", "--threads", threads],
        input: walks.replacing("1000.5", with: "100.5"))
      #expect(other.code == 0 && other.out == answer.out)
    }
    for (format, start) in [
      ("jsonl", "{\"teamId\":9,"), ("geojson", "{\"type\":\"FeatureCollection\""),
      ("text", "team"),
    ] {
      let other = try shell.progress(route + ["--activities", "walks.csv", "--format", format])
      expect(other, 0)
      #expect(other.out.hasPrefix(start))
    }
    let beyond = try shell.progress(
      route + ["--activities", "-", "--longest-activity", "3000mi", "--format", "text"],
      input: header + "1,2197.399999\n2,2197.4\n3,2198\n")
    #expect(beyond.out.components(separatedBy: "finished").count == 3)
    let first = beyond.out.split(separator: "\n")[1]
    #expect(!first.contains("100") && !first.contains("finished"), "\(first)")
  }

  @Test("what is asked for wrongly is 64 and says how it is right")
  func usage() throws {
    try shell.write(header + "1,5\n", "walks.csv")
    let walks = ["--activities", "walks.csv"]
    expect(try shell.progress([]), 64, ["--activities", "--merge"])
    expect(try shell.progress(walks), 64, ["--route"])
    expect(try shell.progress(route), 64, ["--activities"])
    expect(try shell.progress(route + walks + ["--merge", "x"]), 64, ["exclude"])
    expect(try shell.progress(route + walks + ["--threads", "0"]), 64, ["1…1024"])
    expect(try shell.progress(route + walks + ["--threads", "1025"]), 64, ["1…1024"])
    expect(try shell.progress(route + walks + ["--unit", "leagues"]), 64, ["leagues", "km"])
    expect(try shell.progress(route + walks + ["--zone", "Europe"]), 64, ["“Europe”"])
    expect(try shell.progress(route + walks + ["--from", "May"]), 64, ["--from", "RFC 3339"])
    expect(try shell.progress(route + walks + ["--as-of", "2026-05-03"]), 64, ["--as-of"])
    expect(
      try shell.progress(
        route + walks + ["--from", "2026-05-03T00:00:00Z", "--until", "2026-05-03T00:00:00Z"]), 64,
      ["before"])
    expect(
      try shell.progress(route + walks + ["--keep-repeats", "--activity-column", "id"]), 64,
      ["--keep-repeats"])
    expect(
      try shell.progress(route + route + walks), 64, ["appalachian-trail"])
    expect(
      try shell.progress(walks + ["--partial", "--route-column", "route"]), 64, ["--route NAME="])
    expect(try shell.progress(route + walks + ["--longest-activity", "far"]), 64, ["far"])
    expect(try shell.progress(route + walks + ["-o", "walks.csv"]), 64, ["input"])
    #expect(shell.read("walks.csv") == header + "1,5\n")
  }

  @Test("bad data is 65 and names the file, the line and the way out")
  func badData() throws {
    try shell.write(header + "1,5\n\"a\nb\",6\n2,far\n3,4\n0,x\n", "walks.csv")
    for threads in ["1", "2", "8"] {
      expect(
        try shell.progress(route + ["--activities", "walks.csv", "--threads", threads]), 65,
        ["walks.csv:5:", "number", "--skip-bad"])
    }
    let skipped = try shell.progress(route + ["--activities", "walks.csv", "--skip-bad"])
    expect(skipped, 0, ["left out 2 rows [distance-syntax]", "(lines 5, 7)"])
    #expect(skipped.out.split(separator: "\n").count == 5)

    try shell.write("name,length\n1,5\n", "header.csv")
    expect(
      try shell.progress(route + ["--activities", "header.csv"]), 65,
      ["header.csv:1:", "--team-column"])
    try shell.write("", "empty.csv")
    expect(
      try shell.progress(route + ["--activities", "empty.csv"]), 65, ["empty.csv:", "header"])
    try Data([0x1F, 0x8B, 8, 0, 1, 2, 3, 4, 0, 3, 0xFF, 0xFF]).write(
      to: URL(fileURLWithPath: shell.path + "/damaged.csv.gz"))
    expect(
      try shell.progress(route + ["--activities", "damaged.csv.gz"]), 65,
      ["damaged.csv.gz:", "gzip"])
    try shell.write("nonsense", "trail.geojson")
    expect(
      try shell.progress(["--route", "trail.geojson", "--activities", "walks.csv"]), 65,
      ["trail.geojson"])
    try shell.write(header + "1,11\n2,5\n", "long.csv")
    expect(
      try shell.progress(
        route + ["--activities", "long.csv", "--longest-activity", "10mi", "--skip-bad"]), 0,
      ["[distance-too-long]", "16.09344 km", "(line 2)"])
  }

  @Test("what is not there is 66")
  func noInput() throws {
    try shell.write(header + "1,5\n", "walks.csv")
    expect(try shell.progress(route + ["--activities", "none.csv"]), 66, ["none.csv"])
    expect(try shell.progress(route + ["--activities", "out"]), 66, ["out:", "folder"])
    expect(
      try shell.progress(["--route", "none.gpx", "--activities", "walks.csv"]), 66, ["none.gpx"])
    expect(try shell.progress(route + ["--merge", "none.part"]), 66, ["none.part"])
  }

  @Test("what cannot be written is 74, and nothing half-written is left")
  func writeFailures() throws {
    var walks = header
    for team in 1...2_000 { walks += "\(team),\(team % 300 + 1)\n" }
    try shell.write(walks, "walks.csv")
    let run = route + ["--activities", "walks.csv"]
    expect(try shell.progress(run + ["-o", "/dev/full"]), 74, ["/dev/full", "disk is full"])
    expect(try shell.progress(run + ["-o", "/proc/teams.csv"]), 74, ["/proc/teams.csv"])
    expect(try shell.progress(run + ["-o", "none/teams.csv"]), 74, ["none/teams.csv"])
    expect(try shell.progress(run + ["-o", "out"]), 74, ["out"])
    expect(
      try shell.progress(run, shell: "exec >/dev/full;"), 74, ["standard output", "disk is full"])

    let limit = "trap '' XFSZ; ulimit -f 16;"
    for partial in [[], ["--partial"]] {
      expect(
        try shell.progress(run + partial + ["-o", "out/teams.csv"], shell: limit), 74,
        ["out/teams.csv"])
      #expect(shell.written.isEmpty)
      try shell.write("as it was", "out/teams.csv")
      expect(try shell.progress(run + partial + ["-o", "out/teams.csv"], shell: limit), 74)
      #expect(shell.written == ["teams.csv"])
      #expect(shell.read("out/teams.csv") == "as it was")
      try FileManager.default.removeItem(atPath: shell.path + "/out/teams.csv")
    }
    // Nor does a run that fails earlier touch what is there.
    try shell.write("as it was", "out/teams.csv")
    try shell.write(header + "1,x\n", "bad.csv")
    expect(
      try shell.progress(route + ["--activities", "bad.csv", "-o", "out/teams.csv"]), 65)
    #expect(shell.read("out/teams.csv") == "as it was" && shell.written == ["teams.csv"])
  }

  @Test("a file is replaced as a whole")
  func replaced() throws {
    try shell.write(header + "1,5\n", "walks.csv")
    try shell.write("as it was", "out/teams.csv")
    try FileManager.default.linkItem(
      atPath: shell.path + "/out/teams.csv", toPath: shell.path + "/kept.csv")
    let answer = try shell.progress(
      route + ["--activities", "walks.csv", "--output", "out/teams.csv"])
    expect(answer, 0)
    #expect(answer.out.isEmpty)
    #expect(shell.written == ["teams.csv"])
    #expect(shell.read("out/teams.csv")?.hasPrefix("team_id,") == true)
    // The old file itself was never written to.
    #expect(shell.read("kept.csv") == "as it was")
    // A link stays one; what it leads to is replaced.
    try FileManager.default.createSymbolicLink(
      atPath: shell.path + "/link.csv", withDestinationPath: "out/teams.csv")
    try shell.write(header + "1,6\n", "walks.csv")
    expect(try shell.progress(route + ["--activities", "walks.csv", "-o", "link.csv"]), 0)
    #expect(shell.read("out/teams.csv")?.contains("\n1,1,9656.064,") == true)
    #expect(
      (try? FileManager.default.destinationOfSymbolicLink(atPath: shell.path + "/link.csv"))
        == "out/teams.csv")
  }

  @Test("partial results merge to the bytes of the whole")
  func partial() throws {
    let ids = "activity_id,team_id,distance_km,started_at\n"
    let may =
      "a,7,5,2026-05-03T10:00:00Z\nb,8,1.25,2026-05-04T10:00:00Z\nx,7,1,2026-05-04T10:00:00Z\n"
    let june =
      "c,7,2,2026-06-03T10:00:00Z\na,7,5,2026-05-03T10:00:00Z\nx,7,2,2026-05-04T10:00:00Z\n"
    try shell.write(ids + may, "may.csv")
    try shell.write(ids + june, "june.csv")
    try shell.write(ids + may + june, "all.csv")
    for name in ["may", "june"] {
      expect(
        try shell.progress(["--activities", "\(name).csv", "--partial", "-o", "\(name).part"]), 0)
    }
    let whole = try shell.progress(route + ["--activities", "all.csv", "--skip-bad"])
    expect(whole, 0, ["[activity-conflict]", "1 row that repeat"])
    #expect(whole.out.contains("\n7,2,7000,"))
    expect(
      try shell.progress(route + ["--activities", "all.csv"]), 65, ["all.csv:7:", "--skip-bad"])
    for order in [["may.part", "june.part"], ["june.part", "may.part"]] {
      let merged = try shell.progress(route + ["--merge"] + order)
      #expect(merged.code == 0 && merged.out == whole.out)
      let apart = try shell.progress(route + ["--merge", order[0], "--merge", order[1]])
      #expect(apart.out == whole.out)
    }
    expect(
      try shell.progress(["--merge", "may.part", "june.part", "--partial", "-o", "both.part"]), 0)
    #expect(try shell.progress(route + ["--merge", "both.part"]).out == whole.out)

    let text = try #require(shell.read("may.part"))
    try shell.write(String(text.prefix(text.count / 2)), "cut.part")
    expect(
      try shell.progress(route + ["--merge", "june.part", "cut.part"]), 65, ["cut.part:"])
    let lines = text.split(separator: "\n").dropLast(2).joined(separator: "\n") + "\n"
    try shell.write(lines, "short.part")
    expect(try shell.progress(route + ["--merge", "short.part"]), 65, ["short.part:"])
    expect(try shell.progress(route + ["--merge", "may.csv"]), 65, ["may.csv:1:", "partial"])
    try shell.write(header + "1,5\n", "plain.csv")
    expect(try shell.progress(["--activities", "plain.csv", "--partial", "-o", "plain.part"]), 0)
    expect(
      try shell.progress(route + ["--merge", "may.part", "plain.part"]), 65, ["plain.part:1:"])
    // Walks without a route's name are not lost on routes with names.
    expect(
      try shell.progress(["--route", "at=\(BatchShell.trail)", "--merge", "plain.part"]), 64,
      ["--route FILE"])
  }

  @Test("several routes by a column")
  func routes() throws {
    let both = ["--route", "at=\(BatchShell.trail)", "--route", "b,c=\(BatchShell.trail)"]
    try shell.write("quest_id,team,distance\n\"b,c\",7,5\nat,7,6\nat,\"x,\"\"y\",7\n", "walks.csv")
    let answer = try shell.progress(both + ["--activities", "walks.csv"])
    expect(answer, 0)
    let lines = answer.out.split(separator: "\n")
    try #require(lines.count == 4)
    #expect(lines[0].hasSuffix(",finished,route"))
    #expect(lines[1].hasPrefix("7,1,6,") && lines[1].hasSuffix(",false,at"))
    #expect(lines[2].hasPrefix("7,1,5,") && lines[2].hasSuffix(",false,\"b,c\""))
    #expect(lines[3].hasPrefix("\"x,\"\"y\",1,7,"))
    expect(
      try shell.progress(["--route", "at=\(BatchShell.trail)", "--activities", "walks.csv"]), 65,
      ["walks.csv:2:", "route"])
    expect(
      try shell.progress(both + ["--activities", "walks.csv", "--partial", "-o", "two.part"]), 0)
    #expect(try shell.progress(both + ["--merge", "two.part"]).out == answer.out)
    expect(
      try shell.progress(["--route", "at=\(BatchShell.trail)", "--merge", "two.part"]), 64,
      ["“b,c”", "--route b,c=FILE"])
    expect(try shell.progress(route + ["--merge", "two.part"]), 64, ["--route"])
  }

  @Test("windows of time with and without a zone")
  func windows() throws {
    let walks = "team,distance,time\n1,5,2026-05-03T00:30:00\n2,5,2026-05-03T00:30:00Z\n"
    let run = route + ["--activities", "-", "--from", "2026-05-03T00:00:00Z"]
    expect(try shell.progress(run, input: walks), 65, ["-:2:", "--zone"])
    let local = try shell.progress(run + ["--zone", "Europe/London"], input: walks)
    expect(local, 0, ["1 row outside the window"])
    #expect(local.out.contains("\n2,1,") && !local.out.contains("\n1,1,"))
    let asOf = try shell.progress(
      route + ["--activities", "-", "--as-of", "2026-05-03T01:30", "--zone", "Europe/London"],
      input: walks)
    #expect(asOf.code == 0 && asOf.out.split(separator: "\n").count == 3)
  }

  @Test("a route of one vertex or of the longest length does not stop the program")
  func extremes() throws {
    try shell.write(
      "{\"type\":\"LineString\",\"coordinates\":[[7,51],[7,51]]}", "point.geojson")
    let point = try shell.progress(
      ["--route", "point.geojson", "--activities", "-"], input: header + "1,5\n2,6\n3,7\n")
    expect(point, 65, ["point.geojson", "no length"])
    let long = try shell.progress(
      route + ["--official-length", "9000000000km", "--activities", "-"],
      input: header + (0..<999).map { "\($0),5\n" }.joined())
    expect(long, 0)
    #expect(long.out.split(separator: "\n").count == 1_000)
  }
}
