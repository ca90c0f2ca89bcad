import CivilTime
import Foundation
import Quests
import TestSupport
import Testing

@testable import Providers

@Suite struct WebhookTests {
  private static let secret = "a secret of the receiver's"

  @Test func aRepeatHasTheSameDeliveryAndAnotherTime() async throws {
    let server = try SmallServer()
    let ticks = Locked(Office.dawn)
    let adapter = WebhookAdapter(
      url: try OutgoingURL(server.url), secret: try RealtimeSecret(Self.secret),
      client: try OutgoingClientTests.client(), clock: { ticks.with { $0 } })
    try await adapter.deliver([.sample(version: 1), .sample(version: 2)])
    ticks.with { $0 = Office.after(5) }
    try await adapter.deliver([.sample(version: 1), .sample(version: 2)])
    try await adapter.deliver([.sample(version: 3)])
    let headers = server.requests.map(\.headers)
    let deliveries = headers.map { $0["milequest-delivery"] }
    #expect(deliveries[0] == deliveries[1])
    #expect(deliveries[0] != deliveries[2])
    #expect(headers[0]["milequest-signature"] != headers[1]["milequest-signature"])
  }

  /// By Python's `hmac`.
  @Test func theSignatureIsAsDocumented() throws {
    let signature = WebhookAdapter.signature(
      of: Array(#"{"events":[]}"#.utf8), at: 1_700_000_000, with: try RealtimeSecret(Self.secret))
    #expect(
      signature
        == "t=1700000000,v1=1dc6d8de381a887b4ae2fda6e126c4c0386d8384cbb82ef988a189d177bec9fe")
  }

  @Test func aSecretIsNeitherShortNorShown() throws {
    #expect(throws: RealtimeError.self) { try RealtimeSecret("too short") }
    let secret = try RealtimeSecret(Self.secret)
    var dumped = ""
    dump(secret, to: &dumped)
    #expect(!"\(secret) \(String(reflecting: secret)) \(dumped)".contains("receiver"))
  }

  /// The code as it stands on the page.
  private static let receiver: String? = {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/webhooks.md")
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    let after = text.components(separatedBy: "```python\n").dropFirst().first
    return after?.components(separatedBy: "```").first
  }()

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: PythonProgram.system),
      "/usr/bin/python3 is missing"))
  func theReceiverOnThePageTakesWhatIsGenuine() async throws {
    let text = try #require(Self.receiver, "docs/webhooks.md has no receiver")
    #expect(text.split(separator: "\n").count <= 22)
    // A port that was free a moment ago.
    let free = try SmallServer()
    free.close()
    let receiver = try PythonProgram(
      text, variables: ["PORT": "\(free.port)", "MILEQUEST_WEBHOOK_SECRET": Self.secret],
      greets: false)
    func error(_ secret: String, offBy seconds: Int64 = 0, version: Int64) async throws
      -> RealtimeError?
    {
      let adapter = WebhookAdapter(
        url: try OutgoingURL("\(free.url)/hook"), secret: try RealtimeSecret(secret),
        client: try OutgoingClientTests.client(),
        clock: {
          Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
            .advanced(bySeconds: seconds)
        })
      do throws(RealtimeError) {
        try await adapter.deliver([
          .sample(version: version), .sample(team: 2, version: version + 1),
        ])
        return nil
      } catch { return error }
    }
    #expect(try await eventually { try await error(Self.secret, version: 1) == nil })
    #expect(try await error("a secret of somebody else's", version: 10)?.code == .refused)
    #expect(try await error(Self.secret, offBy: -400, version: 20)?.code == .refused)
    #expect(try await error(Self.secret, offBy: 400, version: 30)?.code == .refused)
    #expect(try await error(Self.secret, version: 40) == nil)
    let lines = [(1, 1), (2, 2), (1, 40), (2, 41)].map { team, version in
      "activity.logged \(TeamID(high: UInt64(team), low: 1)) \(version)"
    }
    for line in lines { #expect(receiver.line() == line) }
  }
}
