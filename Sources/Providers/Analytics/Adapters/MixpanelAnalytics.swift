internal import Foundation
internal import JSON

/// Hands events over to Mixpanel's `/import`. A batch with an event that it does not like is answered
/// with 400 though the others are kept: the queue sends them again one by one, and their ids keep
/// them from being counted twice.
public struct MixpanelAnalytics: AnalyticsAdapter {
  public static let publicBase = "https://api.mixpanel.com"

  public let name = "mixpanel"
  /// Of 2,000 that are allowed.
  public let mostMessages = 500
  public let mostDaysBack: Int64 = 30

  private let base: OutgoingURL
  private let url: OutgoingURL
  private let authorization: String
  private let server: AnalyticsServer

  /// - Parameter key: the project's token.
  public init(
    base: OutgoingURL, key: AnalyticsKey, server: AnalyticsServer
  ) throws(AnalyticsError) {
    self.base = base
    url = try base.analytics("/import?strict=1")
    // The token is the name, and there is no password.
    authorization = "Basic " + Data("\(key.text):".utf8).base64EncodedString()
    self.server = server
  }

  public func deliver(_ events: [AnalyticsEvent]) async throws(AnalyticsError) {
    let body = JSONValue.array(
      events.map { event in
        .object([
          ("event", .string(event.kind.rawValue)),
          (
            "properties",
            // An empty id says that the event is nobody's.
            .object(
              [
                ("time", .integer(event.milliseconds)), ("distinct_id", .string("")),
                ("$insert_id", .string(event.id)),
              ] + event.properties)
          ),
        ])
      })
    try await server.post(body, to: url, headers: [("Authorization", authorization)])
  }

  public func check() async throws(AnalyticsError) { try await server.reach(base) }
}
