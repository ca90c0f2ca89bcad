import Batch
import Geodesy
import Routes

/// The teams as people read them.
enum ProgressTable {
  static func text(_ teams: [TeamProgress], _ routes: [String?: MeasuredRoute]) -> String {
    let hasRoutes = teams.contains { $0.route != nil }
    var table = TextTable(
      ["team", "walks", "walked", "done", "place", "last", "next"]
        + (hasRoutes ? ["route"] : []), rightAligned: [1, 2, 3])
    for team in teams {
      guard let route = routes[team.route] else { continue }
      let walked = route.start.micrometers.addingReportingOverflow(team.distance.micrometers)
      let position = route.position(
        at: walked.overflow ? route.end : Distance(micrometers: walked.partialValue))
      let next = position.nextWaypoint.map { next in
        let left = Distance(
          micrometers: next.distance.micrometers - position.distance.micrometers)
        return "\(next.name ?? "(unnamed)") in \(left.textForPeople(.imperial))"
      }
      let row = [
        team.team.text, Figures.grouped(Int(team.activities)),
        team.distance.textForPeople(.imperial),
        ProgressText.percent(team.distance, of: route.length),
        "\(Figures.degrees(team.latitude, decimals: 4)), "
          + "\(Figures.degrees(team.longitude, decimals: 4))",
        position.lastWaypoint?.name ?? "", team.isFinished ? "finished" : next ?? "",
      ]
      table.add(row + (hasRoutes ? [team.route ?? ""] : []))
    }
    return table.text
  }
}
