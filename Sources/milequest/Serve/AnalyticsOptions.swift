import ArgumentParser

/// Which service outside the counts of days and page timings are handed to.
struct AnalyticsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where counts go beside the store: builtin (nowhere else), http, ga4, mixpanel or amplitude.",
      valueName: "service"),
    completion: .list(["builtin", "http", "ga4", "mixpanel", "amplitude"]))
  var analytics: String?

  @Option(
    help: ArgumentHelp(
      "With --analytics http: where events are posted. With the others: another server of theirs, such as https://api.eu.amplitude.com.",
      valueName: "url"))
  var analyticsUrl: String?

  @Option(
    help: ArgumentHelp(
      "The file with the key, which its owner alone can read: GA4's API secret, Mixpanel's project token, Amplitude's API key; with http a bearer token, if your server asks for one.",
      valueName: "file"), completion: .file())
  var analyticsKeyFile: String?

  @Option(
    help: ArgumentHelp(
      "With --analytics ga4: the measurement id of a web stream, such as G-ABC123DEF4.",
      valueName: "id"))
  var ga4MeasurementId: String?
}
