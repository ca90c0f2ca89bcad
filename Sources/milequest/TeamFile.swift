import Batch
import Drawing
import Formats
import Geodesy
import Routes

/// Teams and how far they have walked, in a table such as `progress` writes.
enum TeamFile {
  private static let mostTeams = 10_000

  /// - Throws: `noInput`, and `badData` with the place in the file.
  static func read(_ path: String, on route: MeasuredRoute) throws -> [PlotTeam] {
    let bytes = try Files.read(path, limit: ReadLimits.standard.fileBytes)
    do throws(BatchError) { return try teams(bytes, route) } catch {
      throw Failure(.badData, "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)")
    }
  }

  private static func teams(_ bytes: [UInt8], _ route: MeasuredRoute) throws(BatchError)
    -> [PlotTeam]
  {
    let table = try CellTable(bytes)
    guard let name = try table.column("team_id", "team"),
      let meters = try table.column("distance_meters")
    else {
      throw BatchError(.header, line: 1, "columns “team_id” and “distance_meters” are due")
    }
    guard table.rows.count <= mostTeams else {
      throw BatchError(
        .row, line: table.rows[mostTeams].line, "a map shows at most \(mostTeams) teams")
    }
    var teams: [PlotTeam] = []
    for row in table.rows {
      let text = table.text(row, meters) ?? ""
      guard let walked = try? Distance(text + " m"), walked >= .zero else {
        throw BatchError(.row, line: row.line, "“\(text)” is not a distance in metres")
      }
      let place = route.start.micrometers.addingReportingOverflow(walked.micrometers)
      teams.append(
        PlotTeam(
          name: table.text(row, name) ?? "",
          distance: place.overflow
            ? route.end : min(route.end, Distance(micrometers: place.partialValue))))
    }
    return teams
  }
}
