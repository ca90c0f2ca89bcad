public import Geodesy

/// A place on the line whose official distance is known.
public struct Marker: Hashable, Sendable {
  public var name: String?
  /// Metres along the geometric measure.
  public var geometricMeters: Double
  /// What people are told at that place.
  public var officialDistance: Distance

  public init(name: String? = nil, geometricMeters: Double, officialDistance: Distance) {
    self.name = name
    self.geometricMeters = geometricMeters
    self.officialDistance = officialDistance
  }
}

/// The map between the official and the geometric measure of one pass: linear between markers.
///
/// The start is 0 unless it is marked; after the last marker it runs 1:1 unless an official length
/// fixes the end. Without markers and official length it is the identity, exact to the rounding of
/// the micrometre.
struct Calibration: Sendable {
  /// One linear stretch.
  private struct Stretch {
    var official: Int64
    var geometric: Double
    var officialEnd: Int64
    var geometricEnd: Double
    /// 1:1, evaluated without the ratio, which would be off by the rounding of the length.
    var isUnit: Bool
  }

  private let stretches: [Stretch]
  var start: Distance { Distance(micrometers: stretches[0].official) }
  var end: Distance { Distance(micrometers: stretches[stretches.count - 1].officialEnd) }

  /// - Parameters:
  ///   - markers: strictly increasing in both measures, within the line.
  ///   - officialLength: from the start to the end of the pass.
  ///   - passMeters: geometric length of the pass.
  /// - Throws: `calibration` naming the marker that does not fit.
  init(
    passMeters: Double, markers: [Marker], officialLength: Distance?
  ) throws(RouteError) {
    guard let natural = Distance(roundingMeters: passMeters) else {
      throw RouteError(
        .calibration, "the route's length \(passMeters) m is beyond what is possible")
    }
    var knots: [(official: Int64, geometric: Double, name: String)] = []
    if markers.first?.geometricMeters != 0 { knots.append((0, 0, "the start")) }
    for marker in markers {
      let name =
        marker.name.map { "the marker “\($0)”" } ?? "the marker at \(marker.officialDistance)"
      guard marker.geometricMeters >= 0, marker.geometricMeters <= passMeters else {
        throw RouteError(.calibration, "\(name) does not lie on the route")
      }
      if let last = knots.last {
        guard marker.geometricMeters > last.geometric,
          marker.officialDistance.micrometers > last.official
        else {
          throw RouteError(
            .calibration,
            "\(name) at \(marker.officialDistance) lies \(marker.geometricMeters) m along the line, "
              + "which does not increase after \(last.name) (\(last.geometric) m along it); markers "
              + "must increase in both")
        }
      }
      knots.append((marker.officialDistance.micrometers, marker.geometricMeters, name))
    }
    var tailIsUnit = true
    let last = knots[knots.count - 1]
    if let officialLength {
      guard officialLength > .zero, passMeters > 0 else {
        throw RouteError(
          .calibration,
          passMeters > 0
            ? "the official length \(officialLength) must be above 0"
            : "a route of length 0 cannot have an official length")
      }
      let (end, overflow) = knots[0].official.addingReportingOverflow(officialLength.micrometers)
      if overflow {
        throw RouteError(.calibration, "the official length \(officialLength) is too long")
      }
      if last.geometric == passMeters {
        guard end == last.official else {
          throw RouteError(
            .calibration,
            "the official length \(officialLength) disagrees with \(last.name), which marks the end "
              + "of the route at \(Distance(micrometers: last.official))")
        }
      } else {
        guard end > last.official else {
          throw RouteError(
            .calibration,
            "the official length \(officialLength) is not beyond \(last.name) at "
              + "\(Distance(micrometers: last.official))")
        }
        knots.append((end, passMeters, "the end"))
        tailIsUnit = false
      }
    }
    if tailIsUnit, last.geometric < passMeters || knots.count == 1 {
      // Rounded from the end, so that the identity's length is the rounded length.
      let rest =
        last.geometric == 0
        ? natural : Distance(roundingMeters: passMeters - last.geometric) ?? natural
      let (end, overflow) = last.official.addingReportingOverflow(rest.micrometers)
      if overflow { throw RouteError(.calibration, "\(last.name) is too far") }
      knots.append((end, passMeters, "the end"))
    } else {
      tailIsUnit = false
    }
    stretches = zip(knots, knots.dropFirst()).enumerated().map { index, pair in
      Stretch(
        official: pair.0.official, geometric: pair.0.geometric, officialEnd: pair.1.official,
        geometricEnd: pair.1.geometric, isUnit: tailIsUnit && index == knots.count - 2)
    }
  }

