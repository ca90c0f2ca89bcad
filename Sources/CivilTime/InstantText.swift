/// Why a text is not read as a moment.
public struct InstantTextError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The text is not a date and time.
    public static let syntax = Code(rawValue: "time-syntax")
    /// The text has no offset from UTC, and no zone was given.
    public static let noOffset = Code(rawValue: "time-without-offset")
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right.
  public let message: String

  public var description: String { message }
}

extension Instant {
  /// Reads RFC 3339 text, and what people write nearly like it: a blank for the `T`, no seconds, a
  /// date alone for its midnight, no offset where a zone is given.
  ///
  /// Of an hour that comes twice the first is meant; a time that the clocks skip is read with the
  /// offset before the change.
  /// - Throws: `time-syntax`, `time-without-offset`.
  public init(text: String, zone: Zone? = nil) throws(InstantTextError) {
    var text = text
    do throws(TextFault) {
      self = try text.withUTF8 { Instant.parse($0, from: 0, to: $0.count, zone: zone) }.get()
    } catch {
      throw switch error {
      case .syntax:
        InstantTextError(
          code: .syntax,
          message: "“\(text)” is not a time in RFC 3339, such as 2026-05-03T18:30:00Z")
      case .noOffset:
        InstantTextError(
          code: .noOffset,
          message: "“\(text)” has no offset from UTC: add one, such as Z or +02:00, or name a zone")
      }
    }
  }

  /// Reads RFC 3339 with seconds and an offset, from 1900 to 9999; nil where the text is anything
  /// else.
  public init?(rfc3339 text: String) {
    guard let written = WrittenInstant(rfc3339: text) else { return nil }
    self = written.instant
  }

  /// What is wrong with the bytes of a time, without their text.
  package enum TextFault: Error { case syntax, noOffset }

  /// The same as `init(text:zone:)` for a part of some bytes, without an allocation. O(bytes).
  package static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, zone: Zone?
  ) -> Result<Instant, TextFault> {
    time(bytes, from: start, to: end, zone: zone).map(\.instant)
  }

  /// The same, with the offset that the time is written with.
  package static func parseWritten(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, zone: Zone?
  ) -> Result<WrittenInstant, TextFault> {
    time(bytes, from: start, to: end, zone: zone).map { instant, text in
      var written = WrittenInstant(instant, offset: text.localOffset)
      if text.offsetSeconds == nil, let zone {
        written.isSkipped = zone.skips(localSeconds: text.localSeconds)
      }
      return written
    }
  }

  @inline(__always)
  private static func time(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int, zone: Zone?
  ) -> Result<(instant: Instant, text: DateTimeText), TextFault> {
    guard let time = DateTimeText(bytes, from: start, to: end) else { return .failure(.syntax) }
    guard
      let offset = time.offsetSeconds
        ?? zone?.offsetSeconds(atLocalSeconds: time.localSeconds)
    else { return .failure(.noOffset) }
    return .success((time.instant(offsetSeconds: offset), time))
  }
}

/// A moment, and the offset that it was written with.
public struct WrittenInstant: Hashable, Sendable {
  public let instant: Instant
  /// Such as `+09:00`; nil where the text does not tell the local time, as with `Z`.
  public let offset: String?
  /// Whether it is a local time that the clocks skip, read with the offset before the change.
  public package(set) var isSkipped = false

  public init(_ instant: Instant, offset: String? = nil) {
    self.instant = instant
    self.offset = offset
  }

  /// Reads RFC 3339 with seconds and an offset, from 1900 to 9999; nil where the text is anything
  /// else.
  public init?(rfc3339 text: String) {
    var text = text
    // Date, T, hours, minutes and seconds: what is shorter leaves some of it out.
    guard text.utf8.count >= 20,
      text.utf8[text.utf8.index(text.startIndex, offsetBy: 10)] | 0x20 == 0x74
    else { return nil }
    let time = text.withUTF8 { DateTimeText($0, from: 0, to: $0.count) }
    guard let time, time.offsetSeconds != nil else { return nil }
    let instant = time.instant
    guard Instant.earliest <= instant, instant <= Instant.latest else { return nil }
    self.init(instant, offset: time.localOffset)
  }
}

extension Day {
  /// Reads `YYYY-MM-DD`; nil where the text is anything else or the calendar has no such day.
  public init?(_ text: String) {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count == 10, numbers.count == 3,
      numbers.allSatisfy({ $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } }),
      let year = Int(numbers[0]), let month = Int(numbers[1]), let day = Int(numbers[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }
}
