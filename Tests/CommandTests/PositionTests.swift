import BuiltProgram
import Foundation
import Geodesy
import Testing

/// What `position --format json` answers.
struct Positions: Decodable {
  struct Position: Decodable {
    let distanceMeters: Double
    let coordinate: [Double]
    let bearing: Double
    let elevationMeters: Double?
    let part: Int
    let lap: Int
    let leg: Int
    let legFraction: Double
    let fraction: Double
    let finished: Bool
    let lastWaypoint: Passed?
    let nextWaypoint: Ahead?
  }
  struct Passed: Decodable {
    let name: String?
    let distanceMeters: Double
    let passedMeters: Double
  }
  struct Ahead: Decodable {
    let name: String?
    let distanceMeters: Double
    let remainingMeters: Double
  }
  let positions: [Position]

  init(_ file: String, at distances: [String], _ arguments: [String] = []) throws {
    let answer = try Program.run(
      ["position", file, "--format", "json"] + distances.flatMap { ["--at", $0] } + arguments)
    #expect(answer.status == 0, "\(answer.errors)")
    self = try JSONDecoder().decode(Positions.self, from: Data(answer.bytes))
  }
}

@Suite struct PositionTests {
  @Test func theFixedKeysAreThereWithTheirTypes() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let answer = try Program.run(
      [
        "position", file, "--at", "500m", "--at", "9999km", "--joins-above", "0m=ferry", "--format",
        "json",
      ])
    #expect(answer.status == 0 && answer.errors.contains("--at 9999km is beyond the end"))
    let top = try answer.json
    #expect(Array(top.keys) == ["positions"])
    let objects = try #require(top["positions"] as? [[String: Any]])
    let fixed: Set = [
      "distanceMeters", "coordinate", "bearing", "elevationMeters", "part", "leg", "legFraction",
      "fraction", "finished", "nextWaypoint",
    ]
    for object in objects { #expect(fixed.isSubset(of: object.keys)) }
    let next = try #require(objects[0]["nextWaypoint"] as? [String: Any])
    #expect(Set(next.keys) == ["name", "distanceMeters", "remainingMeters"])
    #expect(objects[1]["nextWaypoint"] is NSNull && objects[1]["elevationMeters"] is NSNull)

    let read = try Positions(file, at: ["500m", "9999km"], ["--joins-above", "0m=ferry"]).positions
    #expect(read[0].distanceMeters == 500)
    // The equator is a circle of the ellipsoid's radius, so the longitude is exact by hand.
    let radius = Geodesic.equatorialRadiusMeters
    #expect(abs(read[0].coordinate[0] - 500 / radius * 180 / .pi) < 1e-13)
    #expect(read[0].coordinate[1] == 0 && abs(read[0].bearing - 90) < 1e-9)
    let leg = radius * 0.01 * .pi / 180
    #expect(abs((read[0].elevationMeters ?? 0) - (10 + 20 * 500 / leg)) < 1e-9)
    #expect(read[0].part == 1 && read[0].lap == 1 && read[0].leg == 1 && !read[0].finished)
    let half = radius * 0.005 * .pi / 180
    #expect(read[0].nextWaypoint?.name == "Half & half" && read[0].lastWaypoint == nil)
    #expect(abs((read[0].nextWaypoint?.distanceMeters ?? 0) - half) < 1e-6)
    #expect(abs((read[0].nextWaypoint?.remainingMeters ?? 0) - (half - 500)) < 1e-6)
    #expect(abs(read[0].legFraction - 500 / half) < 1e-9)
    // Beyond the end is the end.
    #expect(read[1].finished && read[1].fraction == 1 && read[1].coordinate == [3, 2])
    #expect(read[1].part == 3 && read[1].legFraction == 1)
    #expect(read[1].lastWaypoint?.name == "Up")
    let whole = try Inspected.route(file, "--joins-above", "0m=ferry").lengthMeters
    #expect(read[1].distanceMeters == whole)
  }

