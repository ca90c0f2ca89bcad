internal import JSON

/// Posts events to a server of your own, in a shape that is easy to read.
public struct PlainAnalytics: AnalyticsAdapter {
  public let name = "http"
  public let mostMessages = 500
  public let mostDaysBack: Int64 = 30

  private let url: OutgoingURL
  private let key: AnalyticsKey?
  private let server: AnalyticsServer

  /// - Parameter key: the bearer token; nil for a server that asks for none.
  public init(url: OutgoingURL, key: AnalyticsKey?, server: AnalyticsServer) {
    self.url = url
    self.key = key
    self.server = server
  }

  public func deliver(_ events: [AnalyticsEvent]) async throws(AnalyticsError) {
    let body = JSONValue.object([
      (
        "events",
        .array(
          events.map { event in
            .object([
              ("id", .string(event.id)), ("event", .string(event.kind.rawValue)),
              ("at", .string(event.at.description)), ("properties", .object(event.properties)),
            ])
          })
      )
    ])
    try await server.post(
      body, to: url, headers: key.map { [("Authorization", "Bearer \($0.text)")] } ?? [])
  }

  public func check() async throws(AnalyticsError) { try await server.reach(url) }
}
