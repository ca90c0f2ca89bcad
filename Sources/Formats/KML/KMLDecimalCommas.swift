/// The tuples of one `coordinates` that may be numbers with decimal commas: `7,050 50,001`, where the
/// longitude and the latitude of one place were written.
///
/// Read as they stand they would be places on the other side of the Earth. In sound coordinates the
/// first tuple already shows that it is none of these, so nothing is kept.
struct KMLDecimalCommas {
  /// So many that nobody needs to see more of them; an even number.
  private static let enough = 10_000

  private var held: [KMLTuple] = []
  /// Whether one of the tuples was none of these.
  private var isOver = false

  var isEmpty: Bool { held.isEmpty }
  var first: KMLTuple? { held.first }

  /// Begins with other coordinates.
  mutating func begin() {
    held = []
    isOver = false
  }

  /// Keeps a tuple back while all may be such numbers; false where it is to be read, after those that
  /// `release` gives.
  @inline(__always)
  mutating func hold(_ tuple: KMLTuple) -> Bool { isOver ? false : keep(tuple) }

  @inline(never)
  private mutating func keep(_ tuple: KMLTuple) -> Bool {
    if held.count >= Self.enough { return true }
    guard let degrees = tuple.degreesBeforeComma, degrees <= (held.count % 2 == 0 ? 180 : 90) else {
      isOver = true
      return false
    }
    held.append(tuple)
    return true
  }

  /// Whether all tuples are such numbers, two for each of so many places at least.
  func arePlaces(atLeast count: Int) -> Bool {
    !isOver && held.count >= 2 * count && held.count.isMultiple(of: 2)
  }

  /// The tuples that were kept back.
  mutating func release() -> [KMLTuple] {
    let tuples = held
    held = []
    isOver = true
    return tuples
  }
}
