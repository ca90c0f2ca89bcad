public import Formats
internal import Geodesy
internal import Routes

/// Makes a route of stops: places for names, ways between places, joins where no way leads.
public struct RoutePlanner: Sendable {
  /// What somebody wishes.
  public struct Wishes: Sendable {
    public var name: String?
    /// Nil takes the usual mode of the maps.
    public var mode: TravelMode?
    /// What joins mean where no way leads.
    public var options = RouteOptions()
    /// How far a stop may be from the way that passes it; from one that is further, no way leads.
    public var mostSnapMeters = 1_000.0

    public init() {}
  }

  /// Other places that are listed of a text that may mean several.
  public static let mostOthers = 9
  /// Stops that are reported as unknown at once.
  public static let mostUnknown = 50
  /// How near a named place must be to name a stop that is given by its coordinate.
  private static let nearbyMeters = 10_000.0

  private let maps: Maps
  private let patience: Duration
  private let progress: @Sendable (_ what: String, _ share: Double) -> Void

  /// - Parameters:
  ///   - patience: the longest wait that another server may ask for before it is asked again.
  ///   - progress: is called after each step, with the share that is done.
  public init(
    _ maps: Maps, patience: Duration = .zero,
    progress: @escaping @Sendable (_ what: String, _ share: Double) -> Void = { _, _ in }
  ) {
    self.maps = maps
    self.patience = patience
    self.progress = progress
  }

  /// - Throws: `maps-plan` for what cannot be planned, with the stops that it is about, and whatever
  ///   keeps places and ways from being found.
  public func plan(_ stops: [PlanStop], _ wishes: Wishes = Wishes()) async throws(MapsError)
    -> RoutePlan
  {
    guard stops.count >= 2 else {
      throw MapsError(.plan, "a route needs two stops at least; \(stops.count) given")
    }
    let most = wishes.options.limits.waypoints
    guard stops.count <= most else {
      throw MapsError(.plan, "\(stops.count) stops given; the limit is \(most) stops")
    }
    let mode = wishes.mode ?? maps.ways.modes[0]
    let ways: any WayFinder = mode == .straight ? Geodesics() : maps.ways
    guard ways.modes.contains(mode) else {
      var error = MapsError(
        .plan,
        "the maps in use know no ways for the mode \(mode.rawValue), only "
          + maps.ways.modes.map(\.rawValue).joined(separator: ", "))
      error.isOfMode = true
      throw error
    }
    var found = try await place(stops)
    var search = WaySearch(
      stops: found.map(\.waypoint.coordinate), ways: ways, mode: mode,
      mostSnapMeters: wishes.mostSnapMeters
    ) { call async throws(MapsError) -> FoundWay in try await patiently(call) }
    try await search.run { [progress] in progress("ways", $0) }
    for index in found.indices { found[index].snappedMeters = search.snapped[index] }
    let (parts, gaps) = search.parts()
    let asked =
      found.contains { $0.query != nil } || stops.contains { $0.name == nil }
      ? [maps.places.attribution] : []
    let attributions = (asked + [ways.attribution]).compactMap(\.self)
    do throws(RouteError) {
      var policies = [JoinPolicy?](repeating: nil, count: parts.count - 1)
      try wishes.options.check(joinCount: policies.count)
      wishes.options.decide(&policies, between: parts)
      let route = try Route(
        name: wishes.name, parts: parts, joinPolicies: policies, waypoints: found.map(\.waypoint),
        limits: wishes.options.limits)
      let measured = try MeasuredRoute(route)
      try measured.requireLength()
      return RoutePlan(route: measured, stops: found, gaps: gaps, attributions: attributions)
    } catch { throw MapsError(.plan, error.message) }
  }

  // MARK: Places

  private func place(_ stops: [PlanStop]) async throws(MapsError) -> [RoutePlan.Stop] {
    var placed: [RoutePlan.Stop] = []
    var names = Set(stops.compactMap(\.name))
    var known: [String: [FoundPlace]] = [:]
    var unknown: [MapsError] = []
    for (index, stop) in stops.enumerated() {
      var query: String?
      var candidates: [FoundPlace] = []
      let coordinate: Coordinate
      switch stop.place {
      case .at(let given): coordinate = given
      case .named(let text):
        query = text
        if let before = known[text] {
          candidates = before
        } else {
          do throws(MapsError) {
            candidates = try await patiently { () async throws(MapsError) in
              try await maps.places.places(named: text, most: Self.mostOthers + 1)
            }
          } catch {
            // What has to be mended first is known already.
            if !unknown.isEmpty { throw Self.joined(unknown) }
            var error = error
            error.stop = index
            throw error
          }
          known[text] = candidates
        }
        guard let first = candidates.first else {
          unknown.append(self.unknown(text, stop: index))
          if unknown.count == Self.mostUnknown { throw Self.joined(unknown) }
          continue
        }
        coordinate = first.coordinate
      }
      var name = stop.name
      if name == nil {
        var own = candidates.first?.name
        if own == nil, unknown.isEmpty { own = await nearbyName(of: coordinate) }
        // A name that another stop has would leave open which one is meant.
        name = own.flatMap { names.contains($0) ? nil : $0 } ?? "Stop \(index + 1)"
        names.insert(name!)
      }
      placed.append(
        RoutePlan.Stop(
          waypoint: Waypoint(
            name: name, coordinate: coordinate, story: stop.story, type: stop.type),
          query: query, taken: candidates.first, others: Array(candidates.dropFirst())))
      progress("places", Double(index + 1) / Double(stops.count))
    }
    if !unknown.isEmpty { throw Self.joined(unknown) }
    return placed
  }

  /// The first of some errors, with the others.
  private static func joined(_ errors: [MapsError]) -> MapsError {
    var first = errors[0]
    first.further = Array(errors.dropFirst())
    return first
  }

  private func unknown(_ text: String, stop: Int) -> MapsError {
    let shown = text.count > 100 ? "\(text.prefix(100))…" : text
    let near = maps.places is Gazetteer ? Gazetteer.suggestions(for: text) : []
    let remedy =
      near.isEmpty
      ? "give its latitude and longitude, such as 51.5074,-0.1278"
      : "did you mean \(near.map { "“\($0)”" }.joined(separator: " or "))?"
    return MapsError(.plan, "no place is known as “\(shown)”; \(remedy)", stop: stop)
  }

  /// A name is a courtesy: a stop without one has its number.
  private func nearbyName(of coordinate: Coordinate) async -> String? {
    guard let place = try? await maps.places.place(at: coordinate) else { return nil }
    let meters = Geodesic.wgs84.inverse(from: coordinate, to: place.coordinate).distanceMeters
    return meters <= Self.nearbyMeters ? place.name : nil
  }

  // MARK: Patience

  private static let tries = 4

  /// Asks again where the other side only asks for time.
  private func patiently<Value>(
    _ call: () async throws(MapsError) -> Value
  ) async throws(MapsError) -> Value {
    for number in 1... {
      do throws(MapsError) { return try await call() } catch {
        let wait = error.retryAfter ?? .seconds(1 << number)
        guard error.mayRepeat, number < Self.tries, wait <= patience,
          (try? await Task.sleep(for: wait)) != nil
        else { throw error }
      }
    }
    preconditionFailure("a loop without an end has ended")
  }
}
