import Batch
import CivilTime

/// Instants as options have them: RFC 3339, or a date, which means a day of the zone.
struct TimeReading {
  let zoneName: String
  let offsets: ZoneOffsets

  /// - Throws: `usage` where the system has no such zone.
  init(zone: String) throws {
    zoneName = zone
    do { offsets = try ZoneOffsets(named: zone) } catch {
      throw Failure(.usage, "--zone: \(error.message)")
    }
  }

  /// - Parameter isEnd: whether a date means the moment after its last.
  func instant(_ text: String, _ option: String, isEnd: Bool = false) throws -> CivilTime.Instant {
    do throws(BatchError) {
      guard let day = Self.day(text) else {
        return CivilTime.Instant(microseconds: try Batch.Instant.parse(text, zone: offsets))
      }
      let meant = isEnd ? day.advanced(by: 1) : day
      return CivilTime.Instant(
        microseconds: try Batch.Instant.parse("\(meant)T00:00:00", zone: offsets))
    } catch {
      throw Failure(.usage, "\(option): \(error.message), or a date such as 2026-05-03")
    }
  }

  /// A moment to look back from; a date means the end of its day.
  func past(_ text: String, _ option: String) throws -> CivilTime.Instant {
    let instant = try instant(text, option, isEnd: true)
    return Self.day(text) == nil ? instant : instant.advanced(byMicroseconds: -1)
  }

  private static func day(_ text: String) -> Day? {
    let numbers = text.split(separator: "-", omittingEmptySubsequences: false)
    guard text.utf8.count == 10, numbers.count == 3, let year = Int(numbers[0]),
      let month = Int(numbers[1]), let day = Int(numbers[2])
    else { return nil }
    return Day(year: year, month: month, day: day)
  }
}
