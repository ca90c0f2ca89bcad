public import Geodesy

/// The quest's length Q against the official length O of its course, both above 0.
///
/// Teams walk Q to travel O. A place at official distance w is reached with ceil(w·Q/O) walked, and
/// a walked total t leads to the place floor(t·O/Q): integers, computed in 128 bits.
public struct Scale: Hashable, Sendable {
  public let questLength: Distance
  public let officialLength: Distance

  /// - Throws: `invalid` where a length is not above 0.
  public init(questLength: Distance, officialLength: Distance) throws(LedgerError) {
    guard questLength > .zero, officialLength > .zero else {
      throw LedgerError(
        .invalid,
        "a quest's length and its route's are above 0; they are \(questLength) and "
          + "\(officialLength)")
    }
    self.questLength = questLength
    self.officialLength = officialLength
  }

  /// The walked total that reaches an official distance from the start; at most Q.
  public func threshold(at place: Distance) -> Distance {
    if place <= .zero { return .zero }
    if place >= officialLength { return questLength }
    let product = Int128(place.micrometers) * Int128(questLength.micrometers)
    let official = Int128(officialLength.micrometers)
    return Distance(micrometers: Int64((product + official - 1) / official))
  }

  /// The walked total that reaches a percentage of the quest, 0 to 100.
  public func threshold(percent: Int) -> Distance {
    let product = Int128(questLength.micrometers) * Int128(min(max(percent, 0), 100))
    return Distance(micrometers: Int64((product + 99) / 100))
  }

  /// The official distance from the start that a walked total leads to; at most O.
  public func place(of total: Distance) -> Distance {
    if total <= .zero { return .zero }
    if total >= questLength { return officialLength }
    let product = Int128(total.micrometers) * Int128(officialLength.micrometers)
    return Distance(micrometers: Int64(product / Int128(questLength.micrometers)))
  }

  /// Millionths of a percent of the quest that a walked total makes, cut off; at most 100 %.
  public func percentMillionths(of total: Distance) -> Int64 {
    if total <= .zero { return 0 }
    if total >= questLength { return 100_000_000 }
    return Int64(Int128(total.micrometers) * 100_000_000 / Int128(questLength.micrometers))
  }
}
