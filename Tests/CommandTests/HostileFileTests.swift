import BuiltProgram
import Foundation
import Testing

/// Hostile files through the built program: an error with exit code 65, in no more time than a sound
/// file of the same size takes, and in bounded memory.
@Suite(.serialized) struct HostileFileTests {
  /// The program as it is used, which `make test` builds first. A debug build takes twenty to a
  /// hundred times as long, so where there is no other, the large files are a fortieth as large.
  private struct Subject {
    let program: String
    let isDebug: Bool
    var mostBytes: Int { 32 << 20 }
  }

  private static let subject: Subject = {
    if ProcessInfo.processInfo.environment["MILEQUEST_BIN"] != nil {
      return Subject(program: Program.path, isDebug: Program.path.contains("/debug/"))
    }
    let release = Program.packageRoot.appending(path: ".build/release/milequest")
    func modified(_ url: URL) -> Date {
      (try? url.resourceValues(forKeys: [.contentModificationDateKey]))?.contentModificationDate
        ?? .distantPast
    }
    // One that is older than a source says nothing about it.
    let sources = FileManager.default.enumerator(
      at: Program.packageRoot.appending(path: "Sources"), includingPropertiesForKeys: nil)
    let newest = sources?.compactMap { ($0 as? URL).map(modified) }.max() ?? .distantPast
    if FileManager.default.isExecutableFile(atPath: release.path), modified(release) > newest {
      return Subject(program: release.path, isDebug: false)
    }
    return Subject(program: Program.path, isDebug: true)
  }()

  /// What the program takes when it does nothing: the least of several runs.
  private static let baseline: (seconds: Double, bytes: Int) = {
    let runs = (0..<5).compactMap { _ in try? Program.run(["--version"], program: subject.program) }
    print("Hostile files are given to \(subject.program)")
    return (runs.map(\.cpuSeconds).min() ?? 0, runs.map(\.peakBytes).min() ?? 0)
  }()

  /// What a megabyte of a sound file takes above that: the measure of this machine.
  private static let soundSeconds: Double = {
    let point = "<trkpt lat='1.23456' lon='2.34567'><ele>1</ele></trkpt>\n"
    let points = String(repeating: point, count: (1 << 20) / point.utf8.count)
    guard let folder = try? Folder(),
      let file = try? folder.file("a.gpx", "<gpx><trk><trkseg>\(points)</trkseg></trk></gpx>")
    else { return 0 }
    let runs = (0..<3).compactMap { _ in
      try? Program.run(["inspect", file], program: subject.program)
    }
    #expect(runs.count == 3 && runs.allSatisfy { $0.status == 0 })
    let seconds = (runs.map(\.cpuSeconds).min() ?? 0) - baseline.seconds
    print("A megabyte of a sound file takes \(Int(seconds * 1e3)) ms")
    return seconds
  }()

  @Test func nothingSpeaksToTheTerminal() throws {
    let folder = try Folder()
    let controls: [Unicode.Scalar] = ["\u{1B}", "\u{7}", "\u{9B}", "\u{202E}", "\u{2066}"]
    let said = "\\u001b]0;x\\u0007\\u009b\\u202e\\u2066"
    let file = try folder.file(
      "a.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":"
        + "\"A\(said)\"},\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[7,50],[7.1,50],[7.2,50]]}},"
        + "{\"type\":\"Feature\",\"properties\":{\"name\":\"W\(said)\"},\"geometry\":{\"type\":\"Point\","
        + "\"coordinates\":[7.1,50]}}]}")
    let argument = "x\u{1B}[2J\u{9B}2J\u{202E}"
    for arguments in [
      ["inspect", file], ["inspect", file, "--format", "table"],
      ["inspect", file, "--format", "markdown"], ["inspect", file, "--waypoints"],
      ["validate", file], ["validate", file, "--format", "github"],
      ["validate", file, "--fix", "-o", "-"], ["position", file, "--at", "1km"],
      ["nearest", file, "--to", "50,7.1"], ["convert", file, folder.path("b.polyline5")],
      ["inspect", folder.path(argument)], ["inspect", file, "--track", argument],
      ["inspect", file, "--\(argument)"], ["position", file, "--at", argument], [argument],
    ] {
      let answer = try Program.run(arguments)
      // Beside a repaired file on standard output the report goes to standard error.
      let shown = arguments.contains("-") ? answer.errors : answer.text + answer.errors
      let found = controls.filter { shown.unicodeScalars.contains($0) }
      #expect(found.isEmpty && !shown.isEmpty, "\(arguments)")
    }
    // What programs read holds what the file says.
    let table = try Program.run(["inspect", file, "--waypoints", "--format", "csv"])
    #expect(table.text.contains("W\u{1B}]0;x\u{7}\u{9B}\u{202E}\u{2066}"))
  }

