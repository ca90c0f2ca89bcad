import Quests
import Testing

@testable import Service

/// Files of watches and phones that become walks by one request.
@Suite struct ActivityImportTests {
  private static let ann = PersonID(high: 1, low: 1)

  private static func point(_ index: Int, _ name: String) -> String {
    let latitude = 46.5 + Double(index) / 1_000
    let time = "2026-05-03T18:30:0\(index)Z"
    return name == "gpx"
      ? "<trkpt lat=\"\(latitude)\" lon=\"-7.25\"><time>\(time)</time></trkpt>"
      : "<Trackpoint><Time>\(time)</Time><Position><LatitudeDegrees>\(latitude)</LatitudeDegrees>"
        + "<LongitudeDegrees>-7.25</LongitudeDegrees></Position></Trackpoint>"
  }

  private static let gpx =
    "<gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>"
    + (0..<5).map { point($0, "gpx") }.joined() + "</trkseg></trk><trk><trkseg>"
    + "<trkpt lat=\"1\" lon=\"2\"/><trkpt lat=\"1.1\" lon=\"2\"/></trkseg></trk></gpx>"

  private static let tcx =
    "<TrainingCenterDatabase><Activities><Activity><Id>2026-05-03T18:30:00Z</Id>"
    + "<Lap StartTime=\"2026-05-03T18:30:00Z\"><TotalTimeSeconds>4</TotalTimeSeconds>"
    + "<DistanceMeters>500</DistanceMeters><Track>" + (0..<5).map { point($0, "tcx") }.joined()
    + "</Track></Lap></Activity></Activities></TrainingCenterDatabase>"

  private func states(_ answer: TestService.Answer) -> [String] {
    answer.json["results"]?.array?.map { $0.text("status") } ?? []
  }

  @Test func aRecordingCountsOnce() async throws {
    let service = try TestService()
    let path = "/v1/activities/import"
    let first = try await service.send(
      .post, path, Self.gpx, type: "application/gpx+xml", as: Self.ann)
    // The second track has no times, and stops no other.
    #expect(first.status == 200 && states(first) == ["created", "rejected"], "\(first.text)")
    let again = try await service.send(
      .post, path, Self.gpx, type: "application/octet-stream", as: Self.ann)
    #expect(states(again) == ["repeated", "rejected"])
    let device = try await service.send(
      .post, path + "?distance=device", Self.gpx, type: "application/gpx+xml", as: Self.ann)
    #expect(states(device) == ["rejected", "rejected"])
    let walks = try await service.send(.get, "/v1/activities", as: Self.ann)
    let meters =
      walks.json["items"]?.array?.compactMap { $0["distanceMeters"]?.number.flatMap(Double.init) }
      ?? []
    #expect(meters.count == 1 && abs(meters[0] - 444.66) < 0.1, "\(walks.text)")
  }

  @Test func whichDistanceCountsIsTheWalkersChoice() async throws {
    let service = try TestService()
    let path = "/v1/activities/import"
    let type = "application/vnd.garmin.tcx+xml"
    let answer = try await service.send(
      .post, path + "?distance=device&private=true", Self.tcx, type: type, as: Self.ann)
    #expect(states(answer) == ["created"], "\(answer.text)")
    let walk = try await service.send(.get, "/v1/activities", as: Self.ann).json["items"]?.array?
      .first
    #expect(walk?["distanceMeters"]?.number == "500" && walk?["private"]?.bool == true)
    #expect(walk?.text("note").contains("the line measures 0.44") == true)
    let measured = try await service.send(.post, path, Self.tcx, type: type, as: Self.ann)
    #expect(states(measured) == ["rejected"])
  }

  @Test(arguments: [
    ("team,distance\nA,5\n", "name it with timeColumn"),
    ("{\"type\":\"Point\",\"coordinates\":[1,2]}", "this is JSON and no CSV"),
    ("", "empty"),
    ("started_at,person,distance\n2026-05-03T18:30:00Z,Bo,5\n", "a column for persons"),
    (
      "started_at,team,distance\n2026-05-03T18:30:00Z,A,5\n2026-05-03T18:30:00Z,B,5\n",
      "several teams"
    ),
    ("started_at,time,distance\n2026-05-03T18:30:00Z,,5\n", "with timeColumn"),
    ("<gpx><trk></gpx>", "the file:1:13"),
  ])
  func whatIsNoRecordingIsRefused(_ text: String, _ words: String) async throws {
    let service = try TestService()
    let answer = try await service.send(
      .post, "/v1/activities/import", text, type: "application/octet-stream", as: Self.ann)
    #expect(answer.status == 422, "\(answer.text)")
    #expect(answer.json.text("detail").contains(words), "\(answer.json.text("detail"))")
  }

