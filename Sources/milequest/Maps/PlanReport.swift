import Geodesy
import JSON
import Providers
import Routes

/// How a route through stops came about, for people and for programs.
struct PlanReport {
  private let plan: RoutePlan

  init(_ plan: RoutePlan) { self.plan = plan }

  var json: JSONValue { plan.report }

  /// What should be looked at.
  var notes: [String] {
    ambiguities + plan.gaps.map(text)
  }

  private var ambiguities: [String] {
    var seen: Set<String> = []
    return plan.stops.compactMap { stop in
      guard let query = stop.query, let taken = stop.taken, !stop.others.isEmpty,
        seen.insert(query).inserted
      else { return nil }
      return "“\(query)” is taken for \(title(taken)); it may also mean "
        + stop.others.map(title).joined(separator: ", ")
    }
  }

  private func title(_ place: FoundPlace) -> String {
    "\(place.title) (\(Figures.coordinate(place.coordinate)))"
  }

  private func text(_ gap: RoutePlan.Gap) -> String {
    func name(_ index: Int) -> String {
      "stop \(index + 1) (\(plan.stops[index].waypoint.name ?? ""))"
    }
    let gone =
      "no way leads from \(name(gap.after)) to \(name(gap.after + 1)), "
      + Figures.gap(meters: gap.meters)
    guard let join = gap.join else { return gone + ": the line goes straight" }
    let policy = plan.route.route.resolvedJoinPolicies[join - 1]
    return gone
      + (policy == .unresolved
        ? ": join \(join) is unresolved; choose with --join \(join)=walk|ferry|counted"
        : ": join \(join) is \(policy.rawValue)")
  }

  var text: String {
    var table = TextTable(
      ["stop", "waypoint", "place", "off the line", "taken for"], rightAligned: [0, 3])
    for (index, stop) in plan.stops.enumerated() {
      table.add([
        "\(index + 1)", stop.waypoint.name ?? "", Figures.coordinate(stop.waypoint.coordinate),
        stop.snappedMeters.map { Figures.gap(meters: $0) } ?? "",
        stop.taken.map { place in
          place.title + (place.population.map { ", \(Figures.grouped($0)) people" } ?? "")
        } ?? "",
      ])
    }
    return table.text + "length: \(Figures.length(plan.route.length))\n"
      + plan.attributions.map { "data: \($0)\n" }.joined()
  }
}
