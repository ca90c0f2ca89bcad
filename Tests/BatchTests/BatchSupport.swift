import Foundation
import Geodesy
import TestSupport
import Testing

@testable import Batch

#if DEBUG
  let batchIsDebug = true
#else
  let batchIsDebug = false
#endif

/// SplitMix64 (Vigna), so that a seed reproduces any failure.
struct BatchRandom: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  mutating func oneIn(_ count: Int) -> Bool { below(count) == 0 }
  mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }
}

/// A folder that is gone with its owner.
final class BatchFolder {
  let path: String

  init() {
    path = NSTemporaryDirectory() + "milequest-batch-" + UUID().uuidString
    try! FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ bytes: [UInt8], _ name: String = "walks.csv") -> String {
    let file = path + "/" + name
    _ = FileManager.default.createFile(atPath: file, contents: Data(bytes))
    return file
  }
}

enum BatchRun {
  /// Tallies bytes through a file.
  static func tally(
    _ bytes: [UInt8], threads: Int = 1, _ change: (inout TallyRequest) -> Void = { _ in }
  ) throws -> Tally {
    let folder = BatchFolder()
    let descriptor = open(folder.write(bytes), O_RDONLY)
    defer { close(descriptor) }
    var request = TallyRequest()
    request.threads = threads
    change(&request)
    return try Tally(descriptor: descriptor, request: request)
  }

  static func tally(
    _ text: String, threads: Int = 1, _ change: (inout TallyRequest) -> Void = { _ in }
  ) throws -> Tally {
    try tally(Array(text.utf8), threads: threads, change)
  }

  /// Tallies bytes that arrive through a pipe in pieces.
  static func pipedTally(
    _ pieces: [[UInt8]], threads: Int = 1, _ change: (inout TallyRequest) -> Void = { _ in }
  ) throws -> Tally {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    let (reader, writer) = (ends[0], ends[1])
    defer { close(reader) }
    let thread = Thread {
      for piece in pieces {
        var done = 0
        while done < piece.count {
          let count = piece.withUnsafeBytes {
            write(writer, $0.baseAddress! + done, piece.count - done)
          }
          if count < 0 { break }
          done += count
        }
        if pieces.count > 1 { usleep(20_000) }
      }
      close(writer)
    }
    thread.start()
    var request = TallyRequest()
    request.threads = threads
    change(&request)
    return try Tally(descriptor: reader, request: request)
  }

  /// What keeps a file from being tallied, or nil.
  static func failure(
    _ bytes: [UInt8], threads: Int = 1, _ change: (inout TallyRequest) -> Void = { _ in }
  ) -> BatchError? {
    do {
      _ = try tally(bytes, threads: threads, change)
      return nil
    } catch { return error as? BatchError }
  }

  static func failure(
    _ text: String, threads: Int = 1, _ change: (inout TallyRequest) -> Void = { _ in }
  ) -> BatchError? {
    failure(Array(text.utf8), threads: threads, change)
  }

  /// The same bytes packed by the gzip tool.
  static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
    let folder = BatchFolder()
    let file = folder.write(bytes)
    #expect(try Home.run("/usr/bin/env", ["gzip", "-1", "-f", file]).status == 0)
    return Array(try #require(FileManager.default.contents(atPath: file + ".gz")))
  }
}

extension Tally {
  /// The totals as text, sorted as they are written.
  var batchLines: [String] {
    sortedRows.map {
      "\($0.team.text)|\(routeNames[$0.route] ?? "")|\($0.total.activities)"
        + "|\($0.total.micrometers)"
    }
  }
}

/// Totals by another way: exact integers of 128 bits in a dictionary.
struct BatchOracle {
  var totals: [String: (count: Int64, micrometers: Int128)] = [:]

  mutating func add(_ team: String, _ micrometers: Int64, route: String = "") {
    totals["\(team)|\(route)", default: (0, 0)].count += 1
    totals["\(team)|\(route)", default: (0, 0)].micrometers += Int128(micrometers)
  }

  var lines: Set<String> {
    Set(totals.map { "\($0.key)|\($0.value.count)|\($0.value.micrometers)" })
  }

  /// A whole number of 10⁻ᵈ units in micrometres, half to even.
  static func micrometers(_ mantissa: Int64, decimals: Int, unit: Int64) -> Int64 {
    var scale: Int128 = 1
    for _ in 0..<decimals { scale *= 10 }
    let (whole, rest) = (Int128(mantissa) * Int128(unit)).quotientAndRemainder(dividingBy: scale)
    let isUp = 2 * rest > scale || (2 * rest == scale && whole % 2 == 1)
    return Int64(whole + (isUp ? 1 : 0))
  }

  static func text(_ mantissa: Int64, decimals: Int) -> String {
    var digits = String(mantissa)
    if decimals == 0 { return digits }
    if digits.count <= decimals {
      digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits
    }
    return digits.dropLast(decimals) + "." + digits.suffix(decimals)
  }
}
