#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// RFC 3339 text as microseconds since 1970 UTC.
public enum Instant {
  enum Fault: Error { case syntax, noOffset }

  /// - Parameter zone: what a time without an offset is in; nil refuses it.
  /// - Throws: `zone` or `row` with what is wrong.
  public static func parse(_ text: String, zone: ZoneOffsets? = nil) throws(BatchError) -> Int64 {
    var text = text
    do throws(Fault) {
      var result: Result<Int64, Fault> = .failure(.syntax)
      text.withUTF8 { result = parse($0, 0, $0.count, zone: zone) }
      return try result.get()
    } catch {
      switch error {
      case .syntax:
        throw BatchError(.row, "“\(text)” is not a time in RFC 3339, such as 2026-05-03T18:30:00Z")
      case .noOffset:
        throw BatchError(
          .zone, "“\(text)” has no offset from UTC: add one, such as Z or +02:00, or name a zone")
      }
    }
  }

  /// Reads `YYYY-MM-DD` and, unless that is all, `Thh:mm:ss[.f…][Z|±hh:mm]`. A leap second is the
  /// second after it. A bare date is its midnight.
  static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, zone: ZoneOffsets?
  ) -> Result<Int64, Fault> {
    var i = start
    func digits(_ count: Int) -> Int? {
      guard i + count <= end else { return nil }
      var value = 0
      for k in i..<i + count {
        let digit = bytes[k] &- 0x30
        if digit > 9 { return nil }
        value = value * 10 + Int(digit)
      }
      i += count
      return value
    }
    func take(_ byte: UInt8) -> Bool {
      guard i < end, bytes[i] == byte else { return false }
      i += 1
      return true
    }
    guard let year = digits(4), take(0x2D), let month = digits(2), take(0x2D),
      let day = digits(2), (1...12).contains(month), day >= 1, day <= days(in: month, of: year)
    else { return .failure(.syntax) }
    var hour = 0
    var minute = 0
    var second = 0
    var micros: Int64 = 0
    if i < end {
      guard bytes[i] | 0x20 == 0x74 || bytes[i] == 0x20 else { return .failure(.syntax) }
      i += 1
      guard let h = digits(2), take(0x3A), let m = digits(2), h < 24, m < 60 else {
        return .failure(.syntax)
      }
      (hour, minute) = (h, m)
      if take(0x3A) {
        guard let s = digits(2), s <= 60 else { return .failure(.syntax) }
        second = s
        if i < end, bytes[i] == 0x2E || bytes[i] == 0x2C {
          i += 1
          var scale: Int64 = 100_000
          let first = i
          while i < end, bytes[i] &- 0x30 < 10 {
            micros += Int64(bytes[i] - 0x30) * scale
            scale /= 10
            i += 1
          }
          if i == first { return .failure(.syntax) }
        }
      }
    }
    let local =
      Int64(dayNumber(year, month, day)) * 86_400 + Int64(hour * 3600 + minute * 60 + second)
    var offset: Int64
    if i == end {
      guard let zone else { return .failure(.noOffset) }
      offset = zone.offset(atLocalSeconds: local)
    } else if bytes[i] | 0x20 == 0x7A {
      i += 1
      offset = 0
    } else {
      guard bytes[i] == 0x2B || bytes[i] == 0x2D else { return .failure(.syntax) }
      let isWest = bytes[i] == 0x2D
      i += 1
      guard let h = digits(2), h < 24 else { return .failure(.syntax) }
      _ = take(0x3A)
      guard let m = digits(2), m < 60 else { return .failure(.syntax) }
      offset = Int64(h * 3600 + m * 60)
      if isWest { offset = -offset }
    }
    guard i == end else { return .failure(.syntax) }
    return .success((local - offset) * 1_000_000 + micros)
  }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, days_from_civil).
  static func dayNumber(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }
}

/// The offsets of an IANA time zone from UTC, 1900 to 2200.
public struct ZoneOffsets: Sendable {
  /// UTC seconds from which an offset in seconds holds, ascending.
  private var changes: [(from: Int64, offset: Int64)]

  /// Asks the system's zone data. Changes the process's `TZ` for the moment, so it is for start-up.
  ///
  /// - Throws: `zone` where the system does not know the name.
  public init(named name: String) throws(BatchError) {
    let isPlain = !name.isEmpty && !name.hasPrefix("/") && !name.contains("..")
    let folder = getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
    guard isPlain, Self.isZoneFile("\(folder)/\(name)") else {
      throw BatchError(
        .zone,
        "“\(name)” is no time zone that this system knows; use an IANA name such as "
          + "Europe/London (Debian's package tzdata has them)")
    }
    let before = getenv("TZ").map { String(cString: $0) }
    setenv("TZ", ":" + name, 1)
    tzset()
    func offset(_ seconds: Int64) -> Int64 {
      var time = time_t(seconds)
      var parts = tm()
      localtime_r(&time, &parts)
      return Int64(parts.tm_gmtoff)
    }
    // No zone has changed twice within twelve hours since 1900.
    let step: Int64 = 12 * 3600
    let first = Int64(Instant.dayNumber(1900, 1, 1)) * 86_400
    let last = Int64(Instant.dayNumber(2200, 1, 1)) * 86_400
    changes = [(.min, offset(first))]
    var at = first
    while at < last {
      let next = at + step
      if offset(next) != changes[changes.count - 1].offset {
        var low = at
        var high = next
        while low + 1 < high {
          let middle = low + (high - low) / 2
          if offset(middle) == changes[changes.count - 1].offset {
            low = middle
          } else {
            high = middle
          }
        }
        changes.append((high, offset(high)))
      }
      at = next
    }
    if let before { setenv("TZ", before, 1) } else { unsetenv("TZ") }
    tzset()
  }

  /// Whether a file holds a zone, and not a list of zones or nothing at all as a folder does: the
  /// system would take those for UTC.
  private static func isZoneFile(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var magic: [UInt8] = [0, 0, 0, 0]
    return read(descriptor, &magic, 4) == 4 && magic == Array("TZif".utf8)
  }

  /// The offset in seconds at a local time: of two, the first; in a gap, that before it.
  func offset(atLocalSeconds local: Int64) -> Int64 {
    var low = 0
    var high = changes.count
    // The last change that lies before the local time on the clock that it ends.
    while low + 1 < high {
      let middle = (low + high) / 2
      if changes[middle].from + changes[middle - 1].offset <= local {
        low = middle
      } else {
        high = middle
      }
    }
    if low > 0, local < changes[low].from + changes[low].offset {
      // The clock went forward over this time.
      return changes[low - 1].offset
    }
    return changes[low].offset
  }
}
