import Foundation
import Testing

@testable import Routes

@Suite struct MeasureIndexTests {
  /// Ascending measures that an index of equal buckets likes least.
  enum Crowd: CaseIterable {
    case even, oneEnd, bothEnds, middle, equal, clusters, geometric, tiny, huge, stairs

    func measures(_ random: inout SplitMix64) -> [Double] {
      let count = random.int(2...400)
      let values: [Double]
      switch self {
      case .even: values = (0..<count).map { Double($0) * 0.1 }
      case .oneEnd: values = (0..<count).map { _ in random.double(0..<1e-6) } + [1e7]
      case .bothEnds:
        values = (0..<count).map { _ in random.double(0..<1e-3) + (random.chance(0.5) ? 0 : 1e6) }
      case .middle: values = [1e6] + (0..<count).map { _ in 5e5 + random.double(0..<1e-4) }
      case .equal: values = (0..<count).map { _ in Double(random.int(0...3)) }
      case .clusters:
        let centers = (0...random.int(1...5)).map { _ in random.double(0..<1e8) }
        values = (0..<count).map { _ in random.element(of: centers) + random.double(0..<1e-2) }
      case .geometric: values = (0..<count).map { exp2(Double($0) - Double(count) + 40) }
      case .tiny: values = (0..<count).map { Double($0) * .leastNonzeroMagnitude }
      case .huge: values = (0..<count).map { _ in random.double(0..<1e300) }
      case .stairs: values = (0..<count).map { Double($0 / 7) }
      }
      return [0] + values.sorted()
    }
  }

  @Test(arguments: Crowd.allCases)
  func agreesWithALinearSearch(_ crowd: Crowd) {
    var random = SplitMix64("agreesWithALinearSearch \(crowd)")
    for round in 0..<60 {
      let measures = crowd.measures(&random)
      let index = MeasureIndex(measures)
      let length = measures[measures.count - 1]
      var questions = [0, -0.0, -1, length, length.nextUp, length.nextDown, .infinity]
      for _ in 0..<100 {
        let measure = random.element(of: measures)
        questions += [measure, measure.nextUp, measure.nextDown, random.double(0..<1) * length]
      }
      for question in questions {
        let expected = measures.lastIndex { $0 <= question } ?? 0
        let found = index.lastIndex(atOrBefore: question, in: measures)
        if found != expected {
          Issue.record("\(found), not \(expected) at \(question), round \(round), seed \(runSeed)")
          return
        }
      }
    }
  }

  @Test func oneVertexAndNoLength() {
    for measures in [[0.0], [0, 0], [0, 0, 0, 0]] {
      let index = MeasureIndex(measures)
      for question in [-1, 0, 1, Double.infinity] {
        #expect(
          index.lastIndex(atOrBefore: question, in: measures)
            == (question < 0 ? 0 : measures.count - 1))
      }
    }
  }

  @Test func partitioningIndexIsTheFirstOfTheSecondHalf() {
    for count in 0...20 {
      let list = Array(0..<count)
      for border in 0...count {
        #expect(list.partitioningIndex { $0 >= border } == border)
        let slice = list[(count / 3)...]
        #expect(slice.partitioningIndex { $0 >= border } == max(border, count / 3))
      }
    }
  }

  /// A million terms are as good as one rounding.
  @Test func compensatedSums() {
    var random = SplitMix64("compensatedSums")
    for _ in 0..<20 {
      var sum = CompensatedSum()
      var exact = ExactMeters.zero
      var previous = 0.0
      for _ in 0..<2_000 {
        let term = random.anySized(1e-3..<1e7)
        sum.add(term)
        exact = exact + ExactMeters(term)
        #expect(sum.value >= previous)
        previous = sum.value
      }
      #expect(abs(sum.value - exact.double) <= exact.double.ulp / 2, "seed \(runSeed)")
    }
    var sum = CompensatedSum()
    for term in [1, 1e100, 1, -1e100] { sum.add(term) }
    #expect(sum.value == 2)
  }
}
