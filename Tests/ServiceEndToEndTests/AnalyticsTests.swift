import BuiltProgram
import Foundation
import TestSupport
import Testing

/// Counts and timings go to a service outside, by the settings of the built program.
@Suite struct AnalyticsTests {
  @Test func timingsAreHandedOver() throws {
    let (ledger, receiver) = (try ServedLedger(.file), try Receiver())
    let service = try RunningService(
      ledger,
      RunningService.generous + [
        "--analytics", "http", "--analytics-url", "http://127.0.0.1:\(receiver.port)/counts",
        "--outgoing-allow", "127.0.0.0/8",
      ])
    defer { service.end() }
    let ann = try Person.registered(service, name: "Ann")
    try ann.walk("10 m", at: Date())
    let timed = try Person.stranger(service).ask(
      "POST", "/v1/stats/timings", ["pageLoad": 812])
    #expect(timed.status == 204)
    #expect(eventually { !receiver.posts.isEmpty })
    let body = String(decoding: try #require(receiver.posts.first).body, as: UTF8.self)
    #expect(body.contains("\"event\":\"page_timings\"") && body.contains("\"pageLoad\":812"))
    #expect(!body.contains("Ann"))
    // Counted when the receiver's answer has come back, which is later than what it took.
    #expect(
      eventually {
        (try? Person.stranger(service).ask("GET", "/metrics").text.contains(
          "milequest_analytics_timings_total{service=\"http\",outcome=\"delivered\"} 1")) == true
      })
  }

  private static func key(_ ledger: ServedLedger, _ text: String = "0123456789abcdef") -> String {
    let file = ledger.folder + "/analytics.key"
    _ = FileManager.default.createFile(
      atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    return file
  }

  @Test(arguments: ["serve", "doctor"])
  func missingSettingsAreNamed(_ command: String) throws {
    let ledger = try ServedLedger(.file)
    let key = Self.key(ledger)
    for (options, expected) in [
      (["--analytics", "carrier-pigeon"], "carrier-pigeon"),
      (["--analytics", "http"], "--analytics-url (or MILEQUEST_ANALYTICS_URL)"),
      (["--analytics", "http", "--analytics-url", "ftp://x"], "--analytics-url: "),
      (["--analytics", "ga4"], "--ga4-measurement-id (or MILEQUEST_GA4_MEASUREMENT_ID)"),
      (
        ["--analytics", "ga4", "--ga4-measurement-id", "G-ABC123"],
        "--analytics-key-file (or MILEQUEST_ANALYTICS_KEY_FILE)"
      ),
      (
        ["--analytics", "ga4", "--ga4-measurement-id", "UA-1", "--analytics-key-file", key],
        "--analytics ga4: the measurement id"
      ),
      (["--analytics", "mixpanel"], "--analytics-key-file"),
      (["--analytics", "amplitude"], "--analytics-key-file"),
      (["--analytics", "amplitude", "--analytics-key-file", "/none"], "/none is not there"),
    ] {
      let answer = try Program.run(
        [command, "--store", ledger.address] + options
          + (command == "serve" ? ["--port", "0"] : []))
      #expect(answer.status == 64, "\(options)")
      #expect(answer.errors.contains(expected), "\(options): \(answer.errors)")
    }
  }

  /// `doctor` asks the services that the settings name.
  @Test func doctorAsksServicesOutside() throws {
    let (ledger, receiver) = (try ServedLedger(.file), try Receiver())
    let address = "http://127.0.0.1:\(receiver.port)"
    func doctor(_ options: [String], isAllowed: Bool = true) throws -> Program.Answer {
      try Program.run(
        ["doctor", "--store", ledger.address] + options
          + (isAllowed ? ["--outgoing-allow", "127.0.0.0/8"] : []))
    }
    let key = Self.key(ledger)
    let counts = ["--analytics", "amplitude", "--analytics-key-file", key, "--analytics-url"]
    let ways = ["--maps", "osrm", "--maps-url"]
    let places = ["--places", "nominatim", "--places-url"]
    let cases: [([String], status: Int, body: String, found: String)] = [
      (counts, 404, "", "ok    analytics"), (counts, 500, "", "fail  analytics"),
      (places, 200, "[]", "ok    places"), (places, 200, "garbage", "fail  places"),
      (ways, 200, #"{"code":"NoRoute"}"#, "knows no way in London"),
      (
        ways, 200,
        #"{"code":"Ok","routes":[{"geometry":{"type":"LineString","coordinates":[[-0.0005,51.4769],[-0.0015,51.4779]]}}],"waypoints":[{"location":[-0.0005,51.4769]},{"location":[-0.0015,51.4779]}]}"#,
        "the service knows ways"
      ),
      (ways, 200, "garbage", "fail  maps"), (ways, 500, "", "fail  maps"),
    ]
    for (options, status, body, found) in cases {
      receiver.answer(status, body)
      let answer = try doctor(options + [address])
      #expect(answer.text.contains(found), "\(options) \(status) \(body): \(answer.text)")
      #expect(!answer.text.contains("0123456789abcdef"))
    }
    for options in [counts, ways, places] {
      let inside = try doctor(options + [address], isAllowed: false)
      #expect(inside.status == 1 && inside.text.contains("inside network"), "\(inside.text)")
    }
  }
}
