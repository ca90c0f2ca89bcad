/// A team's id as it stands in a file: a whole number, or any other text.
public enum TeamKey: Hashable, Sendable {
  /// Without leading zeros or sign, so that the text is the number's only one.
  case number(Int64)
  case text(String)

  public var text: String {
    switch self {
    case .number(let value): String(value)
    case .text(let text): text
    }
  }

  /// The number that the text states, also with leading zeros or a minus.
  var integer: Int64? {
    switch self {
    case .number(let value): value
    case .text(let text): text.hasPrefix("+") ? nil : Int64(text)
    }
  }

  /// Whether the text is a whole number, also one of more digits than `integer` holds.
  var isInteger: Bool {
    guard case .text(let text) = self else { return true }
    let digits = text.utf8.drop { $0 == 0x2D }
    return !digits.isEmpty && text.utf8.count - digits.count <= 1
      && digits.allSatisfy { $0 &- 0x30 < 10 }
  }

  /// Whether one whole number of any size is less than another; nil where they are equal.
  static func isLess(_ a: String, _ b: String) -> Bool? {
    let x = a.utf8.drop { $0 == 0x2D || $0 == 0x30 }
    let y = b.utf8.drop { $0 == 0x2D || $0 == 0x30 }
    let isNegative = a.hasPrefix("-") && !x.isEmpty
    if isNegative != (b.hasPrefix("-") && !y.isEmpty) { return isNegative }
    if x.elementsEqual(y) { return nil }
    let isShort = x.count != y.count ? x.count < y.count : x.lexicographicallyPrecedes(y)
    return isShort != isNegative
  }

  init(_ text: String) {
    if let value = Int64(text), value >= 0, String(value) == text {
      self = .number(value)
    } else {
      self = .text(text)
    }
  }
}

/// What a team has walked.
public struct TeamTotal: Hashable, Sendable {
  public var activities: Int64 = 0
  public var micrometers: Int64 = 0

  /// Answers whether the sum overflowed.
  mutating func add(_ other: TeamTotal) -> Bool {
    let (sum, overflow) = micrometers.addingReportingOverflow(other.micrometers)
    micrometers = sum
    activities &+= other.activities
    return overflow
  }
}

/// Totals by team, on one route.
///
/// Small numbers index a table directly, other numbers and texts are hashed. Memory grows with the
/// teams: 16 bytes for each number below a million up to the largest seen, about 80 for any other.
struct TeamTable: Sendable {
  private static let directLimit: UInt64 = 1 << 20

  private var direct: [TeamTotal] = []
  private(set) var numbers: [Int64: TeamTotal] = [:]
  private(set) var texts: [String: TeamTotal] = [:]
  /// Set where a team's sum has left the range of a distance.
  private(set) var overflowed = false

  /// Adds one activity each for columns of teams and distances.
  ///
  /// Apart from the parsing nothing in this loop is guessed wrong, so the processor has many of the
  /// table's cache misses under way at once.
  mutating func add(
    numbers: UnsafeBufferPointer<Int64>, micrometers: UnsafeBufferPointer<Int64>
  ) {
    var largest: UInt64 = 0
    for number in numbers { largest = max(largest, UInt64(bitPattern: number)) }
    guard largest < Self.directLimit else {
      for (number, distance) in zip(numbers, micrometers) {
        add(.number(number), TeamTotal(activities: 1, micrometers: distance))
      }
      return
    }
    if largest >= UInt64(direct.count) { grow(to: Int(largest)) }
    var overflows = false
    direct.withUnsafeMutableBufferPointer { direct in
      let base = direct.baseAddress!
      for i in 0..<numbers.count {
        let total = base + Int(numbers[i])
        let (sum, overflow) = total.pointee.micrometers.addingReportingOverflow(micrometers[i])
        total.pointee.micrometers = sum
        total.pointee.activities &+= 1
        overflows = overflows || overflow
      }
    }
    if overflows { overflowed = true }
  }

  mutating func add(_ team: TeamKey, _ total: TeamTotal) {
    switch team {
    case .number(let number):
      let index = UInt64(bitPattern: number)
      if index < Self.directLimit {
        if index >= UInt64(direct.count) { grow(to: Int(index)) }
        overflowed = direct[Int(index)].add(total) || overflowed
      } else {
        overflowed = numbers[number, default: TeamTotal()].add(total) || overflowed
      }
    case .text(let text):
      overflowed = texts[text, default: TeamTotal()].add(total) || overflowed
    }
  }

  /// Adds another table. O(teams).
  mutating func add(_ other: TeamTable) {
    if other.direct.count > direct.count { grow(to: other.direct.count - 1) }
    for (index, total) in other.direct.enumerated() where total.activities > 0 {
      overflowed = direct[index].add(total) || overflowed
    }
    for (number, total) in other.numbers { add(.number(number), total) }
    for (text, total) in other.texts { add(.text(text), total) }
    overflowed = overflowed || other.overflowed
  }

  private mutating func grow(to index: Int) {
    let count = min(max(index + 1, direct.count * 2, 1024), Int(Self.directLimit))
    direct.append(contentsOf: repeatElement(TeamTotal(), count: count - direct.count))
  }

  /// All teams with activities: first the small numbers ascending, then the others in no order.
  func visit(_ body: (TeamKey, TeamTotal) -> Void) {
    for (index, total) in direct.enumerated() where total.activities > 0 {
      body(.number(Int64(index)), total)
    }
    for (number, total) in numbers { body(.number(number), total) }
    for (text, total) in texts { body(.text(text), total) }
  }

  var count: Int {
    direct.count { $0.activities > 0 } + numbers.count + texts.count
  }
}