  private func lines(_ answer: TestService.Answer) -> [String] {
    answer.json["results"]?.array?.map {
      "\($0["line"]?.number ?? "") \($0.text("status")) \($0["problem"]?.text("detail") ?? "")"
    } ?? []
  }

  @Test func rowsOfATableCountOnce() async throws {
    let service = try TestService()
    let path = "/v1/activities/import"
    let rows = """
      distance_km;started_at;note;private
      9,5;2026-05-03T18:30:00+02:00;"two
      lines";no
      9,5;2026-05-03T18:30:00+02:00;"two
      lines";no
      x;2026-05-03T18:30:00+02:00;;
      9,5;2026-05-03T18:30:00;;

      """
    let first = try await service.send(.post, path, rows, type: "text/csv", as: Self.ann)
    #expect(first.status == 200, "\(first.text)")
    let told = lines(first)
    #expect(told.prefix(2) == ["2 created ", "4 created "])
    #expect(told.count == 4 && told[2].hasPrefix("6 rejected the distance is not a number"))
    #expect(told.last?.hasPrefix("7 rejected the time has no offset from UTC") == true)
    #expect(told.last?.hasSuffix("name the zone with zone") == true)
    // A later export has one row more, on top; a zone reads what was refused.
    let more = rows.replacing(
      "private\n", with: "private\n1;2026-05-01T10:00:00Z;;yes\n")
    let later = try await service.send(
      .post, path + "?zone=Europe/Berlin", more, type: "text/csv", as: Self.ann)
    #expect(states(later) == ["created", "repeated", "repeated", "rejected", "created"])
    let walks = try await service.send(.get, "/v1/activities", as: Self.ann).json["items"]?.array
    #expect(walks?.map { $0["distanceMeters"]?.number } == ["9500", "9500", "9500", "1000"])
    #expect(walks?.last?["private"]?.bool == true && walks?.first?.text("zone") == "Europe/Berlin")
  }

  @Test func idsOfATableAreThoseOfTheCommand() async throws {
    let service = try TestService()
    let id = "0a1b2c3d-0000-4000-8000-00000000000a"
    let rows = """
      activity_id,started_at,distance
      \(id),2026-05-03T18:30:00Z,5 km
      b,2026-05-03T18:30:00Z,1 km
      b,2026-05-03T18:30:00Z,2 km
      b,2026-05-03T18:30:00Z,1 km

      """
    let answer = try await service.send(
      .post, "/v1/activities/import", rows, type: "application/octet-stream", as: Self.ann)
    #expect(states(answer) == ["created", "rejected", "rejected", "rejected"], "\(answer.text)")
    #expect(answer.json["results"]?.array?.first?.text("id") == id)
  }

  @Test func exportsOfOtherServicesAreRead() async throws {
    let service = try TestService()
    let strava = """
      Activity ID,Activity Date,Activity Name,Activity Type,Elapsed Time,Distance
      7,"May 3, 2026, 6:30:00 PM",Round the lake,Walk,3600,5.25
      8,"May 3, 2026, 8:30:00 PM",Home,Ride,3600,25.00

      """
    let path = "/v1/activities/import"
    let answer = try await service.send(.post, path, strava, type: "text/csv", as: Self.ann)
    #expect(states(answer) == ["created"] && answer.json["passedOver"]?.number == "1")
    #expect(
      states(try await service.send(.post, path, strava, type: "text/csv", as: Self.ann))
        == ["repeated"])
    let long = "started_at,distance\n" + String(repeating: "2026-05-03T18:30:00Z,5\n", count: 1_001)
    let refused = try await service.send(.post, path, long, type: "text/csv", as: Self.ann)
    #expect(refused.code == "limit", "\(refused.text)")
  }
}
