import CivilTime
import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests

/// What was walked for a quest: day by day, by whom, and walk by walk.
enum WalkerResource {
  private static let tag = "Progress"

  /// Days in one history.
  static let mostDays: Int64 = 3_700

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "History",
      "What was walked on each day or in each ISO week of a quest's zone, idle ones too.",
      .object([
        .init("items", .array(.named("HistoryItem"), count: 0...Int(mostDays))),
        .init("by", .words(HistoryStep.allCases.map(\.rawValue))), .init("zone", .text()),
      ])),
    NamedSchema(
      "HistoryItem", "A day, or as much of a week as lies in the range.",
      .object([
        .init("from", .date), .init("until", .date, "Its last day."),
        .init("week", .nullable(.text(8...8)), "The ISO week, such as `2026-W19`; null for a day."),
        .init("distanceMeters", .meters), .init("walks", .count),
        .init("totalMeters", .meters, "Everything up to the end of it."),
      ])),
    NamedSchema(
      "Rank", "Somebody's place among those who walk for a quest, private walks left out.",
      .object([
        .init(
          "rank", .count, "Equal distances share one, and the next is as many further: 1, 1, 3."),
        .init("personId", .nullable(.uuid), "Null for strangers."),
        .init("personName", .nullable(.text())), .init("distanceMeters", .meters),
        .init("walks", .count),
      ])),
    NamedSchema(
      "FeedWalk", "A walk that counts for a quest and is not private.",
      .object([
        .init("activityId", .nullable(.uuid), "Null for strangers."),
        .init("personId", .nullable(.uuid), "Null for strangers."),
        .init("personName", .nullable(.text())), .init("startedAt", .instant),
        .init("distanceMeters", .meters),
      ])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/quests/\(.quest)/history", "getHistory", "Show what was walked day by day",
      details: "From the quest's first day to today where nothing else is asked for; at most "
        + "\(mostDays) days.", tag: tag, access: .shared(namesPeople: false),
      parameters: [
        .firstDay, .lastDay, .step, .units, .fields,
      ], answers: [.ok("History")], handle: history),
    Endpoint(
      .get, "/v1/quests/\(.quest)/leaderboard", "getLeaderboard", "Rank those who walk for a quest",
      details: "The farthest first. Private walks are left out.", tag: tag,
      access: .shared(namesPeople: true),
      parameters: [.limit, .cursor, .units, .fields], answers: [.page(of: "Rank")],
      handle: leaderboard),
    Endpoint(
      .get, "/v1/quests/\(.quest)/feed", "getFeed", "List a quest's walks, the last walked first",
      details: "Private walks are left out.", tag: tag, access: .shared(namesPeople: true),
      parameters: [.limit, .cursor, .units, .fields], answers: [.page(of: "FeedWalk")], handle: feed
    ),
  ]

  // MARK: History

  private static func history(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    let (from, until) = (call[.firstDay], call[.lastDay])
    if let from, let until, from > until {
      throw Problem.parameter(.lastDay, "lies before from")
    }
    guard let record = try await call.backend.ledger.quest(id) else {
      throw Problem(.notFound, call.noQuest)
    }
    let totals = try await call.backend.ledger.days(of: id)
    let zone = try call.backend.zone(record.quest.zone)
    let range = try days(of: record.quest, zone, from, until, lastWalked: totals.last?.day, call)
    let series = range.map { History.days($0, totals: totals) } ?? []
    let isByWeek = call[.step] == .week
    var items: [JSONValue] = []
    var next = 0
    while next < series.count {
      let first = series[next]
      var last = next
      if isByWeek {
        let week = first.day.weekStart
        while last + 1 < series.count, series[last + 1].day.weekStart == week { last += 1 }
      }
      items.append(item(series[next...last], isWeek: isByWeek))
      next = last + 1
    }
    return .json(
      .object([
        ("items", .array(items)), ("by", .string(call[.step].rawValue)),
        ("zone", .string(record.quest.zone)),
      ]), caching: call.caching(of: glance.team))
  }

  /// What of a range lies in the quest and not in the future; nil where nothing does.
  private static func days(
    of quest: Quest, _ zone: Zone, _ from: Day?, _ until: Day?, lastWalked: Day?, _ call: Call
  ) throws(Problem) -> ClosedRange<Day>? {
    let first = zone.day(at: quest.start)
    let end = zone.day(at: max(quest.end.advanced(byMicroseconds: -1), quest.start))
    // A clock that runs ahead may have walked tomorrow already.
    let today = max(zone.day(at: call.now), lastWalked ?? first)
    let last = min(until ?? today, min(today, end))
    var begin = max(from ?? first, first)
    guard begin <= last else { return nil }
    if begin.distance(to: last) >= mostDays {
      guard from == nil else {
        throw .parameter(.firstDay, "lies more than \(mostDays) days before the end, the limit")
      }
      begin = last.advanced(by: 1 - mostDays)
    }
    return begin...last
  }

  private static func item(_ days: ArraySlice<HistoryDay>, isWeek: Bool) -> JSONValue {
    let (first, last) = (days[days.startIndex], days[days.endIndex - 1])
    let (year, week) = first.day.isoWeek
    let digits = String(year)
    let name =
      String(repeating: "0", count: max(4 - digits.count, 0)) + digits
      + (week < 10 ? "-W0\(week)" : "-W\(week)")
    let walked = days.reduce(Int128(0)) { $0 + Int128($1.distance.micrometers) }
    return .object([
      ("from", .string(first.day.description)), ("until", .string(last.day.description)),
      ("week", isWeek ? .string(name) : .null),
      ("distanceMeters", .number(Distance(micrometers: Int64(clamping: walked)).meters)),
      ("walks", .integer(Int(days.reduce(0) { $0 + $1.walks }))),
      ("totalMeters", .number(last.total.meters)),
    ])
  }

  // MARK: People

  private static func leaderboard(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    let cursor = try call.cursor("leaderboard", .integer, .identifier)
    let after = cursor.flatMap { cursor -> PersonTotal? in
      guard let distance = cursor.integer(at: 0), let person: PersonID = cursor.id(at: 1) else {
        return nil
      }
      return PersonTotal(person: person, distance: Distance(micrometers: distance), walks: 0)
    }
    // Ranks are counted over all, so that a page knows its own.
    let ranks = Leaderboard.ranks(try await call.backend.ledger.people(in: id))
      .filter { rank in
        guard let after else { return true }
        return rank.total.distance != after.distance
          ? rank.total.distance < after.distance : rank.total.person > after.person
      }
    let shown = ranks.prefix(call[.limit])
    let names = try await call.names(of: shown.map(\.total.person))
    let isMember = call.peopleShown(to: glance.membership) == .ids
    let items = shown.map { rank in
      JSONValue.object([
        ("rank", .integer(rank.rank)),
        ("personId", isMember ? .string(rank.total.person.description) : .null),
        ("personName", .optional(names[rank.total.person])),
        ("distanceMeters", .number(rank.total.distance.meters)),
        ("walks", .integer(Int(rank.total.walks))),
      ])
    }
    let last = ranks.count > shown.count ? shown.last?.total : nil
    return call.page(
      items,
      next: last.map {
        PageCursor("leaderboard", [.integer($0.distance.micrometers), .id($0.person)])
      }, caching: call.caching(of: glance.team))
  }

  private static func feed(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    let before = try call.cursor("feed", .integer, .identifier, .identifier).flatMap {
      cursor -> WalkOrder? in
      guard let start = cursor.integer(at: 0), let walk: ActivityID = cursor.id(at: 1),
        let person: PersonID = cursor.id(at: 2)
      else { return nil }
      return WalkOrder(start: Instant(microseconds: start), id: walk, person: person)
    }
    let walks = try await call.backend.ledger.feed(of: id, before: before, limit: call[.limit])
    let names = try await call.names(of: walks.map(\.key.activity.person))
    let isMember = call.peopleShown(to: glance.membership) == .ids
    let items = walks.map { walk in
      JSONValue.object([
        ("activityId", isMember ? .string(walk.key.activity.id.description) : .null),
        ("personId", isMember ? .string(walk.key.activity.person.description) : .null),
        ("personName", .optional(names[walk.key.activity.person])),
        ("startedAt", .string(walk.start.description)),
        ("distanceMeters", .number(walk.distance.meters)),
      ])
    }
    let last = walks.count == call[.limit] ? walks.last?.order : nil
    return call.page(
      items,
      next: last.map {
        PageCursor("feed", [.integer($0.start.microseconds), .id($0.id), .id($0.person)])
      }, caching: call.caching(of: glance.team))
  }
}

extension Call {
  /// What people are called, as far as they have told.
  func names(of people: [PersonID]) async throws -> [PersonID: String] {
    let each = Set(people).sorted()
    return each.isEmpty ? [:] : try await backend.accounts.names(of: each)
  }
}

/// What one item of a history is about.
private enum HistoryStep: String, CaseIterable { case day, week }

extension ParameterKey {
  fileprivate static let firstDay = Parameter<Day?>(
    "from", .day, "The first day, in the quest's zone.")
  fileprivate static let lastDay = Parameter<Day?>("until", .day, "The last day.")
  fileprivate static let step = Parameter<HistoryStep>(
    "by", .words(), standard: .day, "Days by default; weeks are ISO weeks.")
}
