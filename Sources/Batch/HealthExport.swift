internal import Base
internal import CExpat
internal import CivilTime
internal import Geodesy

/// The walks of the `export.xml` that Apple Health writes, one at a time.
///
/// The file has every heartbeat of years and may be gigabytes long, so it is read as a stream, in
/// memory of one piece. Its workouts on foot are walks. The declaration of its type is passed over
/// unread: several versions of it are not XML, and none is needed.
public final class HealthExport {
  private static let pieceBytes = 64 * 1024
  /// Before the first element.
  private static let mostHeadBytes = 1 << 20
  private static let mostNesting = 64
  private static let mostTokenBytes = 1 << 20

  /// Workouts that are no walks, by what the file calls them.
  public private(set) var passedOver: [String: Int] = [:]
  /// Bytes read of the file, packed where it is packed.
  public var bytesRead: Int { bytes.bytesRead }

  private let bytes: FileBytes
  private let parser: XML_Parser
  private var isAtEnd = false
  private var fedBytes = 0
  private var nesting = 0
  private var failure: BatchError?
  private var workout: Workout?
  private var found: [Result<ActivityRecord, BadRow>] = []

  private struct Workout {
    let line: Int
    let attributes: [String: String]
    /// The distance on foot that its statistics state, with its unit.
    var distance: String?
  }

  /// Whether a file begins as such an export.
  public static func isOne(_ head: [UInt8]) -> Bool {
    let text = String(decoding: head.prefix(4_096), as: UTF8.self)
    return text.contains("<!DOCTYPE HealthData") || text.contains("<HealthData")
  }

