internal import Formats

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

  /// Reads what `DateTimeText` does, in the zone where the text has no offset.
  static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int, zone: ZoneOffsets?
  ) -> Result<Int64, Fault> {
    guard let time = DateTimeText(bytes, from: start, to: end) else { return .failure(.syntax) }
    guard let offset = time.offsetSeconds ?? zone?.offset(atLocalSeconds: time.localSeconds) else {
      return .failure(.noOffset)
    }
    return .success((time.localSeconds - offset) * 1_000_000 + time.microseconds)
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
    let first = Int64(DateTimeText.dayNumber(1900, 1, 1)) * 86_400
    let last = Int64(DateTimeText.dayNumber(2200, 1, 1)) * 86_400
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
