import Geodesy
import Testing

@testable import Routes

@Suite struct ClimbTests {
  private func climb(
    _ parts: [[Double?]], threshold: Double = Route.climbThresholdMeters
  ) throws -> Climb? {
    let route = try Route(
      parts: parts.enumerated().map { part, heights in
        heights.enumerated().map { place(Double(part), Double($0) * 0.001, $1 ?? .nan) }
      })
    return route.climb(thresholdMeters: threshold)
  }

  private func ascents(_ heights: [Double?], threshold: Double = 5) throws -> [Double] {
    let climb = try #require(try climb([heights], threshold: threshold))
    return [climb.ascentMeters, climb.descentMeters]
  }

  @Test func upAndDown() throws {
    #expect(try ascents([100, 150, 120, 200]) == [130, 30])
    #expect(try ascents([200, 100]) == [0, 100])
    #expect(try ascents([100]) == [0, 0])
    #expect(try ascents([100, 100, 100]) == [0, 0])
  }

  @Test func noiseBelowTheThresholdDoesNotCount() throws {
    #expect(try ascents([0, 2, 0, 2, 0, 2, 0]) == [0, 0])
    #expect(try ascents([0, 3, 1, 6, 4, 9, 7, 12]) == [12, 0])
    #expect(try ascents([0, 3, 1, 6, 4, 9, 7, 12], threshold: 2) == [18, 6])
    #expect(try ascents([0, 3, 1, 6, 4, 9, 7, 12], threshold: 0) == [18, 6])
    #expect(try ascents([0, 3, 1, 6, 4, 9, 7, 12], threshold: -1) == [18, 6])
    // Exactly the threshold counts.
    #expect(try ascents([0, 10, 5, 15]) == [20, 5])
    #expect(try ascents([0, 10, 5.001, 15]) == [15, 0])
    // A last turn below the threshold is taken off the step before it, a first one likewise.
    #expect(try ascents([0, 10, 8]) == [8, 0])
    #expect(try ascents([2, 0, 10]) == [8, 0])
  }

  /// Eight metres up and down count, also where each of them is within five of the first elevation.
  @Test func swingsAroundTheFirstElevationCount() throws {
    #expect(try ascents([0, 4, -4, 4, -4, 0]) == [8, 8])
    #expect(try ascents([0, -4, 4, -4, 4, 0]) == [8, 8])
    #expect(try ascents([0, -4, 4]) == [4, 0])
  }

  @Test func unknownElevationsArePassedOver() throws {
    #expect(try climb([[nil, nil]]) == nil)
    #expect(try ascents([nil, 100, nil, 150, nil, nil, 120, nil]) == [50, 30])
    #expect(try climb([[nil], [5, 50]]) == Climb(ascentMeters: 45, descentMeters: 0))
  }

  @Test func everyPartStandsAlone() throws {
    #expect(
      try climb([[0, 100], [500, 450], [450, 440, 470]])
        == Climb(ascentMeters: 130, descentMeters: 60))
  }

  /// Up less down is the last less the first, exactly; less threshold is never less climb; nothing
  /// exceeds the sum of all rises.
  @Test func netIsExact() throws {
    var random = SplitMix64("netIsExact")
    for _ in 0..<500 {
      let count = random.int(1...60)
      var height = Double(random.int(0...1_000))
      let heights: [Double?] = (0..<count).map { _ in
        // Multiples of 1/1024, whose sums have no rounding.
        height += (random.double(-20..<20) * 1_024).rounded() / 1_024
        return random.chance(0.1) ? nil : height
      }
      let known = heights.compactMap { $0 }
      let rises = zip(known, known.dropFirst()).map { max($1 - $0, 0) }.reduce(0, +)
      var previous = Double.infinity
      for threshold in [0, 1, 5, 20, 1_000.0] {
        let climb = try climb([heights], threshold: threshold)
        guard let first = known.first, let last = known.last else {
          #expect(climb == nil)
          continue
        }
        let found = try #require(climb)
        #expect(found.ascentMeters - found.descentMeters == last - first, "seed \(runSeed)")
        #expect(found.ascentMeters >= 0 && found.descentMeters >= 0)
        #expect(found.ascentMeters <= previous, "threshold \(threshold), seed \(runSeed)")
        if threshold == 0 { #expect(found.ascentMeters == rises, "seed \(runSeed)") }
        if threshold == 1_000 {
          #expect(found.ascentMeters == max(last - first, 0), "seed \(runSeed)")
        }
        previous = found.ascentMeters
      }
    }
  }
}
