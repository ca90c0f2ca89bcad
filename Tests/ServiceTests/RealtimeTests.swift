import CivilTime
import HTTPTypes
import JSON
import Providers
import Quests
import Testing

@testable import Service

/// A service outside that nobody reaches.
struct DistantRealtime: RealtimeSubscriptions {
  let connection = RealtimeConnection(
    adapter: "distant", key: "key", host: "socket.example", port: 6001, isEncrypted: true,
    cluster: nil)

  func channel(named name: String) -> RealtimeChannel? { nil }

  func authorization(
    for channel: RealtimeChannel, socket: String, person: PersonID, personName: String
  ) throws(RealtimeError) -> [UInt8] { [] }

  func notices(
    in body: [UInt8], header: (String) -> String?, at now: Instant
  ) throws(RealtimeError) -> [RealtimeNotice] { [] }
}

/// Clients ask how live events reach them.
@Suite struct RealtimeTests {
  @Test func clientsAreToldHowEventsReachThem() async throws {
    for (realtime, text) in [
      (nil, #"{"adapter":"builtin","connection":null}"#),
      (
        DistantRealtime(),
        #"{"adapter":"distant","connection":{"key":"key","host":"socket.example","port":6001,"#
          + #""tls":true,"cluster":null}}"#
      ),
    ] {
      let service = try TestService(realtime: realtime)
      let answer = try await service.send(.get, "/v1/realtime", as: nil)
      #expect(answer.status == 200 && answer.text == text)
      #expect(answer.headers[.cacheControl] == "public, max-age=10, stale-while-revalidate=60")
      let picked = try await service.send(.get, "/v1/realtime?fields=adapter", as: nil)
      #expect(picked.status == 200 && !picked.text.contains("connection"))
    }
  }
}
