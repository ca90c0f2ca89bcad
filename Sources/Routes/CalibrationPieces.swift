internal import Geodesy

extension Calibration {
  /// A run of whole micrometres of official distance on which the map is linear.
  struct Piece {
    /// The first and the last micrometre whose place lies in the run.
    var first: Int64
    var last: Int64
    /// Geometric metres at the first.
    var metersAtFirst: Double
    var metersPerMicrometer: Double
  }

  /// Hands out the pieces of the half-open geometric interval [from, to), in the order of travel.
  ///
  /// - Parameter descending: the interval is (from, to] and walked from its end.
  func eachPiece(
    from: Double, to: Double, descending: Bool, _ body: (Piece) -> Void
  ) {
    // One stretch for the whole pass is what most routes have; no list is made for it.
    if let stretch = onlyStretch(from, to) {
      if let piece = piece(of: stretch, from, to, descending) { body(piece) }
      return
    }
    let stretches = linearStretches(touching: from, to)
    for stretch in descending ? stretches.reversed() : stretches {
      if let piece = piece(of: stretch, from, to, descending) { body(piece) }
    }
  }

  private func piece(
    of stretch: LinearStretch, _ from: Double, _ to: Double, _ descending: Bool
  ) -> Piece? {
    let low = max(from, stretch.geometric)
    let high = min(to, stretch.geometricEnd)
    func meters(_ official: Int64) -> Double {
      // The end is where it is marked, whatever the ratio's rounding makes of it.
      if official >= stretch.officialEnd { return stretch.geometricEnd }
      return stretch.geometric
        + Double(official - stretch.official) * stretch.metersPerMicrometer
    }
    func official(_ meters: Double) -> Int64 {
      let along = (meters - stretch.geometric) / stretch.metersPerMicrometer
      let most = stretch.officialEnd - stretch.official
      return along < Double(most) ? stretch.official + Int64(max(along, 0)) : stretch.officialEnd
    }
    // Whole micrometres inside; the guess is off by one at most.
    var first = official(low)
    while first > stretch.official, isInside(meters(first - 1), low, descending) { first -= 1 }
    while !isInside(meters(first), low, descending), first < stretch.officialEnd { first += 1 }
    var last = official(high)
    while last < stretch.officialEnd, isBefore(meters(last + 1), high, descending) { last += 1 }
    while last >= first, !isBefore(meters(last), high, descending) { last -= 1 }
    // The knot between two stretches belongs to one of them.
    if !descending, last == stretch.officialEnd, stretch.hasNext { last -= 1 }
    if descending, first == stretch.official, stretch.hasPrevious { first += 1 }
    guard first <= last else { return nil }
    return Piece(
      first: first, last: last, metersAtFirst: meters(first),
      metersPerMicrometer: stretch.metersPerMicrometer)
  }

  private func isInside(_ meters: Double, _ low: Double, _ descending: Bool) -> Bool {
    descending ? meters > low : meters >= low
  }

  private func isBefore(_ meters: Double, _ high: Double, _ descending: Bool) -> Bool {
    descending ? meters <= high : meters < high
  }
}