  /// - Parameter descriptor: of an open file, pipe or socket, gzip-compressed or not; stays the
  ///   caller's.
  /// - Throws: `read`, `gzip`, and `header` for any other file.
  public init(descriptor: Int32) throws(BatchError) {
    bytes = FileBytes(descriptor)
    guard let parser = XML_ParserCreate(nil) else {
      throw BatchError(.read, "the system ran out of memory")
    }
    self.parser = parser
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { context, name, attributes in
        guard let context, let name, let attributes else { return }
        HealthExport.of(context).started(String(cString: name), attributes)
      },
      { context, name in
        guard let context, let name else { return }
        HealthExport.of(context).ended(String(cString: name))
      })
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      // The one that the export has was taken out.
      guard let context else { return }
      HealthExport.of(context).stop("a second DOCTYPE, which no export has")
    }
    feed(try head(), isLast: false)
  }

  deinit { XML_ParserFree(parser) }

  private static func of(_ context: UnsafeMutableRawPointer) -> HealthExport {
    Unmanaged<HealthExport>.fromOpaque(context).takeUnretainedValue()
  }

  /// The next walk, or why a workout is none; nil after the last.
  ///
  /// - Throws: `read` with the line where the file cannot be read on.
  public func next() throws(BatchError) -> Result<ActivityRecord, BadRow>? {
    while found.isEmpty {
      if let failure { throw failure }
      if isAtEnd { return nil }
      let piece = bytes.read(most: Self.pieceBytes)
      if let failure = bytes.failure { throw failure }
      isAtEnd = piece.isEmpty
      feed(piece, isLast: isAtEnd)
    }
    return found.removeFirst()
  }

  // MARK: The stream

  /// The file up to its first element or beyond, with blanks in place of the declaration of its type.
  private func head() throws(BatchError) -> [UInt8] {
    var head: [UInt8] = []
    let (first, declaration) = (Array("<HealthData".utf8), Array("<!DOCTYPE".utf8))
    while head.count <= Self.mostHeadBytes {
      let piece = bytes.read(most: Self.pieceBytes)
      if let failure = bytes.failure { throw failure }
      // Where the piece before ends within the word, it is found all the same.
      let from = max(head.count - first.count, 0)
      head += piece
      if let start = head[from...].firstRange(of: first)?.lowerBound {
        if let type = head[..<start].firstRange(of: declaration)?.lowerBound {
          for index in type..<start where head[index] != 0x0A { head[index] = 0x20 }
        }
        return head
      }
      if piece.isEmpty { break }
    }
    throw BatchError(
      .header, line: 1, "this is not an export of Apple Health: the element HealthData is missing")
  }

  private func feed(_ piece: [UInt8], isLast: Bool) {
    let status = piece.withUnsafeBytes { buffer in
      withUnsafePointer(to: CChar(0)) { nothing in
        XML_Parse(
          parser, buffer.baseAddress?.assumingMemoryBound(to: CChar.self) ?? nothing,
          Int32(buffer.count), isLast ? 1 : 0)
      }
    }
    fedBytes += piece.count
    if status == XML_STATUS_OK {
      // What expat could not finish is kept and looked at again.
      let index = Int(XML_GetCurrentByteIndex(parser))
      if index >= 0, fedBytes - index > Self.mostTokenBytes {
        stop("a tag or comment of more than \(Self.mostTokenBytes) bytes")
      }
    } else if failure == nil {
      let what = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "a fault"
      failure = BatchError(
        .read, line: line,
        "the file cannot be read on: \(what)" + (isLast ? ", so it may be cut off" : ""))
    }
  }

  private func stop(_ what: String) {
    if failure != nil { return }
    failure = BatchError(.read, line: line, "the file cannot be read on: it has \(what)")
    XML_StopParser(parser, UInt8(XML_FALSE))
  }

  private var line: Int { Int(XML_GetCurrentLineNumber(parser)) }

  private func started(
    _ name: String, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>
  ) {
    nesting += 1
    if nesting > Self.mostNesting {
      return stop("elements nested more than \(Self.mostNesting) levels deep")
    }
    // Of millions of other elements the attributes are not looked at.
    switch name {
    case "Workout" where workout == nil:
      workout = Workout(line: line, attributes: Self.texts(attributes))
    case "WorkoutStatistics" where workout != nil:
      let fields = Self.texts(attributes)
      if fields["type"] == "HKQuantityTypeIdentifierDistanceWalkingRunning",
        let sum = fields["sum"]
      {
        workout?.distance = "\(sum) \(fields["unit"] ?? "")"
      }
    default: break
    }
  }

  private func ended(_ name: String) {
    nesting -= 1
    guard name == "Workout", let workout else { return }
    self.workout = nil
    take(workout)
  }

  private static func texts(
    _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>
  ) -> [String: String] {
    var texts: [String: String] = [:]
    var index = 0
    while let name = attributes[index], let value = attributes[index + 1] {
      texts[String(cString: name)] = String(cString: value)
      index += 2
    }
    return texts
  }

  // MARK: Walks

  private func take(_ workout: Workout) {
    let fields = workout.attributes
    let prefix = "HKWorkoutActivityType"
    let type = fields["workoutActivityType"] ?? ""
    let sport = type.hasPrefix(prefix) ? String(type.dropFirst(prefix.count)) : type
    guard WalkExport.isOnFoot(sport) else {
      passedOver[sport, default: 0] += 1
      return
    }
    // Until 2022 the workout itself had its distance.
    let written =
      workout.distance
      ?? fields["totalDistance"].map { "\($0) \(fields["totalDistanceUnit"] ?? "")" }
    guard let written else {
      passedOver["\(sport) without a distance", default: 0] += 1
      return
    }
    found.append(
      Result { () throws(BadRow) in try record(workout.line, sport, fields, written) })
  }

  private func record(
    _ line: Int, _ sport: String, _ fields: [String: String], _ written: String
  ) throws(BadRow) -> ActivityRecord {
    var record = ActivityRecord()
    record.line = line
    guard let start = Self.moment(fields["startDate"]) else {
      throw BadRow(line: line, fault: .timeSyntax)
    }
    guard let distance = try? Distance(written) else {
      throw BadRow(line: line, fault: .distanceSyntax)
    }
    guard distance > .zero else { throw BadRow(line: line, fault: .distanceNotPositive) }
    record.instant = start.instant
    record.offset = start.offset
    record.distance = distance
    if let end = Self.moment(fields["endDate"])?.instant, end > start.instant {
      record.durationSeconds = (end.microseconds - start.instant.microseconds) / 1_000_000
    }
    let source = fields["sourceName"] ?? ""
    record.activity = "health \(start.instant.microseconds) \(source)"
    record.source = source.isEmpty ? "Apple Health" : "Apple Health, \(source)"
    record.note = "\(sport). Counted: the device’s distance."
    return record
  }

  /// A moment such as `2026-05-03 20:30:00 +0200`.
  private static func moment(_ text: String?) -> WrittenInstant? {
    let words = (text ?? "").split(separator: " ")
    guard words.count == 3, words[2].utf8.count == 5 else { return nil }
    return WrittenInstant(
      rfc3339: "\(words[0])T\(words[1])\(words[2].prefix(3)):\(words[2].suffix(2))")
  }
}
