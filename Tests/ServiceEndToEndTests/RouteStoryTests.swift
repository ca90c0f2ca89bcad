import BuiltProgram
import Foundation
import Testing

/// A designer brings a file, reads what is wrong with it, repairs it, and serves it to others.
@Suite struct RouteStoryTests {
  @Test(arguments: Store.present)
  func aFileWithAFaultIsRepairedAndServed(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let ben = try Person.registered(service, name: "Ben")
    func send(_ target: String, _ file: String, as type: String = "application/gpx+xml") throws
      -> HTTPAnswer
    {
      try ann.send("POST", target, headers: ["Content-Type": type], body: Array(file.utf8))
    }

    // The report says what, where in the file, where on the ground, and what to do.
    let refused = try send("/v1/routes", RouteFiles.faultyCoast)
    #expect(refused.status == 422 && refused.code == "bad-route")
    let report = refused.json["report"]
    #expect(report["ok"].flag == false && report["errors"].integer == 1)
    let error = try #require(report["findings"].items.first { $0["severity"].text == "error" })
    #expect(error["code"].text == "latitude-range" && error["line"].integer == 23)
    #expect(error["column"].integer == 8 && error["message"].text?.contains("151.285") == true)
    #expect(abs((error["coordinate"][0].number ?? 0) - 151.28) < 0.001)
    #expect(abs((error["coordinate"][1].number ?? 0) + 33.836) < 0.001)
    #expect(abs((error["distanceMeters"].number ?? 0) - 10_256) < 10)
    let swapped = try #require(
      report["findings"].items.first { $0["code"].text == "coordinates-swapped" })
    #expect(swapped["fix"]["title"].text == "swap them" && swapped["fix"]["safe"].flag == false)
    // The same without storing, and nothing was stored.
    #expect(try send("/v1/routes:validate", RouteFiles.faultyCoast).json == report)
    let sarif = try send("/v1/routes:validate?report=sarif", RouteFiles.faultyCoast)
    #expect(sarif["content-type"] == "application/sarif+json")
    #expect(
      try ann.get("/v1/routes?fields=mine")["items"].items.allSatisfy { $0["mine"].flag == false })

    let repaired = try send("/v1/routes:repair?fix=unsafe", RouteFiles.faultyCoast)
    #expect(repaired.status == 200 && repaired["content-type"] == "application/gpx+xml")
    #expect(repaired.text == RouteFiles.coast)
    let stored = try send("/v1/routes", repaired.text)
    #expect(stored.status == 201 && stored.json["report"]["ok"].flag == true)
    let id = try #require(stored.json["route"]["id"].text)
    let target = "/v1/routes/\(id)"
    #expect(stored["location"] == target && stored.json["route"]["version"].integer == 1)
    #expect(abs((stored.json["route"]["lengthMeters"].number ?? 0) - 25_006) < 1)
    // Or all of it at once: the same route.
    let atOnce = try send("/v1/routes?fix=unsafe&name=At%20once", RouteFiles.faultyCoast)
    #expect(atOnce.status == 201 && atOnce.json["route"]["name"].text == "At once")
    #expect(atOnce.json["repair"]["repaired"][0]["code"].text == "coordinates-swapped")

    // Nobody else sees it until it is opened.
    try ben.refused(404, "not-found", "GET", target)
    try ben.refused(404, "not-found", "GET", "\(target)/map")
    try ben.refused(404, "not-found", "PATCH", target, ["public": true])
    try ann.ask(200, "PATCH", target, ["public": true])
    #expect(try ben.get(target)["mine"].flag == false)
    try ben.refused(403, "forbidden", "PATCH", target, ["public": false])

    // Positions: those of the command line to the last digit.
    let folder = try Folder()
    let file = try folder.file("coast.gpx", RouteFiles.coast)
    let told = try Program.run(
      ["position", file, "--at", "0km", "--at", "10mi", "--at", "99km", "--format", "json"])
    let expected = try JSON(told.json)["positions"].items
    let positions = try ben.get("\(target)/positions?at=0km,10mi,99km")["positions"].items
    #expect(positions.count == 3)
    for (ours, theirs) in zip(positions, expected) {
      for name in ["distanceMeters", "bearing", "fraction", "legFraction"] {
        #expect(ours[name].number == theirs[name].number, "\(name)")
      }
      #expect(ours["coordinate"].description == theirs["coordinate"].description)
    }
    #expect(positions[1]["nextWaypoint"].isNull && positions[2]["finished"].flag == true)
    #expect(positions[1]["lastWaypoint"]["name"].text == "The Bridge")
    let many = try ben.ask(
      200, "POST", "\(target)/positions",
      ["at": Array(repeating: "1 km", count: 10_000)])
    #expect(many.json["positions"].items.count == 10_000)
    try ben.refused(
      422, "invalid", "POST", "\(target)/positions",
      ["at": Array(repeating: "1 km", count: 10_001)])
    let nearest = try ben.get("\(target)/nearest?to=-33.86,151.25")["matches"].items
    #expect(nearest.count == 1 && abs((nearest[0]["distanceMeters"].number ?? 0) - 6_410) < 5)
    // Found near a place and in a box, and not elsewhere.
    func finds(_ query: String) throws -> Bool {
      try ben.get("/v1/routes?limit=500&\(query)")["items"].items.contains { $0["id"].text == id }
    }
    #expect(try finds("near=-33.86,151.25&within=1km") && finds("bbox=151.3,-33.85,151.31,-33.8"))
    #expect(try !finds("near=33.86,151.25&within=500km") && !finds("bbox=150,-35,151,-34"))
    let map = try ben.ask(200, "GET", "\(target)/map?tolerance=50m")
    #expect(map["content-type"] == "application/geo+json")
    #expect(map.json["features"].items.contains { $0["properties"]["kind"].text == "waypoint" })

    // What is downloaded is the route again.
    for format in ["gpx", "geojson", "kml"] {
      let download = try ben.ask(200, "GET", "\(target)/file?format=\(format)")
      let copy = try folder.file("copy.\(format)", download.bytes)
      let inspected = try JSON(Program.run(["inspect", copy, "--format", "json"]).json)
      let route = inspected["files"][0]["routes"][0]
      #expect(route["vertices"].integer == 40 && route["waypoints"].integer == 2, "\(format)")
      #expect(abs((route["lengthMeters"].number ?? 0) - 25_006.0) < 1, "\(format)")
    }
    // A change is a new version; the same content is none.
    let next = RouteFiles.coast.replacing("The Inn", with: "The New Inn")
    let second = try send("\(target)/versions", next)
    #expect(second.status == 201 && second.json["route"]["version"].integer == 2)
    #expect(try send("\(target)/versions", next).status == 200)
    #expect(try ben.get("\(target)/versions")["items"].items.count == 2)
    let before = try ben.get("\(target)/positions?at=1km&version=1")
    #expect(before["positions"][0]["nextWaypoint"]["name"].text == "The Inn")
    let after = try ben.get("\(target)/positions?at=1km")
    #expect(after["positions"][0]["nextWaypoint"]["name"].text == "The New Inn")
  }

  /// Whatever comes as a file is answered, and nothing breaks.
  @Test(arguments: Store.present)
  func hostileFilesAreAnswered(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let files = [
      "", " ", "\u{0}", "<gpx", "{", "[]", "null", "not a route", "<gpx/>",
      "<!DOCTYPE gpx [<!ENTITY a \"b\">]><gpx>&a;</gpx>",
      String(repeating: "[", count: 100_000),
      "{\"type\":\"LineString\",\"coordinates\":[[1e999,0]]}",
    ]
    for file in files {
      for target in ["/v1/routes", "/v1/routes:validate", "/v1/routes:repair"] {
        let answer = try ann.send(
          "POST", target, headers: ["Content-Type": "application/octet-stream"],
          body: Array(file.utf8))
        #expect(
          [200, 400, 413, 415, 422].contains(answer.status),
          "\(target) \(file.prefix(40)): \(answer.status) \(answer.text)")
        if target == "/v1/routes" { #expect(answer.status != 201) }
      }
    }
  }
}