  @Test func manyDistancesInTheirOrderAndAllUnits() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let texts = ["0m", "1mi", "1.609344km", "1609.344 m", "1760yd", "5280 ft", "0.5 miles", "1e3m"]
    let read = try Positions(file, at: texts, ["--joins-above", "0m=ferry"]).positions
    #expect(
      read.map(\.distanceMeters)
        == [0, 1_609.344, 1_609.344, 1_609.344, 1_609.344, 1_609.344, 804.672, 1_000])
    #expect(Set(read[1...5].map(\.coordinate)).count == 1)
  }

  @Test func jumpsAndCrossings() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let first = try Inspected.route(file, "--track", "Equator").lengthMeters
    let text = "\(first + 1_000)m"
    // After a ferry the marker is on the far side; a counted crossing is travelled.
    let ferry = try Positions(file, at: [text], ["--join", "2=ferry"]).positions[0]
    let there = try meters((1, 3), (ferry.coordinate[1], ferry.coordinate[0]))
    #expect(abs(there - 1_000) < 1e-5 && ferry.part == 3)
    let crossing = try Positions(file, at: [text], ["--join", "2=counted"]).positions[0]
    let from = try meters((0, 1), (crossing.coordinate[1], crossing.coordinate[0]))
    let to = try meters((1, 3), (crossing.coordinate[1], crossing.coordinate[0]))
    let gap = try meters((0, 1), (1, 3))
    #expect(abs(from - 1_000) < 1e-5 && abs(from + to - gap) < 1e-5)
  }

  @Test func lapsAndThereAndBack() throws {
    let folder = try Folder()
    let file = try folder.file("a.polyline5", "??_ibE?\n")
    let one = try Inspected.route(file).lengthMeters
    #expect(abs(one - (try meters((0, 0), (1, 0)))) < 1e-6)
    let back = try Positions(file, at: ["\(one + 1_000)m"], ["--there-and-back"]).positions[0]
    #expect(back.bearing == 180 && back.lap == 1)
    let fromTop = try meters((1, 0), (back.coordinate[1], back.coordinate[0]))
    #expect(abs(fromTop - 1_000) < 1e-5)
    let second = try Positions(
      file, at: ["\(one + 1_000)m", "\(2 * one)m"], ["--laps", "2", "--lap-join", "ferry"]
    ).positions
    #expect(second[0].lap == 2 && second[0].bearing == 0 && !second[0].finished)
    let fromStart = try meters((0, 0), (second[0].coordinate[1], second[0].coordinate[0]))
    #expect(abs(fromStart - 1_000) < 1e-5)
    #expect(second[1].finished && second[1].fraction == 1 && second[1].coordinate == [0, 1])
  }

  @Test func anOfficialLengthBendsTheMeasure() throws {
    let folder = try Folder()
    let file = try folder.file("a.polyline5", "??_ibE?\n")
    let read = try Positions(
      file, at: ["0mi", "25mi", "50mi", "100mi"], ["--official-length", "100mi"])
    let one = try meters((0, 0), (1, 0))
    for (position, share) in zip(read.positions, [0, 0.25, 0.5, 1]) {
      let walked = try meters((0, 0), (position.coordinate[1], position.coordinate[0]))
      #expect(abs(walked - share * one) < 1e-5)
      #expect(abs(position.fraction - share) < 1e-12)
    }
  }

  @Test func textAndGeoJSON() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let text = try Program.run(["position", file, "--at", "500m", "--joins-above", "0m=ferry"]).text
    for line in [
      "distance   0.500 km (0.311 mi)", "place      0.0, 0.004492", "bearing    90.0°",
      "done       0.2 %", "stage      leg 1, part 1", "next       Half & half, 57 m to go",
    ] {
      #expect(text.contains(line + "\n"), "\(line) in \(text)")
    }
    let end = try Program.run(["position", file, "--at", "999km", "--joins-above", "0m=ferry"]).text
    #expect(end.contains("state      finished\n") && end.contains("done       100.0 %\n"))
    let map = try Program.run(
      [
        "position", file, "--at", "1km", "--at", "2km", "--joins-above", "0m=ferry", "--format",
        "geojson",
      ]
    ).json
    #expect(map["type"] as? String == "FeatureCollection")
    let features = try #require(map["features"] as? [[String: Any]])
    #expect(features.count == 2)
    let properties = try #require(features[0]["properties"] as? [String: Any])
    #expect(properties["distanceMeters"] as? Double == 1_000 && properties["coordinate"] == nil)
    let geometry = try #require(features[0]["geometry"] as? [String: Any])
    #expect(geometry["type"] as? String == "Point")
    #expect((geometry["coordinates"] as? [Double])?.count == 2)
    // Standard input is a file, too.
    let piped = try Program.run(
      ["position", "-", "--at", "1km", "--joins", "walk"], input: Sample.gpx)
    #expect(piped.status == 0)
  }
}

