import Foundation
import Geodesy
import Testing

/// C. F. F. Karney's test set for geodesics (doi 10.5281/zenodo.32156): 10,000 lines with 18 digits.
///
/// The truth and the answer are compared as integers of 1e-18 degrees or metres, so that the
/// comparison adds no rounding of its own.
struct GeodTestCorpus {
  static let file = packageRoot.deletingLastPathComponent()
    .appending(path: "shared/corpus/geodesic/GeodTest-short.dat.gz")

  static var isThere: Bool { FileManager.default.fileExists(atPath: file.path) }

  /// One line of the file: the exact columns, and those that are inputs as doubles too.
  struct Line {
    let number: Int
    let columns: [Fixed]
    let text: Substring

    var latitude1: Fixed { columns[0] }
    var longitude1: Fixed { columns[1] }
    var azimuth1: Fixed { columns[2] }
    var latitude2: Fixed { columns[3] }
    var longitude2: Fixed { columns[4] }
    var azimuth2: Fixed { columns[5] }
    var meters: Fixed { columns[6] }
    /// How far the second point moves per radian of azimuth at the first.
    var reducedLengthMeters: Double { columns[8].double }
  }

  /// All lines, decompressed by gzip.
  static func lines() throws -> [Line] {
    let (status, data) = try Home.run("/usr/bin/env", ["gzip", "-dc", file.path])
    try #require(status == 0, "gzip could not read \(file.path)")
    return try String(decoding: data, as: UTF8.self).split(separator: "\n").enumerated().map {
      number, text in
      // The last column is an area of up to 20 digits before the point; it is not needed.
      let columns = try text.split(separator: " ").prefix(9).map { try #require(Fixed($0)) }
      try #require(columns.count == 9)
      return Line(number: number + 1, columns: columns, text: text)
    }
  }
}

/// The folder that holds `Package.swift`, also where this file is reached through a link.
let packageRoot = URL(filePath: #filePath).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// A number as an exact count of 1e-18.
struct Fixed {
  static let one: Int128 = 1_000_000_000_000_000_000
  let units: Int128

  init(units: Int128) { self.units = units }

  /// A decimal number with up to 18 decimals; more are rounded away.
  init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let whole = parts[0].drop { $0 == "-" }
    let fraction = parts.count > 1 ? parts[1] : ""
    // The file writes a half as ".5".
    guard let high = Int128("0" + whole),
      let low = Int128((fraction + String(repeating: "0", count: 19)).prefix(19))
    else { return nil }
    let magnitude = high * Self.one + (low + 5) / 10
    units = text.hasPrefix("-") ? -magnitude : magnitude
  }

  /// A double, exact down to 1e-18.
  init(_ value: Double) {
    let magnitude = Int128(value.significandBitPattern | (value.isNormal ? 1 << 52 : 0)) * Self.one
    let shift = 52 - Int(value.exponent)
    let shifted = shift > 126 ? 0 : shift >= 0 ? magnitude >> shift : magnitude << -shift
    units = value == 0 ? 0 : value < 0 ? -shifted : shifted
  }

  /// The nearest double.
  var double: Double { Double(units) / 1e18 }

  static func - (a: Fixed, b: Fixed) -> Fixed { Fixed(units: a.units - b.units) }

  /// For angles in degrees: within half a turn.
  var withinHalfTurn: Fixed {
    let turn = 360 * Self.one
    var rest = units % turn
    if rest > turn / 2 { rest -= turn }
    if rest < -turn / 2 { rest += turn }
    return Fixed(units: rest)
  }
}
