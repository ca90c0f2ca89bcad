internal import Geodesy

/// How much a route goes up and down.
public struct Climb: Hashable, Sendable {
  public let ascentMeters: Double
  public let descentMeters: Double
}

extension Route {
  /// A rise or fall smaller than this between two turning points is taken for noise: 5 m.
  public static let climbThresholdMeters = 5.0

  /// The climb over all parts, or nil where no vertex has an elevation.
  ///
  /// The profile is reduced to the turning points between which it rises or falls by at least the
  /// threshold; what lies between them is counted in full, so ascent less descent is exactly the
  /// last elevation less the first of each stretch. Vertices without an elevation are passed over;
  /// each part stands alone.
  /// - Complexity: O(vertices).
  public func climb(thresholdMeters: Double = Route.climbThresholdMeters) -> Climb? {
    var ascent = CompensatedSum()
    var descent = CompensatedSum()
    var isKnown = false
    for index in 0..<partCount {
      var turns = TurningPoints(threshold: max(thresholdMeters, 0))
      for vertex in part(index) where !vertex.elevationMetersOrNaN.isNaN {
        isKnown = true
        if let step = turns.add(vertex.elevationMetersOrNaN) {
          if step > 0 { ascent.add(step) } else { descent.add(-step) }
        }
      }
      let rest = turns.finish()
      if rest > 0 { ascent.add(rest) } else { descent.add(-rest) }
    }
    return isKnown ? Climb(ascentMeters: ascent.value, descentMeters: descent.value) : nil
  }
}

/// Reduces a profile to turning points at least a threshold apart; yields the steps between them.
private struct TurningPoints {
  private let threshold: Double
  private var turn: Double?
  /// The range so far while no step is as large as the threshold.
  private var low = 0.0
  private var high = 0.0
  private var extreme = 0.0
  private var last = 0.0
  /// +1 while rising, -1 while falling, 0 before the first step as large as the threshold.
  private var direction = 0.0

  init(threshold: Double) { self.threshold = threshold }

  mutating func add(_ elevation: Double) -> Double? {
    last = elevation
    guard let turn else {
      self.turn = elevation
      low = elevation
      high = elevation
      return nil
    }
    if direction == 0 {
      low = min(low, elevation)
      high = max(high, elevation)
      // The first turn is taken off this step if it is below the threshold, as the last one is.
      if high - low >= threshold, high > low {
        direction = elevation == high ? 1 : -1
        extreme = elevation
      }
      return nil
    }
    if (elevation - extreme) * direction >= 0 {
      extreme = elevation
      return nil
    }
    guard (extreme - elevation) * direction >= threshold else { return nil }
    let step = extreme - turn
    self.turn = extreme
    extreme = elevation
    direction = -direction
    return step
  }

  /// What is left. A last turn below the threshold is taken off the step before it, so that the sum
  /// of all steps is the last elevation less the first.
  func finish() -> Double {
    turn.map { last - $0 } ?? 0
  }
}
