import BuiltProgram
import Foundation
import TestSupport
import Testing

/// What watches and services export becomes walks, once. `Recordings/make.py` makes the files.
@Suite struct WatchImportTests {
  private let ledger: Ledger
  private let file: (String) -> String

  init() throws {
    let ledger = try Ledger(.file)
    let script = Program.packageRoot.appending(path: "Tests/CommandTests/Recordings/make.py").path
    let made = try Program.run([script, ledger.folder.path("")], program: "/usr/bin/python3")
    #expect(made.status == 0, "\(made.errors)")
    self.ledger = ledger
    file = { ledger.folder.path($0) }
  }

  private func imported(
    _ arguments: String..., more: [String] = []
  ) throws -> (json: [String: Any], errors: String) {
    let answer = try ledger.run(
      ["import", "activities"] + arguments + more + [
        "--create", "--start", "2026-01-01", "--team", "Herons", "--person", "Ann", "--format",
        "json",
      ])
    #expect(answer.status == 0, "\(arguments): \(answer.errors)")
    return (try answer.json, answer.errors)
  }

  @Test(arguments: [
    ("walk.gpx", 1, 0), ("walk.tcx", 1, 0), ("walk.fit", 1, 0), ("strava.csv", 2, 1),
    ("garmin.csv", 2, 1), ("export.xml", 2, 2),
  ])
  func theSameFileTwiceCountsOnce(_ name: String, _ walks: Int, _ others: Int) throws {
    // Garmin Connect's times are local ones.
    let zone = name == "garmin.csv" ? ["--zone", "Europe/Berlin"] : []
    let first = try imported(file(name), more: zone).json
    #expect(first["logged"] as? Int == walks && first["repeated"] as? Int == 0)
    #expect(first["passedOver"] as? Int == others)
    let again = try imported(file(name), more: zone).json
    #expect(again["logged"] as? Int == 0 && again["repeated"] as? Int == walks)
    // Whatever the file is called.
    let copy = file("renamed-\(name)")
    try FileManager.default.copyItem(atPath: file(name), toPath: copy)
    #expect(try imported(copy, more: zone).json["logged"] as? Int == 0)
  }

  @Test func theDistanceThatCountsIsChosenAndKept() throws {
    // Eleven points 0.001 degrees of latitude apart: 1,111.6 m, where the watch says 1,200 m.
    _ = try imported(file("walk.fit"))
    let answer = try ledger.run([
      "import", "activities", file("walk.fit"), "--team", "Herons", "--person", "Ann", "--distance",
      "device",
    ])
    #expect(answer.status == 65, "the id stands for a walk of another distance")
    _ = try imported(file("walk.tcx"), "--distance", "device")
    let text = try ledger.run(["backup", "-o", file("copy.sqlite")])
    #expect(text.status == 0)
    let bytes = try Data(contentsOf: URL(filePath: file("copy.sqlite")))
    for note in [
      "Counted: measured on the line; the watch says 1.200 km; moving 0:01:30 of 0:01:40.",
      "Counted: the watch’s distance; the line measures 1.11",
    ] {
      #expect(bytes.range(of: Data(note.utf8)) != nil, "\(note)")
    }
  }

  /// The content is the identity of rows without an id, and the distance is part of it: what was stored
  /// with another unit stays, and the import says so.
  @Test func aTableInAnotherUnitIsWarnedAbout() throws {
    let zone = ["--zone", "Europe/Berlin"]
    _ = try imported(file("garmin.csv"), more: zone)
    let plain = try ledger.folder.file(
      "plain.csv", "team,person,started_at,distance\nHerons,Ann,2026-06-01T08:00:00Z,5\n")
    let tables = [
      (["import", "activities", file("garmin.csv"), "--team", "Herons", "--person", "Ann"] + zone),
      ["import", "activities", plain],
    ]
    #expect(try ledger.run(tables[1] + ["--unit", "km"]).status == 0)
    for table in tables {
      for (unit, isOther) in [("km", false), ("mi", true)] {
        let answer = try ledger.run(table + ["--unit", unit])
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(
          answer.errors.contains("differ by the distance alone") == isOther,
          "\(table) \(unit): \(answer.errors)")
      }
    }
  }

  @Test func whatIsMissingIsSaid() throws {
    let cases: [([String], Int32, String)] = [
      ([file("walk.fit")], 64, "--team"),
      ([file("strava.csv")], 65, "names no team"),
      ([file("garmin.csv"), "--team", "A"], 65, "name the zone with --zone"),
      ([file("walk.gpx"), "--team", "A", "--distance", "device"], 65, "no distance of a watch"),
      ([file("walk.gpx"), file("garmin.csv"), "--team", "A"], 64, "not taken together"),
    ]
    for (arguments, status, words) in cases {
      let answer = try ledger.run(["import", "activities"] + arguments + ["--create"])
      #expect(answer.status == status && answer.errors.contains(words), "\(answer.errors)")
    }
    let health = try String(contentsOfFile: file("export.xml"), encoding: .utf8)
    for (name, text, words) in [
      ("cut.xml", String(health.prefix(health.count - 300)), "cut off"),
      ("none.xml", "<!DOCTYPE HealthData []><Health/>", "not an export of Apple Health"),
      (
        "far.xml", health.replacingOccurrences(of: "sum=\"5.021\"", with: "sum=\"far\""),
        "far.xml:5009:"
      ),
      (
        "deep.xml",
        "<!DOCTYPE HealthData []><HealthData>" + String(repeating: "<a>", count: 100), "nested"
      ),
      (
        "entity.xml",
        "<!DOCTYPE HealthData [<!ENTITY a 'b'>]><HealthData><Me a='&a;'/></HealthData>",
        "undefined entity"
      ),
    ] {
      let broken = try ledger.folder.file(name, text)
      let answer = try ledger.run(["import", "activities", broken, "--team", "A", "--create"])
      #expect(answer.status == 65 && answer.errors.contains(words), "\(answer.errors)")
    }
    let whole = try Data(contentsOf: URL(filePath: file("walk.fit")))
    let cut = try ledger.folder.file("cut.fit", Array(whole.prefix(200)))
    let answer = try ledger.run(["import", "activities", cut, "--team", "A", "--create"])
    #expect(answer.status == 65 && answer.errors.contains("cut.fit: byte "), "\(answer.errors)")
  }

  @Test func commandsTakeWatchesFilesAsRoutes() throws {
    for name in ["walk.fit", "walk.tcx"] {
      let inspected = try Program.run(["inspect", file(name), "--format", "json"]).json
      let files = try #require(inspected["files"] as? [[String: Any]])
      #expect(files[0]["format"] as? String == String(name.suffix(3)))
      let points = try Program.run(["inspect", "--points", file(name)])
      #expect(points.text.split(separator: "\n").count == 12)
      #expect(points.text.contains(",1200.0,2026-05-03T18:30:00Z,0.0\n"))
      let out = file(name + ".gpx")
      let converted = try Program.run(["convert", file(name), out])
      #expect(converted.status == 0, "\(converted.errors)")
      let back = try Program.run(["convert", out, file("back." + name.suffix(3))])
      #expect(back.status == 64 && back.errors.contains("read and not written"))
      let fixed = try Program.run([
        "validate", file(name), "--fix", "-o", file("fixed-\(name).gpx"),
      ])
      #expect(fixed.status == 0, "\(fixed.errors)")
      let inPlace = try Program.run(["validate", file(name), "--fix", "--in-place"])
      #expect(inPlace.status == 64 && inPlace.errors.contains("-o route.gpx"), "\(inPlace.errors)")
    }
  }
}
