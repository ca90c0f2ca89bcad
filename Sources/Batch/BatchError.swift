internal import Base

/// What keeps a file of activities from being counted.
public struct BatchError: Error, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let header = Code(rawValue: "header")
    public static let row = Code(rawValue: "row")
    public static let read = Code(rawValue: "read")
    public static let gzip = Code(rawValue: "gzip")
    public static let partial = Code(rawValue: "partial")
    public static let zone = Code(rawValue: "zone")
  }

  public let code: Code
  /// From 1; nil where the whole file is meant.
  public let line: Int?
  public let message: String

  public init(_ code: Code, line: Int? = nil, _ message: String) {
    self.code = code
    self.line = line
    self.message = message
  }

  public var description: String { line.map { "\($0): \(message)" } ?? message }
}

/// The kinds of rows that cannot be counted.
public enum RowFault: Int, Error, CaseIterable, Sendable {
  case fieldCount, quote, rowLength, teamEmpty, teamEncoding, distanceSyntax, distanceNotPositive
  case distanceTooLong, timeSyntax, timeWithoutZone, activityEmpty, activityConflict, routeUnknown
  case textEncoding, personEmpty, durationSyntax, privateSyntax
  case distanceAmbiguous
  case teamName, personName, zoneUnknown
  case distanceUnit, distanceUnitM, distanceUnitPoint
  case timeTooEarly

  /// What is wrong with the name of a person.
  init(ofPerson fault: Name.Fault) { self = fault == .empty ? .personEmpty : .personName }

  /// A stable name.
  public var name: String {
    switch self {
    case .fieldCount: "field-count"
    case .quote: "quote"
    case .rowLength: "row-length"
    case .teamEmpty: "team-empty"
    case .teamEncoding: "team-encoding"
    case .distanceSyntax: "distance-syntax"
    case .distanceNotPositive: "distance-not-positive"
    case .distanceTooLong: "distance-too-long"
    case .timeSyntax: "time-syntax"
    case .timeWithoutZone: "time-without-zone"
    case .activityEmpty: "activity-empty"
    case .activityConflict: "activity-conflict"
    case .routeUnknown: "route-unknown"
    case .textEncoding: "text-encoding"
    case .personEmpty: "person-empty"
    case .durationSyntax: "duration-syntax"
    case .privateSyntax: "private-syntax"
    case .distanceAmbiguous: "distance-ambiguous"
    case .teamName: "team-name"
    case .personName: "person-name"
    case .zoneUnknown: "zone-unknown"
    case .distanceUnit: "distance-unit"
    case .distanceUnitM: "distance-unit-m"
    case .distanceUnitPoint: "distance-unit-point"
    case .timeTooEarly: "time-too-early"
    }
  }

  private static func nameMessage(_ whose: String) -> String {
    "the name of the \(whose) has a control character, a line break, a character that changes the "
      + "direction of text, or nothing visible"
  }

  private static func encodingMessage(_ what: String) -> String {
    "\(what) has bytes that are not text in the file's encoding; that is UTF-8 unless --encoding names "
      + "another, such as windows-1252"
  }

  /// What is wrong and what would be right.
  public func message(limits: BatchLimits) -> String {
    switch self {
    case .fieldCount:
      "the row does not have as many fields as the header; --separator names another separator"
    case .quote: "a quoted field is not closed, or something follows its closing quote"
    case .rowLength: "the row has more than \(limits.rowBytes) bytes, the limit"
    case .teamEmpty: "the team is empty"
    case .teamEncoding: Self.encodingMessage("the team")
    case .distanceSyntax:
      "the distance is not a number with a point for decimals, such as 12.5 or 12.5 km; --decimal comma "
        + "reads decimal commas, --decimal point commas between thousands"
    case .distanceNotPositive: "the distance is not above 0"
    case .distanceTooLong:
      "the distance is above \(limits.longestActivity.exactText(in: .kilometers)) km, the limit for one "
        + "activity"
    case .timeSyntax: "the time is not RFC 3339, such as 2026-05-03T18:30:00Z"
    case .timeTooEarly:
      "the time is before 1900, the earliest that can be kept; spreadsheets show a time without a date "
        + "as one of 1899"
    case .timeWithoutZone:
      "the time has no offset from UTC: write one, or name the zone with --zone"
    case .activityEmpty: "the activity's id is empty"
    case .activityConflict: "the activity's id stands on another row with other content"
    case .routeUnknown: "the route is none of those given"
    case .textEncoding: Self.encodingMessage("a text")
    case .personEmpty: "the person is empty"
    case .durationSyntax: "the duration is not a whole number of seconds"
    case .privateSyntax: "private is neither true nor false"
    case .distanceAmbiguous:
      "the distance can be read in two ways, as thousands or with decimals: name what stands before "
        + "the decimals with --decimal point or --decimal comma"
    case .teamName: Self.nameMessage("team")
    case .personName: Self.nameMessage("person")
    case .distanceUnit: "the distance's unit is not one: use mi, km, m, ft or yd"
    case .distanceUnitM: "the distance's unit “M” can mean meters or miles: write m or mi"
    case .distanceUnitPoint:
      "the distance's unit ends with a point: write the unit without it, such as 5 mi"
    case .zoneUnknown:
      "the zone is neither an IANA zone that the system knows nor an offset such as +09:00"
    }
  }
}
