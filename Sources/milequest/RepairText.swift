import Formats
import Geodesy
import Inspection

/// What was repaired, as people read it.
enum RepairText {
  static func text(_ repair: Repair.Outcome, file: String) -> String {
    if repair.mended.isEmpty { return "\(file): nothing to repair\n" }
    var text = ""
    for finding in repair.mended {
      let place = FilePlace.text(
        file, line: finding.line, column: finding.column, offset: finding.offset)
      let fix = finding.fix?.title ?? ""
      text += "\(place): repaired: \(finding.message): \(fix) [\(finding.code.rawValue)]\n"
    }
    let count = repair.mended.reduce(0) { $0 + $1.count }
    text += "\(file): \(RouteInput.count(count, "finding")) repaired"
    if repair.rounds > 1 { text += " in \(repair.rounds) rounds" }
    guard let before = repair.before, let after = repair.after else { return text + "\n" }
    text +=
      before.length == after.length
      ? "; the length is still \(Figures.length(before.length))"
      : "; the length was \(Figures.length(before.length)) and is \(Figures.length(after.length))"
    if before.length == after.length, abs(before.measuredMeters - after.measuredMeters) > 0.001 {
      text +=
        ", official; the line measured \(Figures.gap(meters: before.measuredMeters)) and measures "
        + Figures.gap(meters: after.measuredMeters)
    }
    text += "\n\(file): climb \(change(climb(before), climb(after)))"
    text +=
      ", vertices \(change(Figures.grouped(before.vertices), Figures.grouped(after.vertices)))"
    return text + "\n"
  }

  private static func change(_ before: String, _ after: String) -> String {
    before == after ? "still \(after)" : "before \(before), now \(after)"
  }

  private static func climb(_ figures: Repair.Figures) -> String {
    guard let up = figures.ascentMeters, let down = figures.descentMeters, up.isFinite,
      down.isFinite
    else { return "unknown" }
    return "\(Figures.plain(up.rounded())) m up and \(Figures.plain(down.rounded())) m down"
  }
}
