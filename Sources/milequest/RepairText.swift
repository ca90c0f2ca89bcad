import Formats
import Geodesy
import Inspection

/// What was repaired, as people read it.
enum RepairText {
  static func text(_ repair: Repair.Outcome, file: String) -> String {
    if repair.mended.isEmpty { return "\(file): nothing to repair\n" }
    var text = ""
    for finding in repair.mended {
      var place = file
      if let line = finding.line { place += ":\(line)" }
      if let column = finding.column { place += ":\(column)" }
      let fix = finding.fix?.title ?? ""
      text += "\(place): repaired: \(finding.message): \(fix) [\(finding.code.rawValue)]\n"
    }
    let count = repair.mended.reduce(0) { $0 + $1.count }
    text += "\(file): \(RouteInput.count(count, "finding")) repaired"
    if repair.rounds > 1 { text += " in \(repair.rounds) rounds" }
    if let before = repair.lengthBefore, let after = repair.lengthAfter {
      text +=
        before == after
        ? "; the length is still \(Figures.length(before))"
        : "; the length was \(Figures.length(before)) and is \(Figures.length(after))"
    }
    if repair.lengthBefore == repair.lengthAfter, let before = repair.measuredMetersBefore,
      let after = repair.measuredMetersAfter, abs(before - after) > 0.001
    {
      text +=
        ", official; the line measured \(Figures.gap(meters: before)) and measures "
        + Figures.gap(meters: after)
    }
    return text + "\n"
  }
}
