package import CivilTime
internal import Geodesy
package import Quests

/// How a quest stands at a moment, put together from what a store reads.
package struct StandingQuestion: Sendable {
  package let now: Instant
  /// The past moment that was asked for, if any.
  package let past: Instant?

  package init(now: Instant, past: Instant?) {
    self.now = now
    self.past = past
  }

  /// The moment that the standing is of.
  package var at: Instant { past ?? now }

  /// The days of the pace, in the quest's zone; nil before the quest starts.
  package func window(_ quest: Quest, _ zone: Zone) -> ClosedRange<Day>? {
    Pace.window(at: at, start: quest.start, zone: zone)
  }

  /// Days that hold the pace's window in any zone.
  package var widestWindow: ClosedRange<Day> {
    let today = Day(number: at.seconds / 86_400)
    return today.advanced(by: -Pace.longestDays - 2)...today.advanced(by: 2)
  }

  /// The present standing; of a past moment what `standing(past:…)` goes on from.
  ///
  /// - Parameter days: what was walked on days, those of the window among them.
  package func standing(
    _ record: QuestRecord, _ plan: QuestPlan, version: Int64, days: [DayTotal], _ zone: Zone
  ) -> QuestStanding {
    let window = window(record.quest, zone)
    return QuestStanding(
      record: record, plan: plan, version: version, at: at, isPast: past != nil,
      total: record.tally.total, walks: record.tally.walks,
      recent: days.filter { window?.contains($0.day) == true })
  }
}

/// A standing of the past: whole days come from their figures. Clocks that were turned back can show
/// the day of the moment and the one before again, so these are summed up walk by walk.
package struct PastStanding {
  private let now: QuestStanding
  private let zone: Zone
  /// The last day whose figures are taken whole.
  package let lastWholeDay: Day

  /// - Parameter standing: with the present total and the days before the moment.
  package init(_ standing: QuestStanding, zone: Zone) {
    now = standing
    self.zone = zone
    lastWholeDay = zone.day(at: standing.at).advanced(by: -2)
  }

  /// When walks start that may fall on a later day: after the first, up to the second.
  package var lateWalks: (after: Instant, upTo: Instant) {
    (now.at.advanced(bySeconds: -5 * 86_400), now.at)
  }

  /// - Parameters:
  ///   - whole: micrometres and walks of all days up to `lastWholeDay`.
  ///   - late: start and micrometres of the walks that `lateWalks` names.
  package func standing(
    whole: (micrometers: Int64, walks: Int64), late: [(Instant, Int64)]
  ) -> QuestStanding {
    var (total, walks) = whole
    var lastDays: [Day: DayTotal] = [:]
    for (start, distance) in late {
      let day = zone.day(at: start)
      if day <= lastWholeDay { continue }
      total += distance
      walks += 1
      let known = lastDays[day]
      lastDays[day] = DayTotal(
        day: day, distance: Distance(micrometers: (known?.distance.micrometers ?? 0) + distance),
        walks: (known?.walks ?? 0) + 1)
    }
    return QuestStanding(
      record: now.record, plan: now.plan, version: now.version, at: now.at, isPast: true,
      total: Distance(micrometers: total), walks: walks,
      recent: now.recent.filter { $0.day <= lastWholeDay }
        + lastDays.values.sorted { $0.day < $1.day })
  }
}

/// Which rows the public totals of a past moment come from: whole spans, then the walks after them.
package struct PastSpans {
  /// Long spans before this one.
  package let longEnd: Int64
  /// Short spans that the long ones leave over.
  package let shorts: Range<Int64>
  /// The starts of the walks that the spans leave over.
  package let walks: ClosedRange<Instant>

  package init(through past: Instant) {
    let short = WalkSpan(.short, at: past).number
    let ratio = Int64(WalkSpan.Level.long.rawValue - WalkSpan.Level.short.rawValue)
    longEnd = WalkSpan(.long, at: past).number
    shorts = (longEnd << ratio)..<short
    walks = Instant(microseconds: short << Int64(WalkSpan.Level.short.rawValue))...past
  }
}

extension QuestStanding {
  /// Which of the milestones an overview shows: the last so many that have been reached.
  package func lastReached(_ limit: Int) -> Range<Int> {
    let reached = plan.reachedCount(total: total)
    return max(reached - limit, 0)..<reached
  }
}
