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
    ("team,distance\nA,5\n", "none of GPX"),
    ("{\"type\":\"Point\",\"coordinates\":[1,2]}", "no recording"),
    ("<gpx><trk></gpx>", "the file:1:13"),
  ])
  func whatIsNoRecordingIsRefused(_ text: String, _ words: String) async throws {
    let service = try TestService()
    let answer = try await service.send(
      .post, "/v1/activities/import", text, type: "application/octet-stream", as: Self.ann)
    #expect(answer.status == 422, "\(answer.text)")
    #expect(answer.json.text("detail").contains(words), "\(answer.json.text("detail"))")
  }
}
