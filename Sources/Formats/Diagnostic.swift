/// How bad a fault is: an error stops whatever needs the file, a warning asks for a look, an info
/// only tells.
public enum Severity: String, Hashable, Sendable, CaseIterable, Comparable {
  case info, warning, error

  public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .info: 0
    case .warning: 1
    case .error: 2
    }
  }
}

/// Something that a reader noticed, with its place in the file.
public struct Diagnostic: Error, Hashable, Sendable {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
  }

  public let code: Code
  public let severity: Severity
  /// A sentence for people: what was found and what would be right.
  public let message: String
  /// Bytes from the start of the file, where there is a place.
  public let offset: Int?
  /// Counted from 1.
  public internal(set) var line: Int?
  /// Characters (Unicode scalars), counted from 1.
  public internal(set) var column: Int?
  /// RFC 6901, in JSON files.
  public let pointer: String?
  /// The edits that mend it, where the reader knows them.
  public let remedy: [RouteEdit]
  /// Whether the edits take out what somebody wrote, or rest on a guess at what was meant.
  public let isGuess: Bool

  public init(
    _ code: Code, _ severity: Severity, _ message: String, offset: Int? = nil,
    pointer: String? = nil, remedy: [RouteEdit] = [], isGuess: Bool = false
  ) {
    self.remedy = remedy
    self.isGuess = isGuess
    self.code = code
    self.severity = severity
    self.message = message
    self.offset = offset
    self.pointer = pointer
  }
}

extension Diagnostic.Code {
  // The file as a whole.
  public static let unknownFormat = Self(rawValue: "format-unknown")
  public static let unpacked = Self(rawValue: "unpacked")
  public static let sequence = Self(rawValue: "sequence")
  public static let encoding = Self(rawValue: "encoding")
  public static let declarationLate = Self(rawValue: "declaration-late")
  public static let commentLong = Self(rawValue: "comment-long")
  public static let notWellFormed = Self(rawValue: "not-well-formed")
  public static let doctype = Self(rawValue: "doctype")
  public static let checkSum = Self(rawValue: "check-sum")
  public static let limit = Self(rawValue: "limit")
  public static let textCut = Self(rawValue: "text-cut")
  public static let noLine = Self(rawValue: "no-line")

  // Numbers and coordinates.
  public static let numberSyntax = Self(rawValue: "number-syntax")
  public static let numberRange = Self(rawValue: "number-range")
  public static let coordinateMissing = Self(rawValue: "coordinate-missing")
  public static let latitudeRange = Self(rawValue: "latitude-range")
  public static let longitudeRange = Self(rawValue: "longitude-range")
  public static let longitudeWrapped = Self(rawValue: "longitude-wrapped")
  public static let elevationSyntax = Self(rawValue: "elevation-syntax")
  public static let timeSyntax = Self(rawValue: "time-syntax")

  public static let polylineEscaped = Self(rawValue: "polyline-escaped")
  public static let polylineTriples = Self(rawValue: "polyline-triples")
  public static let tupleComma = Self(rawValue: "tuple-comma")

  // Structure.
  public static let emptyPart = Self(rawValue: "empty-part")
  public static let onePointPart = Self(rawValue: "one-point-part")
  public static let pointsUnplaced = Self(rawValue: "points-unplaced")
  public static let misplaced = Self(rawValue: "element-misplaced")
  public static let routesIgnored = Self(rawValue: "routes-ignored")
  public static let shapingPoints = Self(rawValue: "shaping-points")
  public static let routeNames = Self(rawValue: "route-names")
  public static let nameMarkup = Self(rawValue: "name-markup")
  public static let nameLong = Self(rawValue: "name-long")
  public static let nameCharacters = Self(rawValue: "name-characters")
  public static let nameRepeated = Self(rawValue: "name-repeated")
  public static let memberMissing = Self(rawValue: "member-missing")
  public static let memberType = Self(rawValue: "member-type")
  public static let memberDuplicate = Self(rawValue: "member-duplicate")
  public static let memberForbidden = Self(rawValue: "member-forbidden")
  public static let typeUnknown = Self(rawValue: "type-unknown")
  public static let positionTooShort = Self(rawValue: "position-too-short")
  public static let positionTooLong = Self(rawValue: "position-too-long")
  public static let positionNotNumber = Self(rawValue: "position-not-number")
  public static let coordinatesDepth = Self(rawValue: "coordinates-depth")
  public static let ringOpen = Self(rawValue: "ring-open")
  public static let ringWinding = Self(rawValue: "ring-winding")
  public static let collectionSingle = Self(rawValue: "collection-single")
  public static let bbox = Self(rawValue: "bbox")
  public static let crsLegacy = Self(rawValue: "crs-legacy")
  public static let crsUnknown = Self(rawValue: "crs-unknown")
  public static let area = Self(rawValue: "area")
  public static let byteOrderMark = Self(rawValue: "byte-order-mark")
  public static let version = Self(rawValue: "version")

