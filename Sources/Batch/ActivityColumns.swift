public import CivilTime
public import Formats
public import Geodesy

/// The bounds on a file of activities. A breach names the limit.
public struct BatchLimits: Sendable {
  /// Bytes of one row; a quote that is opened must be closed within them.
  public var rowBytes = 64 * 1024
  /// The longest distance that is one activity.
  public var longestActivity = Distance(micrometers: 500_000_000_000)

  public static let standard = BatchLimits()
  public init() {}
}

/// Which activities of a file count, and how its columns are called.
public struct ActivityColumns: Sendable {
  /// Nil takes `team_id` or `team`.
  public var team: String?
  /// Nil takes `distance_meters`, `distance_km`, `distance_miles` or `distance`.
  public var distance: String?
  /// The unit of a bare number; nil takes that of the column's name, else metres.
  public var unit: DistanceUnit?
  /// Nil takes `started_at` or `time`, where there is one.
  public var time: String?
  /// Nil takes `activity_id`, where there is one.
  public var activity: String?
  /// Nil takes `quest_id` or `route`; read only where there are several routes.
  public var route: String?
  /// The team and the person of rows in a table that has no column for them.
  public var everyTeam: String?
  public var everyPerson: String?
  /// How characters are encoded; nil takes UTF-8, and UTF-16 by its byte order mark or zero bytes.
  public var encoding: TextEncoding?
  /// The character between fields; nil finds it out by the header.
  public var separator: UInt8?
  /// What stands before decimals; nil finds it out by each number, and refuses those that could be
  /// read both ways.
  public var decimalMark: DecimalMark?
  /// Whether repeats of one activity count once. Costs memory for every distinct activity.
  public var deduplicates = true

  public init() {}

  /// The separator that somebody names: `comma`, `semicolon`, `tab`, `bar` or the character itself; nil
  /// for what cannot be one.
  public static func separator(named name: String) -> UInt8? {
    let named: [String: UInt8] = ["comma": 0x2C, "semicolon": 0x3B, "tab": 0x09, "bar": 0x7C]
    // Shells make it hard to type a tab.
    let text = name == "\\t" ? "tab" : name
    if let known = named[text.lowercased()] { return known }
    guard text.utf8.count == 1, let byte = text.utf8.first, byte < 0x80, byte > 0x1F,
      !(0x30...0x39 ~= byte), byte != 0x22, !text.allSatisfy(\.isLetter)
    else { return nil }
    return byte
  }
}

/// The window of time that counts: [from, until), and what had happened by `asOf`, that instant
/// included.
public struct TimeWindow: Sendable {
  public var from: Instant?
  public var until: Instant?
  public var asOf: Instant?

  public init(from: Instant? = nil, until: Instant? = nil, asOf: Instant? = nil) {
    self.from = from
    self.until = until
    self.asOf = asOf
  }

  public var isOpen: Bool { from == nil && until == nil && asOf == nil }

  @inline(__always)
  func contains(_ instant: Instant) -> Bool {
    (from.map { $0 <= instant } ?? true) && (until.map { instant < $0 } ?? true)
      && (asOf.map { instant <= $0 } ?? true)
  }
}
