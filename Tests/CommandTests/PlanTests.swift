import BuiltProgram
import Foundation
import Testing

/// Routes through stops, with the maps that the program brings along.
@Suite struct PlanTests {
  private static let tour = [
    "Tokyo", "San Francisco", "London", "Moscow", "Beijing", "Sydney", "Auckland", "Santiago",
    "Bogotá", "Ciudad de México", "Lima", "-34.61,-58.38",
  ]

  @Test(arguments: ["geojson", "gpx"])
  func twelveStopsMakeAValidRoute(_ format: String) throws {
    let folder = try Folder()
    let out = folder.path("tour.\(format)")
    let answer = try Program.run(
      ["plan"] + Self.tour + ["-o", out, "--name", "Tour", "--format", "json"])
    #expect(answer.status == 0, "\(answer.errors)")
    let stops = try #require(try answer.json["stops"] as? [[String: Any]])
    #expect(stops.count == 12)
    #expect(stops.last?["name"] as? String == "Buenos Aires")
    let validation = try Program.run(["validate", out])
    #expect(validation.status == 0, "\(validation.text)")
    let route = try Inspected.route(out)
    #expect(route.waypoints == 12 && route.parts == 1 && route.name == "Tour")
    let length = try #require(try answer.json["lengthMeters"] as? Double)
    #expect(abs(route.lengthMeters - length) < 1)
  }

  @Test func aNameThatManyHaveSaysWhich() throws {
    let answer = try Program.run(["plan", "Springfield", "Springfield, IL"])
    #expect(answer.status == 0)
    #expect(answer.errors.contains("“Springfield” is taken for Springfield, Missouri"))
    #expect(answer.errors.contains("Springfield, Illinois, United States (39.8017, -89.6437)"))
    #expect(answer.text.contains("Springfield, Illinois, United States, 114,400 people"))
    #expect(answer.text.contains("data: GeoNames, CC BY 4.0"))
  }

  @Test func stopsComeFromAFileOfAnyDialect() throws {
    let folder = try Folder()
    let out = folder.path("out.geojson")
    for text in [
      "place,lat,lon,name,story,type\nParis,,,Start,\"Hello, you\",town\n,41.9,12.5,End,,\n",
      "\u{FEFF}place;lat;lon;name;story;type\r\nParis;;;Start;Hello, you;town\r\n;41.9;12.5;End;;\r\n",
    ] {
      let file = try folder.file("stops.csv", text)
      let answer = try Program.run(["plan", "--stops", file, "-o", out])
      #expect(answer.status == 0, "\(answer.errors)")
      let written = try String(contentsOfFile: out, encoding: .utf8)
      #expect(written.contains(#""name":"Start","type":"town","story":"Hello, you""#))
      #expect(written.contains(#""name":"End""#))
    }
    let piped = try Program.run(
      ["plan", "--stops", "-", "-o", "-"], input: "place\nParis\n\"41.9, 12.5\"\n")
    #expect(piped.status == 0 && piped.text.hasPrefix("{\n  \"type\": \"FeatureCollection\""))
    #expect(piped.errors.contains("length: "))
  }

  @Test(arguments: [
    (["Lundon", "Paris"], "stop 1: no place is known as “Lundon”; did you mean “London, England"),
    (["Paris"], "a route needs two stops at least; 1 given"), ([], "no stops"),
    (["Paris", "Paris"], "single vertex"),
    (["91,0", "Paris"], "the latitude 91.0 is outside -90…90"),
    (["Paris", "Rome", "--mod", "walk"], "--mod: there is no such option"),
    (["Paris", "Rome", "--mode", "walk"], "know no ways for the mode walk"),
    (["Paris", "Rome", "-o", "x.kml"], "neither GeoJSON (.geojson) nor GPX"),
    (["Paris", "Rome", "--maps", "osrm"], "--maps osrm needs --maps-url (or MILEQUEST_MAPS_URL)"),
    (["Paris", "Rome", "--maps", "google"], "--maps google needs --maps-key-file"),
    (["Paris", "Rome", "--places", "mapbox"], "--places mapbox needs --places-key-file"),
    (["Paris", "Rome", "--places", "nominatim"], "--places nominatim needs --places-url"),
    (["Paris", "Rome", "--maps", "other"], "--maps: “other” is not one of"),
    (["Paris", "Rome", "--maps", "osrm", "--maps-url", "ftp://x"], "--maps-url: "),
    (["Paris", "Rome", "--join", "1=ferry"], "there is no join 1"),
    (["Paris", "Rome", "--stops", "x.csv"], "stops come from arguments or from a file"),
  ])
  func whatCannotBePlannedIsSaid(_ arguments: [String], _ message: String) throws {
    let answer = try Program.run(["plan"] + arguments)
    #expect(answer.status == 64 && answer.bytes.isEmpty)
    #expect(answer.errors.contains(message), "\(answer.errors)")
  }

  @Test func faultsOfAFileHaveTheirLine() throws {
    let folder = try Folder()
    for (text, message) in [
      ("", ": the file is empty"), ("name\nx\n", ":1: no column “place”"),
      ("place,lat,lon\nParis,,\n,91,0\n", ":3: 91.0, 0.0 is no place on Earth"),
      ("place,lat,lon\nParis,x,0\n", ":2: “x” is not a number, which the latitude must be"),
      ("place,name\nParis,a\n,b\n", ":3: the row has neither"),
      ("place\nParis\n\"Rome\n", ":3: a quote is not closed"),
      ("place,name\nParis\n", ":2: the row has 1 cells; the header has 2"),
      ("place\nParis\nLundon\n", "stop 2: no place is known as"),
      ("place\nLundon\nParis\nXyzzyq\n", "\nstop 3: no place is known as “Xyzzyq”"),
    ] {
      let file = try folder.file("stops.csv", text)
      let answer = try Program.run(["plan", "--stops", file])
      #expect(answer.status == 65 && answer.errors.contains(message), "\(answer.errors)")
    }
    #expect(try Program.run(["plan", "--stops", folder.path("none.csv")]).status == 66)
  }

  @Test func aServerThatIsNotThereIsNamed() throws {
    let way = ["plan", "Paris", "Rome", "--maps", "osrm", "--maps-url", "http://127.0.0.1:9"]
    let closed = try Program.run(way)
    #expect(closed.status == 69 && closed.errors.contains("http://127.0.0.1:9"))
    #expect(closed.errors.contains("--outgoing-allow"))
    // The other modes do not ask it.
    #expect(try Program.run(way + ["--mode", "straight"]).status == 0)
  }
}