  /// Geometric metres at an official distance, clamped to the pass. O(log markers).
  func geometricMeters(at official: Distance) -> Double {
    let value = official.micrometers
    let i =
      stretches.count == 1 ? 0 : max(stretches.partitioningIndex { $0.official > value } - 1, 0)
    let stretch = stretches[i]
    if value <= stretch.official { return stretch.geometric }
    if value >= stretch.officialEnd { return stretch.geometricEnd }
    let along = Double(value - stretch.official)
    let meters =
      stretch.isUnit
      ? along / 1e6
      : along / Double(stretch.officialEnd - stretch.official)
        * (stretch.geometricEnd - stretch.geometric)
    return min(stretch.geometric + meters, stretch.geometricEnd)
  }

  /// The official distance at a geometric measure, rounded to a micrometre. O(log markers).
  func officialDistance(atMeters meters: Double) -> Distance {
    let i =
      stretches.count == 1 ? 0 : max(stretches.partitioningIndex { $0.geometric > meters } - 1, 0)
    let stretch = stretches[i]
    if meters <= stretch.geometric { return Distance(micrometers: stretch.official) }
    if meters >= stretch.geometricEnd { return Distance(micrometers: stretch.officialEnd) }
    let along = meters - stretch.geometric
    let micrometers =
      stretch.isUnit
      ? along * 1e6
      : along / (stretch.geometricEnd - stretch.geometric)
        * Double(stretch.officialEnd - stretch.official)
    let value = stretch.official + Int64(micrometers.rounded(.toNearestOrEven))
    return Distance(micrometers: min(value, stretch.officialEnd))
  }

  /// One linear stretch as `pieces(from:to:descending:)` needs it.
  struct LinearStretch {
    var official: Int64
    var geometric: Double
    var officialEnd: Int64
    var geometricEnd: Double
    var metersPerMicrometer: Double
    var hasPrevious: Bool
    var hasNext: Bool
  }

  /// The stretches that overlap a geometric interval, ascending. Beyond the pass lies the way back to
  /// the start of the next lap, which is not bent.
  func linearStretches(touching from: Double, _ to: Double) -> [LinearStretch] {
    let end = stretches[stretches.count - 1]
    var found: [LinearStretch] = []
    var i = max(stretches.partitioningIndex { $0.geometric > from } - 1, 0)
    while i < stretches.count, stretches[i].geometric < to {
      if stretches[i].geometricEnd > from { found.append(linearStretch(i)) }
      i += 1
    }
    if to > end.geometricEnd {
      found.append(
        LinearStretch(
          official: end.officialEnd, geometric: end.geometricEnd, officialEnd: .max / 2,
          geometricEnd: to, metersPerMicrometer: 1e-6, hasPrevious: true, hasNext: false))
    }
    return found
  }

  /// The stretch that a whole interval lies in where there is only one; nil elsewhere.
  func onlyStretch(_ from: Double, _ to: Double) -> LinearStretch? {
    stretches.count == 1 && to <= stretches[0].geometricEnd ? linearStretch(0) : nil
  }

  private func linearStretch(_ i: Int) -> LinearStretch {
    let stretch = stretches[i]
    return LinearStretch(
      official: stretch.official, geometric: stretch.geometric, officialEnd: stretch.officialEnd,
      geometricEnd: stretch.geometricEnd,
      metersPerMicrometer: stretch.isUnit
        ? 1e-6
        : (stretch.geometricEnd - stretch.geometric)
          / Double(stretch.officialEnd - stretch.official),
      hasPrevious: i > 0, hasNext: i + 1 < stretches.count)
  }
}
