import CivilTime
import Foundation
import Testing

@testable import Providers

/// Traces of other programs, and what a collector is sent.
@Suite struct TraceTests {
  private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let parent = "00f067aa0ba902b7"

  @Test func headersOfTheStandardAreRead() throws {
    let kept = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.parent)-01"))
    #expect(kept.traceText == Self.trace && kept.isSampled)
    #expect(kept.parent == 0x00F0_67AA_0BA9_02B7)
    let others = ["00-\(Self.trace)-\(Self.parent)-00", "00-\(Self.trace)-\(Self.parent)-fe"]
    for text in others { #expect(TraceContext(traceparent: text)?.isSampled == false, "\(text)") }
    // Later versions may say more.
    for text in ["01-\(Self.trace)-\(Self.parent)-01", "cc-\(Self.trace)-\(Self.parent)-03-more"] {
      #expect(TraceContext(traceparent: text)?.isSampled == true, "\(text)")
    }
  }

  @Test(
    arguments: [
      "", "00", "00-\(trace)-\(parent)", "00-\(trace)-\(parent)-1", "00-\(trace)-\(parent)-01-",
      "00-\(trace)-\(parent)-01-more", "00-\(trace)-\(parent)-0g", "ff-\(trace)-\(parent)-01",
      "00-\(trace.uppercased())-\(parent)-01", "00_\(trace)-\(parent)-01",
      "00-\(String(repeating: "0", count: 32))-\(parent)-01",
      "00-\(trace)-0000000000000000-01", "01-\(trace)-\(parent)-01more",
      "00-\(trace)-\(parent)-01é", String(repeating: "é", count: 40),
    ]) func whatIsNoHeaderBeginsNoTrace(_ text: String)
  {
    #expect(TraceContext(traceparent: text) == nil)
  }

  @Test func spansHaveThePublishedShape() async throws {
    let server = try SmallServer()
    let adapter = try OTLPTraces(
      base: server.url + "/", client: OutgoingClientTests.client(), version: "1.2.3",
      clock: { Instant(microseconds: 0) })
    let context = try #require(TraceContext(traceparent: "00-\(Self.trace)-\(Self.parent)-01"))
    let start = Instant(microseconds: 1_777_896_000_000_001)
    try await adapter.deliver([
      RequestSpan(
        context, id: 0xAB, operation: "getTeam", method: "GET", route: "/v1/teams/{teamId}",
        status: 200, start: start, duration: .microseconds(1_500)),
      RequestSpan(
        TraceContext(high: 1, low: 2, isSampled: true), id: 7, operation: "unknown", method: "PUT",
        route: nil, status: 503, start: start, duration: .seconds(2)),
    ])
    let request = try #require(server.requests.first)
    #expect(request.target == "/v1/traces")
    let body = try #require(
      try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
    let resource = try #require((body["resourceSpans"] as? [[String: Any]])?.first)
    let scope = try #require((resource["scopeSpans"] as? [[String: Any]])?.first)
    let spans = try #require(scope["spans"] as? [[String: Any]])
    #expect(
      spans.map { $0["traceId"] as? String } == [
        Self.trace, "00000000000000010000000000000002",
      ])
    #expect(spans.map { $0["spanId"] as? String } == ["00000000000000ab", "0000000000000007"])
    #expect(spans.map { $0["parentSpanId"] as? String } == [Self.parent, nil])
    #expect(spans[0]["startTimeUnixNano"] as? String == "1777896000000001000")
    #expect(spans[0]["endTimeUnixNano"] as? String == "1777896000001501000")
    #expect(spans[0]["kind"] as? Int == 2 && spans[0]["name"] as? String == "getTeam")
    #expect((spans[0]["status"] as? [String: Any])?.isEmpty == true)
    #expect((spans[1]["status"] as? [String: Any])?["code"] as? Int == 2)
    let attributes = try #require(spans[0]["attributes"] as? [[String: Any]])
    #expect(
      attributes.compactMap { $0["key"] as? String } == [
        "http.request.method", "http.response.status_code", "http.route",
      ])
  }
}
