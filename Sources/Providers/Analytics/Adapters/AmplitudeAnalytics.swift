internal import JSON

/// Hands events over to Amplitude's HTTP V2 API.
public struct AmplitudeAnalytics: AnalyticsAdapter {
  public static let publicBase = "https://api2.amplitude.com"

  public let name = "amplitude"
  /// A device, which the whole installation is, may send 30 events a second.
  public let mostMessages = 30
  public let mostDaysBack: Int64 = 30

  private let base: OutgoingURL
  private let url: OutgoingURL
  private let key: AnalyticsKey
  private let installation: InstallationID
  private let server: AnalyticsServer

  public init(
    base: OutgoingURL, key: AnalyticsKey, installation: InstallationID, server: AnalyticsServer
  ) throws(AnalyticsError) {
    self.base = base
    url = try base.analytics("/2/httpapi")
    self.key = key
    self.installation = installation
    self.server = server
  }

  public func deliver(_ events: [AnalyticsEvent]) async throws(AnalyticsError) {
    // Without "ip", no place is looked up.
    let body = JSONValue.object([
      ("api_key", .string(key.text)),
      (
        "events",
        .array(
          events.map { event in
            .object([
              ("device_id", .string(installation.text)),
              ("event_type", .string(event.kind.rawValue)),
              ("time", .integer(event.milliseconds)), ("insert_id", .string(event.id)),
              ("event_properties", .object(event.properties)),
            ])
          })
      ),
    ])
    try await server.post(body, to: url)
  }

  public func check() async throws(AnalyticsError) { try await server.reach(base) }
}
