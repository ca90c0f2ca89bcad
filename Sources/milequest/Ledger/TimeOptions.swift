import CivilTime

/// Instants as options have them: RFC 3339, or a date, which means a day of the zone.
///
/// Only where somebody names the zone may a time lack its offset; dates are days of UTC without one.
struct TimeReading {
  /// The zone that somebody has named.
  let zone: Zone?
  private let days: Zone

  /// - Throws: `usage` where the system has no such zone.
  init(zone: String?) throws {
    do throws(ZoneError) {
      days = try ZoneCatalog().zone(named: zone ?? "UTC")
    } catch {
      throw Failure(.usage, "--zone: \(error.message)")
    }
    self.zone = zone == nil ? nil : days
  }

  /// - Parameter isEnd: whether a date means the moment after its last.
  func instant(_ text: String, _ option: String, isEnd: Bool = false) throws -> Instant {
    do throws(InstantTextError) {
      guard let day = Day(text) else {
        return try Instant(text: text, zone: zone)
      }
      let meant = isEnd ? day.advanced(by: 1) : day
      return try Instant(text: "\(meant)T00:00:00", zone: days)
    } catch {
      throw Failure(.usage, "\(option): \(error.message), or a date such as 2026-05-03")
    }
  }

  /// A moment to look back from; a date means the end of its day.
  func past(_ text: String, _ option: String) throws -> Instant {
    let instant = try instant(text, option, isEnd: true)
    return Day(text) == nil ? instant : instant.advanced(byMicroseconds: -1)
  }
}
