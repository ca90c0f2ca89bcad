import ArgumentParser
import CivilTime
import Providers

/// Who knows ways and places.
struct MapsOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who knows the ways: builtin (straight lines), osrm, valhalla, mapbox or google.",
      valueName: "service"),
    completion: .list(["builtin", "osrm", "valhalla", "mapbox", "google"]))
  var maps: String?

  @Option(
    help: ArgumentHelp(
      "The address of that service; needed with osrm and valhalla, such as https://osrm.example.",
      valueName: "url"))
  var mapsUrl: String?

  @Option(
    help: ArgumentHelp(
      "With --maps osrm: the profile that its address has; foot, bike or car by the mode otherwise.",
      valueName: "word"))
  var mapsProfile: String?

  @Option(
    help: ArgumentHelp(
      "With --maps mapbox or google: the file with the key, which its owner alone can read.",
      valueName: "file"), completion: .file())
  var mapsKeyFile: String?

  @Option(
    help: ArgumentHelp(
      "Who knows places by name: builtin (cities), nominatim, mapbox or google. By default mapbox and google where they know the ways, else builtin.",
      valueName: "service"), completion: .list(["builtin", "nominatim", "mapbox", "google"]))
  var places: String?

  @Option(
    help: ArgumentHelp(
      "The address of that service; needed with nominatim.", valueName: "url"))
  var placesUrl: String?

  @Option(
    help: ArgumentHelp(
      "With --places mapbox or google: the file with the key; by default that of the maps where both are one service.",
      valueName: "file"), completion: .file())
  var placesKeyFile: String?

  /// - Throws: `usage` for what cannot be, and for a key or another setting that is missing.
  func maps(_ outgoing: OutgoingOptions) throws -> Maps {
    let service = Setting(maps, "MAPS")
    let places = Setting(places, "PLACES")
    let ways = service?.text ?? "builtin"
    let finder = places?.text ?? (["mapbox", "google"].contains(ways) ? ways : "builtin")
    // Not made where nobody is asked.
    func server() throws -> MapsServer {
      MapsServer(client: try outgoing.client(), clock: { .now })
    }
    var made = Maps()
    switch ways {
    case "builtin": break
    case "osrm":
      let profile = Setting(mapsProfile, "MAPS_PROFILE")
      let base = try Setting.required(mapsUrl, "MAPS_URL", for: "--maps osrm").url()
      made.ways = try Self.naming(profile?.name ?? "--maps-profile") {
        try OSRMRoutes(base: base, profile: profile?.text, server: try server())
      }
    case "valhalla":
      made.ways = ValhallaRoutes(
        base: try Setting.required(mapsUrl, "MAPS_URL", for: "--maps valhalla").url(),
        server: try server())
    case "mapbox":
      made.ways = MapboxRoutes(
        base: try mapsBase(MapboxRoutes.publicBase), key: try mapsKey(ways), server: try server())
    case "google":
      made.ways = GoogleRoutes(
        base: try mapsBase(GoogleRoutes.publicBase), key: try mapsKey(ways), server: try server())
    default:
      throw Failure(
        .usage,
        "\(service?.name ?? ""): “\(ways)” is not one of builtin, osrm, valhalla, mapbox, google")
    }
    switch finder {
    case "builtin": break
    case "nominatim":
      made.places = NominatimPlaces(
        base: try Setting.required(placesUrl, "PLACES_URL", for: "--places nominatim").url(),
        server: try server())
    case "mapbox":
      made.places = MapboxPlaces(
        base: try placesBase(MapboxRoutes.publicBase), key: try placesKey(finder, ways),
        server: try server())
    case "google":
      made.places = GooglePlaces(
        base: try placesBase(GooglePlaces.publicBase), key: try placesKey(finder, ways),
        server: try server())
    default:
      throw Failure(
        .usage,
        "\(places?.name ?? ""): “\(finder)” is not one of builtin, nominatim, mapbox, google")
    }
    try refuseUnused(ways, finder)
    return made
  }

  /// What is set for another service than those in use.
  private func refuseUnused(_ ways: String, _ finder: String) throws {
    let (url, key) = (Setting(mapsUrl, "MAPS_URL"), Setting(mapsKeyFile, "MAPS_KEY_FILE"))
    let maps = "--maps \(ways)"
    if ways == "builtin" {
      try Setting.refuse([url], with: maps, instead: "--maps osrm, valhalla, mapbox or google")
    }
    if ways != "osrm" {
      try Setting.refuse(
        [Setting(mapsProfile, "MAPS_PROFILE")], with: maps, instead: "--maps osrm")
    }
    if !["mapbox", "google"].contains(ways) {
      try Setting.refuse([key], with: maps, instead: "--maps mapbox or google")
    }
    let places = "--places \(finder)"
    if finder == "builtin" {
      try Setting.refuse(
        [Setting(placesUrl, "PLACES_URL")], with: places,
        instead: "--places nominatim, mapbox or google")
    }
    if !["mapbox", "google"].contains(finder) {
      try Setting.refuse(
        [Setting(placesKeyFile, "PLACES_KEY_FILE")], with: places,
        instead: "--places mapbox or google")
    }
  }

  private func mapsBase(_ standard: String) throws -> OutgoingURL {
    try (Setting(mapsUrl, "MAPS_URL") ?? Setting(standard, "MAPS_URL")!).url()
  }

  private func placesBase(_ standard: String) throws -> OutgoingURL {
    try (Setting(placesUrl, "PLACES_URL") ?? Setting(standard, "PLACES_URL")!).url()
  }

  private func mapsKey(_ service: String) throws -> MapsKey {
    try Self.key(Setting.required(mapsKeyFile, "MAPS_KEY_FILE", for: "--maps \(service)"))
  }

  private func placesKey(_ service: String, _ ways: String) throws -> MapsKey {
    if service == ways, Setting(placesKeyFile, "PLACES_KEY_FILE") == nil {
      return try mapsKey(service)
    }
    return try Self.key(
      Setting.required(placesKeyFile, "PLACES_KEY_FILE", for: "--places \(service)"))
  }

  private static func key(_ file: Setting) throws -> MapsKey {
    try naming(file.name) { try MapsKey(try SecretText.load(file: file.text)) }
  }

  private static func naming<Value>(_ name: String, _ make: () throws -> Value) throws -> Value {
    do { return try make() } catch let error as MapsError {
      throw Failure(.usage, "\(name): \(error.message)")
    } catch let error as IdentityError {
      throw Failure(.usage, "\(name): \(error.message)")
    }
  }
}

extension Setting {
  /// The setting as an address.
  ///
  /// - Throws: `usage` for what is none.
  func url() throws -> OutgoingURL {
    do throws(OutgoingError) { return try OutgoingURL(text) } catch {
      throw Failure(.usage, "\(name): \(error.message)")
    }
  }
}
