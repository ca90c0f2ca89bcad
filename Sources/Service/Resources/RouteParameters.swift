import Formats
import Geodesy
import Inspection
import Quests
import Routes

/// Which repairs are made.
enum RepairChoice: String, CaseIterable, Sendable { case safe, unsafe }

/// How a report is written.
enum ReportForm: String, CaseIterable { case json, sarif, text }

/// What calibrates a measure.
enum CalibrationSource: String, CaseIterable, Sendable { case markers }

extension ParameterKey {
  // How a file is read.
  static let fileFormat = Parameter<SourceFormat?>(
    "format", .words(),
    "The file's format, where neither the Content-Type nor its first bytes show it; an encoded "
      + "polyline needs it.")
  static let track = Parameter<String?>(
    "track", .text(1...200),
    "Only this track (GPX), feature (GeoJSON) or placemark (KML), by name or number.")
  static let joins = Parameter<JoinPolicy?>(
    "joins", .words(JoinPolicy.choices), "What all gaps between parts mean.")
  static let join = Parameter<[Int: JoinPolicy]>(
    "join", .numberedJoins, standard: [:],
    "What single gaps mean, such as `3:ferry,5:walk`; gaps count from 1.")
  static let joinsBelow = Parameter<[JoinBound]>(
    "joinsBelow", .joinBounds, standard: [],
    "What gaps shorter than a length mean, such as `2km:walk`; `join` says more than a length, and a "
      + "length more than `joins`.")
  static let joinsAbove = Parameter<[JoinBound]>(
    "joinsAbove", .joinBounds, standard: [],
    "What gaps of a length or more mean, such as `2km:ferry`.")
  static let officialLength = Parameter<Distance?>(
    "officialLength", .distance, "The length that people are told; the measure is bent to it.")
  static let calibrate = Parameter<CalibrationSource?>(
    "calibrate", .words(),
    "Waypoints whose name is a distance (“12 km”, “mile 33”) calibrate the measure.")
  static let calibrateEvery = Parameter<Int?>(
    "calibrateEvery", .integer(1...10_000), "Use the first of every so many markers only.")

  // Its course.
  static let laps = Parameter<Int?>("laps", .integer(1...10_000), "How often the route is run.")
  static let thereAndBack = Parameter<Bool?>(
    "thereAndBack", .boolean, "Whether a lap goes to the end and back again.")
  static let lapJoin = Parameter<JoinPolicy?>(
    "lapJoin", .words(JoinPolicy.choices),
    "What the way from the end of a lap to the start of the next means.")

  // What becomes of it.
  static let routeName = Parameter<String?>(
    "name", .name, "The route's name, in place of the file's.")
  static let storedFix = Parameter<RepairChoice?>(
    "fix", .words(),
    "Stores the repaired file: `safe` repairs leave the route what it is, `unsafe` ones change it "
      + "by a guess.")
  static let strict = Parameter<Bool>(
    "strict", .boolean, standard: false, "Warnings keep the file out too; false by default.")
  static let dryRun = Parameter<Bool>(
    "dryRun", .boolean, standard: false, "Reports, and stores nothing; false by default.")
  static let isPublic = Parameter<Bool>(
    "public", .boolean, standard: false, "Whether strangers may see it; false by default.")
  static let reportForm = Parameter<ReportForm>(
    "report", .words(), standard: .json, "How the report is written; JSON by default.")
  static let fix = Parameter<RepairChoice>(
    "fix", .words(), standard: .safe,
    "Which repairs are made; `safe` ones, which leave the route what it is, by default.")
  static let only = Parameter<RepairSelection>(
    "only", .repairSelection, standard: RepairSelection(),
    "Mends only findings with these codes, such as `spike,vertex-doubled`, or single ones by the line "
      + "and column that the report says, such as `spike@12:5`. A guess about a note is made only when "
      + "it is named here.")
}

/// What is mended of a file: all where nothing is chosen.
struct RepairSelection: Sendable {
  var codes: Set<Diagnostic.Code> = []
  var targets: Set<Repair.Target> = []

  func includes(_ code: Diagnostic.Code) -> Bool {
    codes.contains(code) || codes.isEmpty && targets.isEmpty
  }
}

extension ParameterForm where Value == RepairSelection {
  /// Codes of findings, each with or without a place in the file, with commas between.
  fileprivate static let repairSelection = ParameterForm<[String]>.list(
    of: .text(1...100), count: 1...100
  ).map { texts throws(ParameterFault) in
    var selection = RepairSelection()
    for text in texts {
      let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
      let code = Diagnostic.Code(rawValue: String(halves[0]))
      guard Rules.description(of: code) != nil else {
        throw ParameterFault("“\(halves[0].prefix(50))” is not the code of a finding")
      }
      guard halves.count == 2 else {
        selection.codes.insert(code)
        continue
      }
      let numbers = halves[1].split(separator: ":", omittingEmptySubsequences: false).map {
        Int($0)
      }
      guard numbers.count == 2, let line = numbers[0], let column = numbers[1], line > 0, column > 0
      else {
        throw ParameterFault("“\(text.prefix(50))” is not CODE@LINE:COLUMN, such as spike@12:5")
      }
      selection.targets.insert(Repair.Target(code, line: line, column: column))
    }
    return selection
  }
}

/// What gaps on one side of a length mean.
struct JoinBound: Sendable {
  let length: Distance
  let policy: JoinPolicy
}

extension ParameterForm where Value == [JoinBound] {
  /// `DISTANCE:POLICY`, with commas between.
  fileprivate static let joinBounds = ParameterForm<[String]>.list(
    of: .text(6...50, pattern: "^[^:]+:(walk|ferry|counted)$"), count: 1...100
  ).map { texts throws(ParameterFault) in
    var bounds: [JoinBound] = []
    for text in texts {
      let sides = text.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count == 2, let policy = JoinPolicy(rawValue: String(sides[1])),
        JoinPolicy.choices.contains(policy)
      else {
        throw ParameterFault(
          "“\(text.prefix(50))” is not DISTANCE:POLICY, such as 2km:ferry (walk, ferry or counted)")
      }
      bounds.append(
        JoinBound(
          length: try ParameterForm<Distance>.distance.read(String(sides[0])), policy: policy))
    }
    return bounds
  }
}

extension ParameterForm where Value == [Int: JoinPolicy] {
  /// `N:POLICY` of single gaps, with commas between.
  fileprivate static let numberedJoins = ParameterForm<[String]>.list(
    of: .text(6...20, pattern: "^[1-9][0-9]{0,6}:(walk|ferry|counted)$"), count: 1...1_000
  ).map { texts throws(ParameterFault) in
    var joins: [Int: JoinPolicy] = [:]
    for text in texts {
      let sides = text.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count == 2, let number = Int(sides[0]), number >= 1,
        let policy = JoinPolicy(rawValue: String(sides[1])), JoinPolicy.choices.contains(policy)
      else {
        throw ParameterFault(
          "“\(text.prefix(50))” is not N:POLICY, such as 3:ferry (walk, ferry or counted)")
      }
      joins[number] = policy
    }
    return joins
  }
}
