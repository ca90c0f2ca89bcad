import CivilTime
import Providers

/// The service outside that counts are handed to, as the options and variables say.
struct AnalyticsPlan {
  /// Makes the adapter of an installation; nil for none: the counts stay in the store.
  let adapter: ((InstallationID) throws(AnalyticsError) -> any AnalyticsAdapter)?

  /// - Throws: `usage` for what cannot be, and for a secret or another setting that is missing.
  init(_ options: AnalyticsOptions, _ outgoing: OutgoingOptions) throws {
    let service = Setting(options.analytics, "ANALYTICS")
    let word = service?.text ?? "builtin"
    let purpose = "--analytics \(word)"
    let file = Setting(options.analyticsKeyFile, "ANALYTICS_KEY_FILE")
    let measurement = Setting(options.ga4MeasurementId, "GA4_MEASUREMENT_ID")
    func server() throws -> AnalyticsServer {
      AnalyticsServer(client: try outgoing.client(), clock: { .now })
    }
    func base(_ standard: String) throws -> OutgoingURL {
      try Setting(options.analyticsUrl, "ANALYTICS_URL")?.url() ?? OutgoingURL(standard)
    }
    func key() throws -> AnalyticsKey {
      try Self.key(
        Setting.required(options.analyticsKeyFile, "ANALYTICS_KEY_FILE", for: purpose))
    }
    switch word {
    case "builtin": adapter = nil
    case "http":
      let url = try Setting.required(options.analyticsUrl, "ANALYTICS_URL", for: purpose).url()
      let made = PlainAnalytics(url: url, key: try file.map(Self.key), server: try server())
      adapter = { _ in made }
    case "ga4":
      let id = try Setting.required(options.ga4MeasurementId, "GA4_MEASUREMENT_ID", for: purpose)
      let (base, key, server) = (try base(GA4Analytics.publicBase), try key(), try server())
      adapter = { installation throws(AnalyticsError) in
        try GA4Analytics(
          base: base, measurement: id.text, key: key, installation: installation, server: server)
      }
    case "mixpanel":
      let (base, key, server) = (try base(MixpanelAnalytics.publicBase), try key(), try server())
      adapter = { _ throws(AnalyticsError) in
        try MixpanelAnalytics(base: base, key: key, server: server)
      }
    case "amplitude":
      let (base, key, server) = (try base(AmplitudeAnalytics.publicBase), try key(), try server())
      adapter = { installation throws(AnalyticsError) in
        try AmplitudeAnalytics(base: base, key: key, installation: installation, server: server)
      }
    default:
      throw Failure(
        .usage,
        "\(service?.name ?? ""): “\(word)” is not one of builtin, http, ga4, mixpanel, amplitude")
    }
    if word == "builtin" {
      try Setting.refuse(
        [file, Setting(options.analyticsUrl, "ANALYTICS_URL"), measurement], with: purpose,
        instead: "--analytics http, ga4, mixpanel or amplitude")
    } else if word != "ga4" {
      try Setting.refuse([measurement], with: purpose, instead: "--analytics ga4")
    }
    // What is wrong is named before anything is opened.
    _ = try Self.naming(purpose) { try adapter?(InstallationID(random: .system)) }
  }

  private static func key(_ file: Setting) throws -> AnalyticsKey {
    try naming(file.name) { try AnalyticsKey(try SecretText.load(file: file.text)) }
  }

  private static func naming<Value>(_ name: String, _ make: () throws -> Value) throws -> Value {
    do { return try make() } catch let error as AnalyticsError {
      throw Failure(.usage, "\(name): \(error.message)")
    } catch let error as IdentityError {
      throw Failure(.usage, "\(name): \(error.message)")
    }
  }
}
