import Geodesy
import Providers

/// What a look at the services outside finds, each by its own settings.
extension Checkup {
  /// How far the clock of an issuer may be away before it is reported, and before tokens are refused.
  private static let issuerSecondsWarned: Int64 = 5
  private static let issuerSecondsFailed: Int64 = 60

  mutating func look(at mail: MailPlan) async {
    do throws(MailError) {
      guard let server = try mail.smtp() else { return }
      try await server.check()
      add("mail", "the server takes messages")
    } catch {
      add(
        "mail", error.message, .fail,
        remedy: "see the settings of mail in milequest serve --help; messages wait until then")
    }
  }

  /// Asks those who know ways and places, where they are outside.
  mutating func look(at maps: Maps) async {
    let remedy = "see the settings of maps in milequest serve --help"
    if !(maps.ways is Geodesics) {
      let stops = [(51.4769, -0.0005), (51.4779, -0.0015)].compactMap {
        try? Coordinate(latitude: $0.0, longitude: $0.1)
      }
      do throws(MapsError) {
        _ = try await maps.ways.way(through: stops, by: maps.ways.modes.first ?? .walk)
        add("maps", "the service knows ways")
      } catch {
        // It may have the ways of another country.
        if error.code == .noWay {
          add("maps", "the service answers, and knows no way in London")
        } else {
          add("maps", error.message, .fail, remedy: remedy)
        }
      }
    }
    if !(maps.places is Gazetteer) {
      do throws(MapsError) {
        let places = try await maps.places.places(named: "London", most: 1)
        add(
          "places",
          places.isEmpty ? "the service answers, and knows no London" : "the service knows places")
      } catch { add("places", error.message, .fail, remedy: remedy) }
    }
  }

  /// Sees that the service for counts answers.
  mutating func look(at analytics: AnalyticsPlan) async {
    do throws(AnalyticsError) {
      guard let adapter = try analytics.adapter?(InstallationID(random: .system)) else { return }
      try await adapter.check()
      add("analytics", "the service answers; whether it takes the key, /metrics of serve shows")
    } catch {
      add(
        "analytics", error.message, .fail,
        remedy: "see the settings of counts in milequest serve --help; the counts stay in the store"
      )
    }
  }

  /// Whether an issuer answers, with keys, and by which clock.
  mutating func look(at issuer: OpenIDIssuer, by client: OutgoingClient) async {
    let name = "issuer \(issuer.name)"
    let found: IssuerCheckup
    do throws(IdentityError) {
      found = try await IssuerCheckup(issuer, by: client, at: .now)
    } catch { return add(name, error.message, .fail) }
    let keys = found.keys == 1 ? "1 key" : "\(found.keys) keys"
    if issuer.clientID != nil, !found.signsIn {
      return add(
        name, "\(keys), and no address where people sign in", .fail,
        remedy: "take “clientId” out of its settings, or ask the issuer for one that signs in")
    }
    let ahead = found.secondsAhead ?? 0
    guard abs(ahead) <= Self.issuerSecondsWarned else {
      return add(
        name, "\(keys); its clock is \(abs(ahead)) s \(ahead > 0 ? "ahead of" : "behind") ours",
        abs(ahead) > Self.issuerSecondsFailed ? .fail : .warn, remedy: "let NTP set our clock")
    }
    add(name, keys + (found.secondsAhead == nil ? "" : "; its clock agrees with ours"))
  }
}