/// What `nearest --format json` answers.
private struct Matches: Decodable {
  struct Match: Decodable {
    let distanceMeters: Double
    let offsetMeters: Double
    let coordinate: [Double]
  }
  let matches: [Match]

  init(_ file: String, to target: String, _ arguments: String...) throws {
    let answer = try Program.run(
      ["nearest", file, "--to", target, "--format", "json"] + arguments)
    #expect(answer.status == 0, "\(answer.errors)")
    self = try JSONDecoder().decode(Matches.self, from: Data(answer.bytes))
  }
}

@Suite struct NearestTests {
  @Test func theFixedKeysAreThereWithTheirTypes() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let top = try Program.run(
      ["nearest", file, "--to", "0.001,0.5", "--joins-above", "0m=ferry", "--format", "json"]
    ).json
    #expect(Array(top.keys) == ["matches"])
    let objects = try #require(top["matches"] as? [[String: Any]])
    #expect(objects.map { Set($0.keys) } == [["distanceMeters", "offsetMeters", "coordinate"]])
    let read = try Matches(file, to: "0.001,0.5", "--joins-above", "0m=ferry").matches
    let due = try meters((0, 0), (0, 0.01)) + meters((0, 0.011), (0, 0.5))
    let offset = try meters((0, 0.5), (0.001, 0.5))
    #expect(read.count == 1)
    #expect(abs(read[0].offsetMeters - offset) < 1e-6)
    #expect(abs(read[0].distanceMeters - due) < 1e-5)
    #expect(abs(read[0].coordinate[0] - 0.5) < 1e-9 && abs(read[0].coordinate[1]) < 1e-9)
  }

  @Test func southernAndWesternPlacesNeedNoEqualsSign() throws {
    let folder = try Folder()
    // From (-41, 174.8) to (-42, 174.8), and a line in the west.
    let line = "{\"type\":\"LineString\",\"coordinates\":[[174.8,-41],[174.8,-42],[-60,-42]]}"
    let file = try folder.file("a.geojson", line)
    for target in ["-41.3,174.8", " -41.3 , 174.8 "] {
      let read = try Matches(file, to: target).matches
      #expect(read.count == 1 && read[0].offsetMeters < 1e-6)
      #expect(abs(read[0].distanceMeters - (try meters((-41, 174.8), (-41.3, 174.8)))) < 1e-5)
    }
    let joined = try Program.run(["nearest", file, "--to=-41.3,174.8", "--format", "json"])
    #expect(joined.status == 0)
    #expect(try Matches(file, to: "-42,-60").matches[0].offsetMeters < 1e-6)
    #expect(try Matches(file, to: "-4.13e1,+174.8").matches[0].offsetMeters < 1e-6)
  }

  @Test func outAndBackAnswersTwiceAndNearChooses() throws {
    let folder = try Folder()
    let file = try folder.file(
      "a.geojson", "{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,1],[0.0001,1],[0.0001,0]]}")
    let both = try Matches(file, to: "0.25,0").matches
    #expect(both.count == 2)
    #expect(both[0].offsetMeters <= both[1].offsetMeters && both[0].offsetMeters < 1e-6)
    #expect(both[0].distanceMeters < both[1].distanceMeters)
    // The other pass is 11 m away, so a tolerance of 5 m leaves it out.
    #expect(try Matches(file, to: "0.25,0", "--tolerance", "5m").matches.count == 1)
    let far = try Matches(file, to: "0.25,0", "--near", "200km").matches
    #expect(far.count == 1 && far[0].distanceMeters == both[1].distanceMeters)
    let near = try Matches(file, to: "0.25,0", "--near", "20km").matches
    #expect(near.count == 1 && near[0].distanceMeters == both[0].distanceMeters)
    let text = try Program.run(["nearest", file, "--to", "0.25,0"]).text
    let rows = text.split(separator: "\n")
    #expect(rows.count == 3 && rows[0].hasPrefix("distance"))
    #expect(rows[1].hasPrefix("27.644 km (17.177 mi)"), "\(rows[1])")
  }
}
