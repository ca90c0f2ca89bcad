/// A service of somebody else, which an adapter stands for.
struct Vendor: Sendable {
  /// In lower case.
  let name: String
  /// The folder of its adapters.
  let adapters: String
  /// The folder of what speaks to it in the browser.
  var inBrowser: String?
  /// Where its name means a format or a source of data, and not the service.
  var others: [String] = []

  static let all = [
    Vendor(
      name: "pusher", adapters: "Providers/Realtime/Pusher/", inBrowser: "Web/src/live/adapters/"),
    Vendor(name: "osrm", adapters: "Providers/Maps/Adapters/"),
    Vendor(name: "valhalla", adapters: "Providers/Maps/Adapters/"),
    Vendor(name: "nominatim", adapters: "Providers/Maps/Adapters/"),
    Vendor(name: "mapbox", adapters: "Providers/Maps/Adapters/"),
    // Encoded polylines and KML are named after it, and once a city was.
    Vendor(
      name: "google", adapters: "Providers/Maps/Adapters/",
      others: [
        "Formats/", "MapData/", "Service/Resources/RouteReading.swift",
        "Service/Resources/RouteUpload.swift", "Providers/Identity/Adapters/",
        "Providers/Analytics/Adapters/",
      ]),
    // The code of a city reads like it.
    Vendor(name: "ga4", adapters: "Providers/Analytics/Adapters/", others: ["MapData/"]),
    Vendor(name: "mixpanel", adapters: "Providers/Analytics/Adapters/"),
    Vendor(name: "amplitude", adapters: "Providers/Analytics/Adapters/"),
    Vendor(name: "cognito", adapters: "Providers/Identity/Adapters/"),
    Vendor(name: "auth0", adapters: "Providers/Identity/Adapters/"),
    Vendor(name: "supabase", adapters: "Providers/Identity/Adapters/"),
  ]

  private static let settings = ["milequest/Serve/", "milequest/Maps/", "milequest/Identity/"]

  func mayStand(in path: String) -> Bool {
    ([adapters] + others + Self.settings).contains { path.hasPrefix($0) }
  }
}
