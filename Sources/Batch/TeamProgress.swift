public import Geodesy
public import Routes

/// What keeps a file of activities from being counted.
public struct BatchError: Error, Sendable, CustomStringConvertible {
  /// From 1; nil where the whole file is meant.
  public let line: Int?
  public let message: String

  public var description: String { line.map { "\($0): \(message)" } ?? message }
}

/// The columns of a file of activities, by the names in its header.
public struct ActivityColumns: Sendable {
  /// Nil takes `team_id` or `team`.
  public var team: String?
  /// Nil takes `distance_meters`, `distance_km`, `distance_miles` or `distance`.
  public var distance: String?
  /// The unit of a bare number; nil takes that of the column's name, else metres.
  public var unit: DistanceUnit?

  public init(team: String? = nil, distance: String? = nil, unit: DistanceUnit? = nil) {
    self.team = team
    self.distance = distance
    self.unit = unit
  }
}

/// The exact totals of teams.
public struct TeamTotals: Sendable {
  public struct Total: Sendable, Equatable {
    public var activities = 0
    public var distance = Distance.zero
  }

  public private(set) var byTeam: [String: Total] = [:]

  /// Sums the activities of a CSV file.
  ///
  /// - Throws: `BatchError` with the line of the first row that cannot be counted.
  /// - Complexity: O(bytes).
  public init(csv bytes: [UInt8], columns: ActivityColumns = ActivityColumns()) throws(BatchError) {
    var failure: BatchError?
    var totals: [String: Total] = [:]
    bytes.withUnsafeBufferPointer { bytes in
      do throws(BatchError) {
        totals = try Self.sum(bytes, columns: columns)
      } catch { failure = error }
    }
    if let failure { throw failure }
    byTeam = totals
  }

  private static func sum(
    _ bytes: UnsafeBufferPointer<UInt8>, columns: ActivityColumns
  ) throws(BatchError) -> [String: Total] {
    var rows = CSVRows(bytes)
    guard let header = try next(&rows) else {
      throw BatchError(line: nil, message: "the file is empty; a header line is due")
    }
    let team = try column(
      columns.team, among: ["team_id", "team"], header, option: "--team-column")
    let distance = try column(
      columns.distance,
      among: ["distance_meters", "distance_km", "distance_miles", "distance"], header,
      option: "--distance-column")
    let unit = columns.unit ?? Self.unit(ofColumn: header[distance])
    var totals: [String: Total] = [:]
    while let row = try next(&rows) {
      guard row.count == header.count else {
        throw BatchError(
          line: rows.line,
          message: "the row has \(row.count) fields, the header has \(header.count)")
      }
      let name = row[team]
      if name.isEmpty { throw BatchError(line: rows.line, message: "the team is empty") }
      do throws(GeodesyError) {
        let walked = try Distance(row[distance], defaultUnit: unit)
        if walked < .zero {
          throw GeodesyError(.distanceSyntax, "the distance “\(row[distance])” is negative")
        }
        var total = totals[name] ?? Total()
        total.activities += 1
        total.distance = try total.distance.adding(walked)
        totals[name] = total
      } catch { throw BatchError(line: rows.line, message: error.message) }
    }
    return totals
  }

  private static func next(_ rows: inout CSVRows) throws(BatchError) -> [String]? {
    do { return try rows.next() } catch {
      switch error {
      case .openQuote(let line):
        throw BatchError(line: line, message: "the quote that opens here is never closed")
      case .textAfterQuote(let line):
        throw BatchError(
          line: line, message: "something follows a closing quote before the next comma")
      }
    }
  }

  private static func column(
    _ asked: String?, among names: [String], _ header: [String], option: String
  ) throws(BatchError) -> Int {
    let wanted = asked.map { [$0] } ?? names
    for name in wanted {
      if let index = header.firstIndex(of: name) { return index }
    }
    throw BatchError(
      line: 1,
      message: "no column \(wanted.map { "“\($0)”" }.joined(separator: " or ")) among "
        + "\(header.map { "“\($0)”" }.joined(separator: ", ")); name it with \(option)")
  }

  private static func unit(ofColumn name: String) -> DistanceUnit {
    if name.hasSuffix("_km") { return .kilometers }
    if name.hasSuffix("_miles") || name.hasSuffix("_mi") { return .miles }
    return .meters
  }
}

/// A team's line of the answer.
public struct TeamProgress: Sendable {
  public let team: String
  public let total: TeamTotals.Total
  public let position: Position
  /// Millionths of a percent, cut off, at most 100 %.
  public let percentMillionths: Int64
}

extension TeamTotals {
  /// Where every team stands, sorted by team: as numbers when all are integers, else by bytes.
  ///
  /// - Complexity: O(teams · log teams).
  public func progress(on route: MeasuredRoute) -> [TeamProgress] {
    let numbers = byTeam.keys.map { Int64($0) }
    let names: [String]
    if numbers.allSatisfy({ $0 != nil }) {
      names = byTeam.keys.sorted { (Int64($0) ?? 0, $0) < (Int64($1) ?? 0, $1) }
    } else {
      names = byTeam.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    let length = route.length.micrometers
    return names.map { name in
      let total = byTeam[name] ?? Total()
      let walked = total.distance.micrometers
      let place = route.start.micrometers.addingReportingOverflow(walked)
      let share =
        length <= 0 || walked >= length
        ? 100_000_000 : Int64(Int128(walked) * 100_000_000 / Int128(length))
      return TeamProgress(
        team: name, total: total,
        position: route.position(
          at: place.overflow ? route.end : Distance(micrometers: place.partialValue)),
        percentMillionths: share)
    }
  }
}
