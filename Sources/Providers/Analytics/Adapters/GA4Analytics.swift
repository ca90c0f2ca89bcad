internal import JSON

/// Hands events over to Google Analytics 4 by its Measurement Protocol, which answers 204 to whatever
/// it gets: what it does not understand is missing in its reports.
public struct GA4Analytics: AnalyticsAdapter {
  public static let publicBase = "https://www.google-analytics.com"

  public let name = "ga4"
  public let mostMessages = 25
  /// Events of the last 72 hours are taken.
  public let mostDaysBack: Int64 = 2

  private let base: OutgoingURL
  private let url: OutgoingURL
  private let installation: InstallationID
  private let server: AnalyticsServer

  /// - Parameter measurement: the id of a web stream, such as `G-ABC123DEF4`.
  /// - Throws: `settings` for what no such id is.
  public init(
    base: OutgoingURL, measurement: String, key: AnalyticsKey, installation: InstallationID,
    server: AnalyticsServer
  ) throws(AnalyticsError) {
    guard measurement.hasPrefix("G-"), (4...32).contains(measurement.utf8.count),
      measurement.utf8.dropFirst(2).allSatisfy({ 0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 })
    else { throw AnalyticsError(.settings, "the measurement id is one such as G-ABC123DEF4") }
    self.base = base
    url = try base.analytics(
      "/mp/collect?"
        + QueryText.pairs([("measurement_id", measurement), ("api_secret", key.text)]))
    self.installation = installation
    self.server = server
  }

  public func deliver(_ events: [AnalyticsEvent]) async throws(AnalyticsError) {
    let body = JSONValue.object([
      ("client_id", .string(installation.text)), ("non_personalized_ads", .bool(true)),
      (
        "events",
        .array(
          events.map { event in
            .object([
              ("name", .string(event.kind.rawValue)),
              ("timestamp_micros", .integer(Int(event.at.microseconds))),
              ("params", .object(event.properties)),
            ])
          })
      ),
    ])
    try await server.post(body, to: url)
  }

  public func check() async throws(AnalyticsError) { try await server.reach(base) }
}