  /// What a file may take, above what `--version` takes. A small one may take as much as one of a
  /// megabyte, for a process takes some of its time for itself.
  private static func mostSeconds(bytes: Int) -> Double {
    2 * soundSeconds * max(1, Double(bytes) / 0x1p20)
  }

  private func expectRefused(
    _ name: String, _ bytes: [UInt8], _ words: String = "", command: [String] = ["inspect"],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let folder = try Folder()
    let file = try folder.file(name, bytes)
    let subject = Self.subject
    let most = Self.mostSeconds(bytes: bytes.count)
    let arguments = command[..<1] + [file] + command[1...]
    var answer = try Program.run(Array(arguments), program: subject.program)
    // Another process can only make a run slower, so the quickest of three is the program's own.
    for _ in 0..<2 where answer.cpuSeconds - Self.baseline.seconds > most {
      let again = try Program.run(Array(arguments), program: subject.program)
      if again.cpuSeconds < answer.cpuSeconds { answer = again }
    }
    let seconds = answer.cpuSeconds - Self.baseline.seconds
    let memory = answer.peakBytes - Self.baseline.bytes
    #expect(answer.status == 65, "\(name): \(answer.errors)", sourceLocation: sourceLocation)
    #expect(
      words.isEmpty || answer.errors.contains(words), "\(name): \(answer.errors.prefix(500))",
      sourceLocation: sourceLocation)
    #expect(answer.errors.utf8.count < 10_000, "\(name)", sourceLocation: sourceLocation)
    #expect(answer.bytes.isEmpty, sourceLocation: sourceLocation)
    #expect(
      seconds <= most, "\(name): \(seconds) s of CPU, \(most) s at most",
      sourceLocation: sourceLocation)
    #expect(
      memory <= subject.mostBytes, "\(name): \(memory >> 20) MiB", sourceLocation: sourceLocation)
    if ProcessInfo.processInfo.environment["MILEQUEST_FIGURES"] != nil {
      print(
        "\(name) \(words): \(Int(seconds * 1e3)) of \(Int(most * 1e3)) ms, \(memory >> 10) KiB")
    }
  }

  private func expectRefused(
    _ name: String, _ text: String, _ words: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectRefused(name, Array(text.utf8), words, sourceLocation: sourceLocation)
  }

  private func times(_ text: String, _ count: Int) -> String {
    String(repeating: text, count: count)
  }

  /// Ten megabytes, or what is left of them for a debug build: still more than any limit.
  private static let large = subject.isDebug ? 1 << 18 : 10 << 20

  /// A text at the place of a latitude.
  private func files(latitude: String) -> [(String, String)] {
    [
      ("a.gpx", "<gpx><trk><trkseg><trkpt lat='\(latitude)' lon='1'/></trkseg></trk></gpx>"),
      (
        "a.kml",
        "<kml><Placemark><LineString><coordinates>1,\(latitude)</coordinates></LineString>"
          + "</Placemark></kml>"
      ),
      ("a.geojson", "{\"type\":\"LineString\",\"coordinates\":[[1,\(latitude)],[1,2]]}"),
    ]
  }

  @Test func doctypes() throws {
    try expectRefused("a.gpx", "<!DOCTYPE gpx SYSTEM 'http://localhost/'><gpx/>", "[doctype]")
    let bomb = (1..<40).map { i in "<!ENTITY a\(i) \"\(times("&a\(i - 1);", 20))\">" }.joined()
    try expectRefused(
      "a.kml", "<!DOCTYPE kml [<!ENTITY a0 \"ha\">\(bomb)]><kml><name>&a39;</name></kml>",
      "[doctype]")
  }

  @Test func nesting() throws {
    let deep = 100_000
    try expectRefused(
      "a.gpx", "<gpx>\(times("<a>", deep))\(times("</a>", deep))</gpx>", "64 levels")
    try expectRefused("b.gpx", "<gpx>\(times("<trk>", deep))", "64 levels")
    try expectRefused("a.kml", "<kml>\(times("<Folder>", deep))", "64 levels")
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
      let value = times(open, deep) + "0" + times(close, deep)
      try expectRefused("a.geojson", "{\"x\":\(value)}", "64 levels")
      try expectRefused(
        "b.geojson", "{\"type\":\"Feature\",\"properties\":{\"x\":\(value)}}", "64 levels")
      try expectRefused("d.geojson", "{\"type\":\"Feature\",\"properties\":\(value)}", "64 levels")
      try expectRefused("c.geojson", "{\"coordinates\":\(value)}")
    }
    try expectRefused(
      "e.geojson", times("{\"type\":\"GeometryCollection\",\"geometries\":[", deep / 5), "64")
    try expectRefused("f.geojson", times("[", deep))
  }

  @Test func numbers() throws {
    for (name, text) in files(latitude: "1e400") { try expectRefused(name, text, "[number-range]") }
    for (name, text) in files(latitude: times("7", Self.large)) {
      try expectRefused(name, text, "[limit]")
    }
    for (name, text) in files(latitude: "0." + times("0", Self.large)) {
      try expectRefused(name, text, "[limit]")
    }
    for (name, text) in files(latitude: "1e" + times("9", Self.large)) {
      try expectRefused(name, text, "[limit]")
    }
    try expectRefused("a.polyline5", times("_", Self.large), "[number-range]")
    let member = "{\"x\":\(times("7", Self.large))}"
    try expectRefused("b.geojson", member, "[limit]")
    // Tiny ones are 0.
    for (name, text) in files(latitude: "1e-400") {
      let folder = try Folder()
      let route = try Inspected.route(try folder.file(name, text))
      #expect(route.bounds[1] == 0)
    }
  }

  @Test func bytes() throws {
    for (name, text) in files(latitude: "1\u{0}") { try expectRefused(name, text) }
    try expectRefused("a.gpx", [UInt8](repeating: 0, count: Self.large))
    try expectRefused(
      "b.gpx", Array("<gpx>".utf8) + [UInt8](repeating: 0, count: Self.large))
    try expectRefused(
      "a.geojson", Array("{".utf8) + [UInt8](repeating: 0, count: Self.large))
    try expectRefused("a.polyline5", [UInt8](repeating: 0, count: Self.large))
    try expectRefused(
      "b.geojson", "{\"type\":\"Point\",\"coordinates\":[1,2],\"x\":\"\\ud800\"}", "[encoding]")
    let raw = Array("{\"x\":\"".utf8) + [0xED, 0xA0, 0x80] + Array("\"}".utf8)
    try expectRefused("c.geojson", raw, "[encoding]")
    let wide = Array("\u{FEFF}<gpx><name>".data(using: .utf16LittleEndian) ?? Data())
    let tail = Array("</name></gpx>".data(using: .utf16LittleEndian) ?? Data())
    try expectRefused("c.gpx", wide + [0x00, 0xD8] + tail)
    var random = SplitMix64("bytes")
    let heads = ["", "<gpx>", "<kml>", "{\"type\":"]
    for (i, name) in ["d.gpx", "d.kml", "d.geojson", "d.polyline6", "d.txt"].enumerated() {
      let noise = (0..<200_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      try expectRefused(name, Array(heads[i % heads.count].utf8) + noise)
      try expectRefused(name, Array(heads[(i + 1) % heads.count].utf8) + noise)
    }
  }

  @Test func files() throws {
    try expectRefused("a.gpx", "")
    try expectRefused("a.kmz", "PK\u{3}\u{4}" + times("x", 1 << 20), "directory at its end")
    try expectRefused("a.gpx.gz", [0x1F, 0x8B] + [UInt8](repeating: 7, count: 1 << 20), "gzip")
    // Larger than a file may be: told from its size alone.
    let folder = try Folder()
    let large = try folder.file("large.gpx", "")
    let handle = try FileHandle(forWritingTo: URL(filePath: large))
    try handle.truncate(atOffset: 1 << 30)
    try handle.close()
    let answer = try Program.run(["inspect", large], program: Self.subject.program)
    #expect(answer.status == 65 && answer.errors.contains("(64 MiB), the limit"))
    #expect(answer.cpuSeconds - Self.baseline.seconds <= Self.mostSeconds(bytes: 1 << 20))
    #expect(answer.peakBytes - Self.baseline.bytes < 8 << 20)
  }

  @Test func cutOff() throws {
    let gpx = times("<trkpt lat='1.23456' lon='2.34567'><ele>1</ele></trkpt>\n", 10_000)
    try expectRefused("a.gpx", "<gpx><trk><trkseg>\(gpx)", "cut off")
    try expectRefused("b.gpx", "<gpx><trk><trkseg>\(gpx)<trkpt lat='1", "cut off")
    let warnings = times("<trkpt lat='1' lon='2'><ele>x</ele></trkpt>", 1_500)
    let folder = try Folder()
    let file = try folder.file("w.gpx", "<gpx><trk><trkseg>\(warnings)")
    #expect(try Program.run(["inspect", file]).status == 65)
    try expectRefused(
      "a.kml", "<kml><Placemark><LineString><coordinates>\(times("1.5,2.5,3\n", 20_000))", "cut off"
    )
    try expectRefused(
      "a.geojson", "{\"type\":\"LineString\",\"coordinates\":[\(times("[1.5,2.5,3],", 20_000))",
      "cut off")
    try expectRefused(
      "a.polyline5", times("_p~iF~ps|U??", 20_000).replacing("??", with: "~iF~ps|T") + "_")
  }

  @Test func largePieces() throws {
    let big = times("x", Self.large)
    let text = times("x", Self.large / 3)
    for root in ["gpx", "kml"] {
      for piece in [
        "<\(big)/>", "<a b='\(big)'/>", "<a \(big)='1'/>", "<?\(big)?>",
      ] {
        try expectRefused("a.\(root)", "<\(root)>\(piece)</\(root)>", "[limit]")
      }
      // A comment is passed over, however long: what harms no reader refuses no file.
      try expectRefused("c.\(root)", "<\(root)><!--\(big)-->", "cut off")
      // A text streams by, at the speed of the library; then the file is cut off.
      try expectRefused("b.\(root)", "<\(root)><name>\(text)</name>", "cut off")
    }
    try expectRefused("a.geojson", "{\"\(big)\":1}", "[limit]")
    try expectRefused("b.geojson", "{\"type\":\"\(big)\"}", "[limit]")
    try expectRefused("c.geojson", "{\"x\":\"\(big)", "never closed")
    try expectRefused(
      "d.geojson", "{\"type\":\"Feature\",\"properties\":{\"name\":\"\(big)\"}}", "[limit]")
    let space = times(" ", Self.large)
    try expectRefused("e.geojson", "{\(space)", "cut off")
    try expectRefused("c.gpx", "<gpx \(space)>", "[limit]")
    try expectRefused("f.geojson", space)
  }

  @Test func manyErrors() throws {
    let count = 20_000
    try expectRefused(
      "a.gpx", "<gpx><trk><trkseg>\(times("<trkpt lat='99' lon='0'/>", count))", "more like this")
    try expectRefused("b.gpx", "<gpx>\(times("<wpt/>", count))</gpx>")
    let tuples = times("1,99 ", count)
    try expectRefused(
      "a.kml",
      "<kml><Placemark><LineString><coordinates>\(tuples)</coordinates></LineString>"
        + "</Placemark></kml>"
    )
    try expectRefused(
      "a.geojson", "{\"type\":\"FeatureCollection\",\"features\":[\(times("{},", count)){}]}")
    try expectRefused(
      "b.geojson", "{\"type\":\"LineString\",\"coordinates\":[\(times("[1,99],", count))[1,2]]}")
    try expectRefused(
      "c.geojson", "{\"type\":\"LineString\",\"coordinates\":[\(times("\"\",", count))[1,2]]}")
    // At the end of a line of a megabyte.
    let space = times(" ", 1 << 20)
    try expectRefused(
      "d.geojson",
      "{\"type\":\"LineString\",\(space)\"coordinates\":[\(times("[1,99],", 999))[1,2]]}")
    try expectRefused("c.gpx", "<gpx><x>\(space)</x>\(times("<wpt lat='99' lon='0'/>", 999))</gpx>")
    // With a name of the longest kind in each of them.
    let name = times("é", 2_000)
    try expectRefused("e.gpx", "<gpx><trk><name>\(name)</name><trkseg>\(times("<trkpt/>", 999))")
  }

  @Test func otherCommandsRefuseTheSame() throws {
    let text = Array("<gpx><trk><trkseg>\(times("<trkpt lat='1' lon='2'/>", 5_000))".utf8)
    for command in [
      ["position", "--at", "1km"], ["nearest", "--to", "1,2"], ["convert", "-", "--to", "kml"],
    ] {
      try expectRefused("a.gpx", text, "cut off", command: command)
    }
  }

  /// Each of these once cost the square of its size: four times the size then takes sixteen times as
  /// long.
  @Test func timeGrowsWithTheSizeOnly() throws {
    let count = Self.subject.isDebug ? 120_000 : 150_000
    let small = growing(count / 4)
    for (index, large) in growing(count).enumerated() {
      let seconds = try [small[index], large].map { file in
        let folder = try Folder()
        let path = try folder.file(file.name, file.text)
        let runs = try (0..<3).map { _ in
          try Program.run(["inspect", path], program: Self.subject.program)
        }
        #expect(runs.allSatisfy { $0.status == file.status }, "\(runs[0].errors)")
        return (runs.map(\.cpuSeconds).min() ?? 0) - Self.baseline.seconds
      }
      #expect(seconds[1] < 9 * seconds[0], "\(large.name): \(seconds) s")
    }
  }

  private func growing(_ count: Int) -> [(name: String, text: String, status: Int32)] {
    let point = "{\"type\":\"Point\",\"coordinates\":[0,0]}"
    let points = times(point + ",", count - 1) + point
    let collection =
      "{\"type\":\"GeometryCollection\",\"geometries\":[\(points)]}"
    let cuts = (1..<count).map { "{\"line\":\($0),\"added\":1}" }.joined(separator: ",")
    let lines = times("[[180,0],[-180,0]],", count - 1) + "[[180,0],[-180,0]]"
    let mended =
      "{\"type\":\"Feature\",\"properties\":{\"antimeridianCuts\":[\(cuts)]},\"geometry\":"
      + "{\"type\":\"MultiLineString\",\"coordinates\":[\(lines)]}}"
    return [("a.geojson", collection, 65), ("b.geojson", mended, 0)]
  }
}
