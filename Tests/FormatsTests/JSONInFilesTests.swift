import Foundation
import Geodesy
import JSON
import Testing

@testable import Formats

/// The tree of JSON with what only files and distances ask of it.
@Suite struct JSONInFilesTests {
  @Test func amountsAreExact() throws {
    func micrometers(_ number: String, _ unit: DistanceUnit = .meters) throws -> Int64? {
      try JSONReader.read(Array(number.utf8)).distance(in: unit)?.micrometers
    }
    // 0.1 + 0.2 as a Double is another number; half of a micrometre goes to the even one.
    #expect(try micrometers("5.2", .miles) == 8_368_588_800)
    #expect(try micrometers("0.0000005") == 0)
    #expect(try micrometers("0.0000015") == 2)
    #expect(try micrometers("0.00000050000000000000000000000000001") == 1)
    #expect(try micrometers("9223372036854.775807") == .max)
    #expect(try micrometers("-9223372036854.775808") == .min)
    #expect(try micrometers("9223372036854.775808") == nil)
    #expect(try micrometers("1e300") == nil)
    #expect(try micrometers("1e-999999999999999999999") == 0)
    #expect(try micrometers("\"5\"") == nil)
  }

  /// Every GeoJSON file of the corpus that Foundation reads is read, into the same values.
  @Test(Corpus.needed)
  func foreignFilesAreReadWhole() throws {
    var limits = JSONLimits()
    limits.bytes = 64 << 20
    limits.nodes = 20_000_000
    var count = 0
    for path in Corpus.files("json", "geojson") {
      let data = Data(try Corpus.bytes(path))
      guard data.count < 2_000_000 else { continue }
      let other = try? JSONSerialization.jsonObject(with: data) as? NSDictionary
      do throws(JSONFault) {
        let node = try JSONReader.read(Array(data), limits: limits)
        // A failure must not print the whole file.
        let isSame = Self.isSame(node, other as Any?)
        #expect(isSame, "\(path)")
        count += 1
      } catch {
        // What we refuse and others read holds a name twice.
        #expect(
          other == nil || error.code == .memberDuplicate,
          "\(path): \(error.message)")
      }
    }
    #expect(count > 20)
  }

  private static func isSame(_ node: JSONNode, _ other: Any?) -> Bool {
    switch node.content {
    case .null: other is NSNull
    case .bool(let value): (other as? Bool) == value
    case .number:
      // Foundation's own conversion is off by a last digit here and there.
      (other as? NSNumber).map {
        abs($0.doubleValue - (node.double ?? .nan)) <= 1e-15 * abs($0.doubleValue)
      } ?? false
    case .string(let value): (other as? String) == value
    case .array(let items):
      (other as? [Any]).map { $0.count == items.count && zip(items, $0).allSatisfy(isSame) }
        ?? false
    case .object(let members):
      (other as? [String: Any]).map { other in
        other.count == members.count && members.allSatisfy { isSame($0.value, other[$0.name]) }
      } ?? members.isEmpty
    case .broken: false
    }
  }
}
