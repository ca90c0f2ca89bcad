import Authoring
import JSON
import Routes

/// What edits did, for people and for programs.
struct EditText {
  private let outcome: EditList.Outcome
  private let files: [String]
  private let output: String?

  init(_ outcome: EditList.Outcome, files: [String], output: String?) {
    self.outcome = outcome
    self.files = files
    self.output = output
  }

  var json: JSONValue {
    let figures = RouteFigures(outcome.route)
    return .object([
      ("files", .array(files.map(JSONValue.string))), ("output", .optional(output)),
      ("edits", .array(outcome.reports.map(\.json))),
      ("lengthMeters", .number(figures.length.meters)), ("parts", .integer(figures.parts)),
      ("vertices", .integer(figures.vertices)), ("waypoints", .integer(figures.waypoints)),
    ])
  }

  var text: String {
    var text = ""
    for (index, report) in outcome.reports.enumerated() {
      let kind = type(of: report.edit).kind
      text += "\(index + 1). \(kind): \(report.did.joined(separator: "; "))"
      if report.before.length != report.after.length {
        text += "; the length was \(Figures.length(report.before.length))"
      }
      text += "\n"
    }
    let figures = RouteFigures(outcome.route)
    text +=
      "\(outcome.route.route.name ?? "(unnamed)"): \(Figures.length(figures.length)), "
      + "\(RouteInput.count(figures.parts, "part")), \(Figures.grouped(figures.vertices)) vertices, "
      + "\(RouteInput.count(figures.waypoints, "waypoint"))\n"
    if output == nil { text += "nothing is written: a dry run\n" }
    return text
  }
}
