import CivilTime
import Foundation
import Geodesy
import PostGISStore
import Quests
import Routes
import SQLiteStore

typealias ReadableStore = LedgerStore & RouteStore

/// Opens a store that is there: a file of SQLite, or a database of PostgreSQL where it is a URL.
func openStore(_ place: String) async throws -> any ReadableStore {
  place.hasPrefix("postgres")
    ? try await PostGISStore.open(url: place)
    : try SQLiteStore(path: place, migrates: false)
}

/// What one read of a random team's progress costs in a store: its standing, what follows from it,
/// and the place on the route.
struct ProgressReading {
  let store: any ReadableStore
  let quests: [QuestID]
  private var routes: [RouteVersion: MeasuredRoute] = [:]
  private(set) var nanoseconds: [Int64] = []
  private var next = 0
  private let zones = ZoneCatalog()

  /// - Parameter count: quests of teams that are drawn at random, over a connection that is not the
  ///   one that will be measured.
  init(_ place: String, count: Int, _ random: inout some RandomNumberGenerator) async throws {
    let drawing = try await openStore(place)
    var quests: [QuestID] = []
    while quests.count < count {
      // Identifiers of teams are spread evenly.
      let team = try await drawing.teams(after: .random(using: &random), limit: 1).first
      if let quest = team?.quests.last?.quest.id { quests.append(quest) }
    }
    self.quests = quests
    store = try await openStore(place)
    // Routes are read once in the life of a service.
    _ = try await read(quests.count - 1)
  }

  /// Reads the next quests, each for itself.
  mutating func run(_ count: Int) async throws {
    for _ in 0..<count {
      let begin = ContinuousClock.now
      let position = try await read(next)
      nanoseconds.append(Int64((ContinuousClock.now - begin) / .nanoseconds(1)))
      precondition(position.coordinate.latitude.isFinite)
      next = (next + 1) % quests.count
    }
  }

  private mutating func read(_ index: Int) async throws -> Position {
    let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    guard let standing = try await store.standing(of: quests[index], now: now, past: nil) else {
      throw LedgerError(.notFound, "a quest is gone")
    }
    let zone = try zones.zone(named: standing.record.quest.zone)
    let progress = Progress(standing, zone: zone)
    let version = standing.plan.route
    if let route = routes[version] { return route.position(at: progress.place) }
    guard let content = try await store.content(of: version) else {
      throw LedgerError(.notFound, "the route of a quest is not there")
    }
    let route = try MeasuredRoute(content.route())
    routes[version] = route
    return route.position(at: progress.place)
  }

  func quantile(_ share: Double) -> Double {
    let sorted = nanoseconds.sorted()
    return Double(sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)]) / 1e3
  }
}

/// Measures reads in stores of different sizes, by turns, so that a busy machine is so for both.
func compareReads(_ places: [String], rounds: Int, each: Int) async throws {
  var random = SystemRandomNumberGenerator()
  var readings: [ProgressReading] = []
  for place in places {
    readings.append(try await ProgressReading(place, count: rounds * each, &random))
  }
  for _ in 0..<rounds {
    for index in readings.indices { try await readings[index].run(each) }
  }
  for (place, reading) in zip(places, readings) {
    print(
      String(
        format: "median %.1f us, p99 %.1f us: %@", reading.quantile(0.5), reading.quantile(0.99),
        place))
  }
}