  // What the standards ask and readers can do without.
  public static let namespace = Self(rawValue: "namespace")
  public static let prefixUndeclared = Self(rawValue: "prefix-undeclared")
  public static let schemaOrder = Self(rawValue: "schema-order")
  public static let schemaElement = Self(rawValue: "schema-element")
  public static let schemaAttribute = Self(rawValue: "schema-attribute")
  public static let schemaValue = Self(rawValue: "schema-value")
  public static let schemaRepeated = Self(rawValue: "schema-repeated")
  public static let attributeMissing = Self(rawValue: "attribute-missing")
  public static let boundsWrong = Self(rawValue: "bounds-wrong")
  public static let bboxWrong = Self(rawValue: "bbox-wrong")
  public static let antimeridianUncut = Self(rawValue: "antimeridian-uncut")
  public static let memberMisspelt = Self(rawValue: "member-misspelt")
  public static let collectionNested = Self(rawValue: "collection-nested")
  public static let collectionProperties = Self(rawValue: "collection-properties")
  public static let networkLink = Self(rawValue: "network-link")
  public static let noGeometry = Self(rawValue: "no-geometry")

  // What our own files say about a route.
  public static let routeProperty = Self(rawValue: "route-property")
}

/// The diagnostics of one reading, bounded in number.
struct DiagnosticList {
  /// After this many the rest is only counted, and a file with this many errors is read no further.
  static let most = 1_000

  static let hopelessMessage =
    "the file has \(most) errors up to here and is read no further: mend these first"

  private(set) var all: [Diagnostic] = []
  private(set) var left = 0
  private var errorCount = 0
  private var summaryCount = 0
  /// Whether the file was read no further.
  private(set) var isCutShort = false

  var hasErrors: Bool { errorCount > 0 }
  /// Errors that what comes later in the file may explain.
  private var excused = 0
  /// Whether reading on would only find more of the same.
  var isHopeless: Bool { errorCount - excused >= Self.most }

  /// Lets the last error not count as a reason to read no further.
  mutating func excuse() { excused += 1 }

  /// - Parameter diagnostic: made only where there is still room for it.
  mutating func add(_ diagnostic: @autoclosure () -> Diagnostic, severity: Severity) {
    // Errors have room of their own: a thousand warnings must not hide that a file is cut off.
    let hasRoom: Bool
    if severity == .error {
      hasRoom = errorCount < Self.most
      errorCount += 1
    } else {
      hasRoom = all.count - min(errorCount, Self.most) - summaryCount < Self.most
    }
    if hasRoom { all.append(diagnostic()) } else { left += 1 }
  }

  mutating func add(_ diagnostic: Diagnostic) { add(diagnostic, severity: diagnostic.severity) }

  /// Adds what was noticed at a byte; its parts are made only where there is still room for it.
  mutating func note(
    _ code: Diagnostic.Code, _ severity: Severity, _ message: @autoclosure () -> String,
    at offset: @autoclosure () -> Int, pointer: @autoclosure () -> String? = nil,
    remedy: @autoclosure () -> [RouteEdit] = [], isGuess: Bool = false
  ) {
    add(
      Diagnostic(
        code, severity, message(), offset: offset(), pointer: pointer(), remedy: remedy(),
        isGuess: isGuess),
      severity: severity)
  }

  /// Errors of one cause each: the index of the first in `all`, and how many there are.
  private var causes: [String: (index: Int, count: Int)] = [:]

  /// Adds an error that many places have for one cause, such as another reference system: the first is
  /// kept, the others are only counted.
  ///
  /// - Parameter cause: nothing where the error is one of its own.
  mutating func note(
    _ code: Diagnostic.Code, cause: String, _ message: @autoclosure () -> String,
    at offset: @autoclosure () -> Int, pointer: @autoclosure () -> String? = nil
  ) {
    if cause.isEmpty {
      note(code, .error, message(), at: offset(), pointer: pointer())
    } else if let found = causes[cause] {
      causes[cause] = (found.index, found.count + 1)
    } else if errorCount < Self.most {
      causes[cause] = (all.count, 1)
      note(code, .error, message() + cause, at: offset(), pointer: pointer())
    } else {
      left += 1
    }
  }

  /// All that is kept, where one stands for others with their number.
  var told: [Diagnostic] {
    var told = all
    for (index, count) in causes.values where count > 1 {
      let first = all[index]
      told[index] = Diagnostic(
        first.code, first.severity,
        first.message + " (\(count) positions of the file, here first)", offset: first.offset,
        pointer: first.pointer, remedy: first.remedy, isGuess: first.isGuess)
    }
    return told
  }

  /// Adds that a text is longer than is kept.
  mutating func noteCut(
    limit: Int, at offset: @autoclosure () -> Int, pointer: @autoclosure () -> String? = nil
  ) {
    note(
      .textCut, .warning,
      "the text has more than \(limit) bytes, the limit; the rest is left out", at: offset(),
      pointer: pointer())
  }

  /// Adds what stands for many places: its number is bounded by the one who made it, so a thousand
  /// warnings before it do not hide it.
  mutating func addSummary(_ diagnostic: Diagnostic) {
    summaryCount += 1
    all.append(diagnostic)
  }

  /// Counts diagnostics that are not kept.
  mutating func leaveOut(_ count: Int) { left += count }

  /// Adds why the file was read no further, for which there is always room.
  mutating func addLast(_ diagnostic: Diagnostic) {
    errorCount += 1
    isCutShort = true
    all.append(diagnostic)
  }
}
