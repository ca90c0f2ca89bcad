/// An IANA time zone: what the clocks of a place show at any moment.
///
/// An immutable value, safe to share; unlike `TZ` and `tzset` it touches nothing of the process.
/// Reads TZif files (RFC 9636), the rule in their footer included, so that it knows the future too.
public struct Zone: Sendable {
  public let name: String
  /// UTC seconds at which an offset begins, ascending.
  private let changes: [Int64]
  /// The offset that begins with the change of the same index.
  private let offsets: [Int32]
  /// The offset before the first change.
  private let firstOffset: Int32
  /// What holds after the last change.
  private let rule: ZoneRule?

  public static let utc = Zone(
    name: "UTC", changes: [], offsets: [], firstOffset: 0, rule: nil)

  private init(
    name: String, changes: [Int64], offsets: [Int32], firstOffset: Int32, rule: ZoneRule?
  ) {
    self.name = name
    self.changes = changes
    self.offsets = offsets
    self.firstOffset = firstOffset
    self.rule = rule
  }

  /// The zone whose clocks are always as far ahead of UTC as an offset says, which is its name.
  ///
  /// - Returns: nil where the text is not a sign and `hh:mm`.
  public init?(offset text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 6, bytes[0] == 0x2B || bytes[0] == 0x2D, bytes[3] == 0x3A else {
      return nil
    }
    let digits = [1, 2, 4, 5].map { Int32(bytes[$0]) - 0x30 }
    guard digits.allSatisfy({ 0...9 ~= $0 }) else { return nil }
    let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
    guard hours < 24, minutes < 60 else { return nil }
    let seconds = hours * 3600 + minutes * 60
    self.init(
      name: text, changes: [], offsets: [], firstOffset: bytes[0] == 0x2D ? -seconds : seconds,
      rule: nil)
  }

  /// How an offset of whole minutes, less than a day, is written.
  package static func offsetText(seconds: Int64) -> String {
    let minutes = abs(seconds) / 60
    func pair(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
    return (seconds < 0 ? "-" : "+") + pair(minutes / 60) + ":" + pair(minutes % 60)
  }

  /// Reads a zone from the bytes of its TZif file.
  ///
  /// - Throws: `zone-data` where the bytes are not such a file.
  public init(name: String, tzif bytes: [UInt8]) throws(ZoneError) {
    var file = TZifReader(bytes, zone: name)
    let data = try file.read()
    self.init(
      name: name, changes: data.changes, offsets: data.offsets, firstOffset: data.firstOffset,
      rule: data.rule)
  }

  /// Seconds that the zone's clocks are ahead of UTC at a moment. O(log changes).
  public func offsetSeconds(at instant: Instant) -> Int64 {
    offsetSeconds(atUTCSeconds: instant.seconds)
  }

  private func offsetSeconds(atUTCSeconds seconds: Int64) -> Int64 {
    let past = changeCount(upTo: seconds)
    if past == changes.count, let rule { return rule.offsetSeconds(at: seconds) }
    return Int64(past == 0 ? firstOffset : offsets[past - 1])
  }

  /// How many of the listed changes have happened by a moment.
  private func changeCount(upTo seconds: Int64) -> Int {
    var low = 0
    var high = changes.count
    while low < high {
      let middle = (low + high) / 2
      if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The first moment after another at which the offset may change, or nil where none follows.
  private func nextChange(after seconds: Int64) -> Int64? {
    let past = changeCount(upTo: seconds)
    return past < changes.count ? changes[past] : rule?.nextChange(after: seconds)
  }

  /// Seconds that the zone's clocks are ahead of UTC when they show a time, given as seconds since
  /// 1970 on that clock. O(log changes).
  ///
  /// Of a time that the clocks show twice the first is meant; at a time that they skip, the offset
  /// before the change holds.
  public func offsetSeconds(atLocalSeconds local: Int64) -> Int64 {
    // No clock is further from UTC than a day and two hours (POSIX's bound), so that all changes that
    // matter come after this moment. What lies beyond any calendar is brought near one.
    let local = min(max(local, -1 << 50), 1 << 50)
    var seconds = local - 26 * 3600
    var offset = offsetSeconds(atUTCSeconds: seconds)
    while let change = nextChange(after: seconds), change + offset <= local {
      let next = offsetSeconds(atUTCSeconds: change)
      if local < change + next { return offset }
      seconds = change
      offset = next
    }
    return offset
  }

  /// Whether the zone's clocks never show a time, given as seconds since 1970 on that clock, because
  /// they are put forward over it.
  func skips(localSeconds local: Int64) -> Bool {
    let seconds = local - offsetSeconds(atLocalSeconds: local)
    return seconds + offsetSeconds(atUTCSeconds: seconds) != local
  }

  /// When the zone's clocks first show a day; where they skip its midnight, when they are put forward.
  public func start(of day: Day) -> Instant {
    let local = day.number &* 86_400
    return Instant(microseconds: 0).advanced(
      bySeconds: local - offsetSeconds(atLocalSeconds: local))
  }

  /// The calendar day that the zone's clocks show at a moment.
  public func day(at instant: Instant) -> Day {
    let (local, overflow) = instant.seconds.addingReportingOverflow(offsetSeconds(at: instant))
    return Day(containingUTCSeconds: overflow ? instant.seconds : local)
  }
}

/// What keeps a zone from being known.
public struct ZoneError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let unknown = Code(rawValue: "zone-unknown")
    public static let data = Code(rawValue: "zone-data")
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
