import ArgumentParser
import Batch
import CivilTime

/// Which walks count.
struct CountingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Walks that began at this instant or later.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("Walks that began before this instant.", valueName: "time"))
  var until: String?

  @Option(
    help: ArgumentHelp(
      "Where the teams stood at this instant: walks that began at it or before.",
      valueName: "time"))
  var asOf: String?

  @Option(
    help: ArgumentHelp(
      "The IANA zone of times without an offset, such as Europe/London.", valueName: "zone"))
  var zone: String?

  @Flag(help: "Count bad rows by their kind and leave them out, instead of stopping at the first.")
  var skipBad = false

  @Option(
    help: ArgumentHelp(
      "The longest distance that is one activity: 500km by default.", valueName: "distance"))
  var longestActivity: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads: as many as processors by default.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads) is not within 1…1024")
    }
  }

  /// Whether anything is said.
  var isUsed: Bool {
    [from, until, asOf, zone, longestActivity].contains { $0 != nil } || skipBad || threads != nil
  }

  func limits() throws -> BatchLimits {
    var limits = BatchLimits.standard
    if let longestActivity {
      limits.longestActivity = try distance(longestActivity, option: "--longest-activity")
    }
    return limits
  }

  func timeZone() throws -> Zone? {
    guard let zone else { return nil }
    do { return try ZoneCatalog().zone(named: zone) } catch {
      throw Failure(.usage, "--zone: \(error.message)")
    }
  }

  func window(zone: Zone?) throws -> TimeWindow {
    func instant(_ text: String?, _ option: String) throws -> Instant? {
      guard let text else { return nil }
      do { return try Instant(text: text, zone: zone) } catch {
        throw Failure(.usage, "\(option): \(error.message)")
      }
    }
    let window = TimeWindow(
      from: try instant(from, "--from"), until: try instant(until, "--until"),
      asOf: try instant(asOf, "--as-of"))
    if let from = window.from, let until = window.until, from >= until {
      throw Failure(.usage, "--from must be before --until")
    }
    return window
  }
}
