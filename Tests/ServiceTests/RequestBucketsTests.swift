import Dispatch
import Foundation
import Testing

@testable import Service

@Suite(.serialized) struct RequestBucketsTests {
  private func buckets(_ stream: String, callers: Int = 1_000) -> RequestBuckets {
    var random = SplitMix64(stream)
    return RequestBuckets(callers: callers, using: &random)
  }

  @Test func oneCallersFloodDoesNotSlowAnother() {
    let buckets = buckets("oneCallersFloodDoesNotSlowAnother")
    var passed = 0
    for step in 0..<10_000 {
      let now = UInt64(step) * 1_000_000
      if buckets.take("ip:203.0.113.9", at: now).isAllowed { passed += 1 }
      // A request each 25 ms is within the rate.
      if step % 25 == 0 {
        #expect(buckets.take("ip:203.0.113.10", at: now).remaining >= 98)
      }
    }
    #expect(passed == 100 + 50 * 10 - 1)
  }

  /// More callers at once than there are places: nobody is refused for it, and one who used up his
  /// burst before does not get it back.
  @Test func aFullTableForgetsTheFullestBuckets() {
    let buckets = buckets("aFullTableForgetsTheFullestBuckets", callers: 1)
    let spenders = (0..<20).map { "spender \($0)" }
    for spender in spenders { for _ in 0..<100 { _ = buckets.take(spender, at: 0) } }
    for number in 0..<100_000 {
      let decision = buckets.take("new \(number)", at: UInt64(number))
      #expect(decision.isAllowed && decision.remaining == 99)
    }
    for spender in spenders { #expect(!buckets.take(spender, at: 200_000).isAllowed) }
    #expect(buckets.byteCount < 64 << 10)
  }

  @Test func threadsShareOneBucket() {
    let buckets = buckets("threadsShareOneBucket")
    nonisolated(unsafe) let passed = UnsafeMutablePointer<Int>.allocate(capacity: 8)
    passed.initialize(repeating: 0, count: 8)
    defer { passed.deallocate() }
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for round in 0..<2_000 {
        if buckets.take("one", at: 7).isAllowed { passed[thread] += 1 }
        _ = buckets.take("\(thread) \(round)", at: 7)
      }
    }
    #expect((0..<8).reduce(0) { $0 + passed[$1] } == 100)
  }

  @Test func aMillionCallersStayUnder128MiB() throws {
    let count = 1_000_000
    func filled() throws -> (buckets: RequestBuckets, grown: Int) {
      let before = try residentBytes()
      let buckets = self.buckets("aMillionCallersStayUnder128MiB", callers: count)
      for number in 0..<count { _ = buckets.take("ip:\(number)", at: 0) }
      return (buckets, try residentBytes() - before)
    }
    // Other tests of the process grow meanwhile.
    var (buckets, grown) = try filled()
    for _ in 0..<4 where grown >= 128 << 20 { (buckets, grown) = try filled() }
    // All of them are known at once, as their second request shows.
    var forgotten = 0
    for number in 0..<count where buckets.take("ip:\(number)", at: 1).remaining != 98 {
      forgotten += 1
    }
    print(
      "a million callers: \(grown >> 10) KiB more resident, \(buckets.byteCount >> 10) KiB at most, "
        + "\(forgotten) forgotten")
    #expect(buckets.byteCount < 128 << 20)
    #expect(grown < 128 << 20)
    #expect(forgotten < count / 100)
  }

  private func residentBytes() throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text.split(separator: " ")
    return try #require(Int(pages[1])) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}
