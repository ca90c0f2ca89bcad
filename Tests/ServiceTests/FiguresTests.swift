import Base
import TestSupport
import Testing

@testable import Service

/// What Prometheus is told.
@Suite struct FiguresTests {
  /// The value of a series, with its labels as they are written.
  private func value(_ series: String, in text: String) -> Double? {
    text.split(separator: "\n").first { $0.hasPrefix(series + " ") }
      .flatMap { Double($0.dropFirst(series.count + 1)) }
  }

  @Test func theProcessIsToldOf() throws {
    let text = ProcessFigures.text
    let resident = try #require(value("process_resident_memory_bytes", in: text))
    let all = try #require(value("process_virtual_memory_bytes", in: text))
    #expect(resident > 1_048_576 && all > resident)
    let open = try #require(value("process_open_fds", in: text))
    let most = try #require(value("process_max_fds", in: text))
    #expect(open >= 3 && most > open)
    let start = try #require(value("process_start_time_seconds", in: text))
    #expect(start > 1_600_000_000)
    #expect(try #require(value("process_cpu_seconds_total", in: text)) > 0)
  }

  /// Nothing of it waits for the store, which is asked once a minute.
  @Test func theSizeOfTheStoreIsAskedForOnceAMinute() async {
    let now = Lock(ContinuousClock.now)
    let asked = Lock(0)
    let fails = Lock(false)
    struct Away: Error {}
    let ask: @Sendable () async throws -> Int64 = {
      let count = asked.withLock { count in
        count += 1
        return count
      }
      if fails.withLock({ $0 }) { throw Away() }
      return Int64(count)
    }
    let size = StoreSize(clock: { now.withLock { $0 } }, ask)
    #expect(size.bytes == nil)
    #expect(await eventually { () async in size.bytes == 1 })
    for _ in 0..<100 { #expect(size.bytes == 1) }
    now.withLock { $0 += StoreSize.freshTime - .milliseconds(1) }
    #expect(size.bytes == 1 && asked.withLock { $0 } == 1)
    now.withLock { $0 += .milliseconds(1) }
    #expect(size.bytes == 1)
    #expect(await eventually { () async in size.bytes == 2 })
    // A size that nobody knows any more is not told.
    fails.withLock { $0 = true }
    now.withLock { $0 += StoreSize.freshTime }
    _ = size.bytes
    #expect(await eventually { () async in size.bytes == nil })
    #expect(asked.withLock { $0 } == 3)
  }

  @Test func labelsAreEscaped() {
    var out = FiguresText()
    out.value("a", [("b", "x\\y\"z\nw")], 1)
    #expect(out.text == "a{b=\"x\\\\y\\\"z\\nw\"} 1\n")
  }

  /// Times are told by the class of the status, and their sum is what is kept of the day.
  @Test func timesAreToldByClass() {
    let metrics = Metrics()
    let series = metrics.series("getQuest")
    series.record(status: 200, seconds: 0.001)
    series.record(status: 201, seconds: 0.001)
    series.record(status: 503, seconds: 1_000)
    let text = metrics.text
    func count(_ name: String) -> Double? {
      value("milequest_request_seconds_count{operation=\"getQuest\",class=\"\(name)\"}", in: text)
    }
    #expect(count("2xx") == 2 && count("5xx") == 1 && count("4xx") == nil)
    #expect(metrics.sums(without: []).durations.total == 3)
    #expect(metrics.sums(without: []).errors == 1)
  }

  @Test func theServiceTellsOfItsStoreAndCaches() async throws {
    let service = try TestService()
    func told(_ series: String) -> Double? { value(series, in: service.backend.metricsText) }
    #expect(
      await eventually { () async in told("milequest_store_bytes").map { $0 > 4_096 } == true })
    #expect(told("milequest_build_info{version=\"unknown\",api=\"\(API.version)\"}") == 1)
    #expect(told("milequest_connections") == 0)
    #expect(told("milequest_store_commands_waiting") == 0)
    #expect(told("milequest_store_connections_busy{use=\"reads\"}") == nil)
    for cache in ["live-pages", "live-plans", "pictures", "progress", "routes", "store-plans"] {
      #expect(told("milequest_cache_entries{cache=\"\(cache)\"}") == 0, "\(cache)")
    }
  }
}
