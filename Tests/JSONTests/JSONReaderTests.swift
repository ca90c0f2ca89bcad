import Foundation
import JSON
import TestSupport
import Testing

@Suite struct JSONReaderTests {
  private func tree(_ text: String, limits: JSONLimits = .standard) throws -> JSONNode {
    try JSONReader.read(Array(text.utf8), limits: limits)
  }

  /// `2:5 code /pointer`.
  private func fault(_ bytes: [UInt8], limits: JSONLimits = .standard) -> String? {
    do throws(JSONFault) {
      _ = try JSONReader.read(bytes, limits: limits)
      return nil
    } catch {
      let place = error.line.map { "\($0):\(error.column ?? 0) " } ?? ""
      return "\(place)\(error.code.rawValue) \(error.pointer ?? "-")"
    }
  }

  private func fault(_ text: String, limits: JSONLimits = .standard) -> String? {
    fault(Array(text.utf8), limits: limits)
  }

  @Test func everyKindOfValueKeepsItsPlace() throws {
    let text = #" {"b": [1.50, -0, true, null, "é\n😀\u0041\uD83D\uDE00"], "a": {}, "c": [] } "#
    let root = try tree(text)
    #expect(root.offset == 1)
    #expect(root.object?.map(\.name) == ["b", "a", "c"])
    let items = try #require(root["b"]?.array)
    #expect(items.map(\.number) == ["1.50", "-0", nil, nil, nil])
    #expect(items[2].bool == true)
    #expect(items[3].isNull)
    #expect(items[4].string == "é\n😀A😀")
    #expect(root["a"]?.object == [])
    #expect(root["c"]?.array == [])
    #expect(root["d"] == nil)
    // Each offset is that of the value's first byte.
    let bytes = Array(text.utf8)
    #expect(items.map { bytes[$0.offset] } == Array("1-tn\"".utf8))
    #expect(root.object?.map { bytes[$0.offset + 1] } == Array("bac".utf8))
    #expect(root.object?.map { bytes[$0.value.offset] } == Array("[{[".utf8))
    #expect(try tree("\u{FEFF}7").number == "7")
  }

  @Test func wholeNumbersAreExact() throws {
    let whole: [(String, Int64?)] = [
      ("0", 0), ("-0", 0), ("-0.0e5", 0), ("12", 12), ("1.0", 1), ("1e3", 1000), ("1200e-2", 12),
      ("1.2e1", 12), ("1.5", nil), ("15e-1", nil), ("9223372036854775807", .max),
      ("9223372036854775808", nil), ("-9223372036854775808", .min), ("-9223372036854775809", nil),
      ("0.9223372036854775807e19", .max), ("0e99999999999999999999", 0), ("1e300", nil),
      ("1e-99999999999999999999", nil), ("10000000000000000000", nil),
      ("99999999999999999999", nil),
      ("true", nil),
    ]
    for (text, expected) in whole { #expect(try tree(text).int64 == expected, "\(text)") }
    #expect(try tree("0.1").double == 0.1)
    #expect(try tree("1e-400").double == 0)
    #expect(try tree("null").double == nil)
  }

  @Test(arguments: [
    ("", "1:1 not-well-formed "), ("  ", "1:3 not-well-formed "), ("{", "1:2 not-well-formed "),
    ("[1,]", "1:3 not-well-formed /1"), ("[1 2]", "1:4 not-well-formed /1"),
    (#"{"a":1,}"#, "1:7 not-well-formed "), (#"{"a" 1}"#, "1:6 not-well-formed "),
    ("{a:1}", "1:2 not-well-formed "), ("{'a':1}", "1:2 not-well-formed "),
    ("[1]x", "1:4 not-well-formed "), ("[1] [2]", "1:5 not-well-formed "),
    ("[1]\0", "1:4 not-well-formed "), ("]", "1:1 not-well-formed "),
    ("[\n {\"x\": [0, tru]}]", "2:12 not-well-formed /0/x/1"),
    ("NaN", "1:1 not-well-formed "), ("[Infinity]", "1:2 not-well-formed /0"),
    ("[-Infinity]", "1:2 number-syntax /0"), ("[+1]", "1:2 not-well-formed /0"),
    ("[01]", "1:2 number-syntax /0"), ("[1.]", "1:2 number-syntax /0"),
    ("[.5]", "1:2 not-well-formed /0"), ("[1e]", "1:2 number-syntax /0"),
    ("[0x10]", "1:3 not-well-formed /1"), ("[--1]", "1:2 number-syntax /0"),
    ("[1e400]", "1:2 number-range /0"), ("[-1e999999999999]", "1:2 number-range /0"),
    (#"["\ud800"]"#, "1:3 encoding /0"), (#"["\udc00"]"#, "1:3 encoding /0"),
    (#"["\ud83d\u0041"]"#, "1:3 encoding /0"), (#"["\uD83Dx"]"#, "1:3 encoding /0"),
    (#"["\u12"]"#, "1:3 not-well-formed /0"), (#"["\x41"]"#, "1:3 not-well-formed /0"),
    ("[\"a\tb\"]", "1:4 not-well-formed /0"), ("[\"a", "1:2 not-well-formed /0"),
    (#"{"a":1,"b":2,"a":3}"#, "1:14 member-duplicate /a"),
    (#"{"a":1,"\u0061":3}"#, "1:8 member-duplicate /a"),
    ("{\"\u{E9}\":1,\"e\u{301}\":3}", "1:8 member-duplicate /e\u{301}"),
    (#"{"x/~":{"a":1,"a":1}}"#, "1:15 member-duplicate /x~1~0/a"),
    ("// x\n1", "1:1 not-well-formed "),
  ])
  func faultsAreNamedWithTheirPlace(text: String, expected: String) {
    #expect(fault(text) == expected)
  }

  @Test func nothingButUTF8IsRead() {
    for bytes: [UInt8] in [
      [0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF],
    ] {
      #expect(fault([0x5B, 0x22] + bytes + [0x22, 0x5D]) == "1:3 encoding /0", "\(bytes)")
    }
    // UTF-16 has a zero byte in every other place.
    #expect(fault([0xFF, 0xFE, 0x5B, 0, 0x5D, 0])?.hasPrefix("1:1 not-well-formed") == true)
    #expect(fault([0x5B, 0, 0x5D, 0])?.hasPrefix("1:2 not-well-formed") == true)
  }

  @Test func everyLimitIsNamed() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try tree(nested(64)).array?.count == 1)
    #expect(
      fault(nested(65)) == "1:65 limit /" + Array(repeating: "0", count: 64).joined(separator: "/"))
    #expect(fault(String(repeating: "[", count: 900_000))?.hasPrefix("1:65 limit") == true)
    #expect(fault(String(repeating: #"{"a":"#, count: 200_000))?.hasPrefix("1:321 limit") == true)

    var limits = JSONLimits()
    limits.bytes = 4
    limits.nodes = 3
    limits.stringBytes = 5
    limits.nameBytes = 2
    limits.numberBytes = 4
    #expect(fault("[ 1 ]", limits: limits) == "limit -")
    limits.bytes = 100
    #expect(fault("[1,2]", limits: limits) == nil)
    #expect(fault("[1,2,3]", limits: limits) == "1:6 limit /2")
    #expect(fault(#""12345""#, limits: limits) == nil)
    #expect(fault(#""123456""#, limits: limits) == "1:1 limit ")
    #expect(fault(#"{"ab":1}"#, limits: limits) == nil)
    #expect(fault(#"{"abc":1}"#, limits: limits) == "1:2 limit ")
    #expect(fault("1234", limits: limits) == nil)
    #expect(fault("12345", limits: limits) == "1:1 limit ")
    // The message of a limit says which.
    #expect(throws: JSONFault.self) { try tree("[1,2,3]", limits: limits) }
  }

  /// Bytes changed, cut or repeated at random are read or refused, at a place within the text, and
  /// what is read is what Foundation reads.
  @Test func randomDamageIsReadAsElsewhere() throws {
    var random = SplitMix64("randomDamageIsReadAsElsewhere")
    let seed = Array(
      #"{"id":"0b7e","distance":"3.1 mi","distanceMeters":4989.0,"n":[1,-2.5e3,true,null,"\u00e9"]}"#
        .utf8)
    var readCount = 0
    for _ in 0..<4_000 {
      var bytes = seed
      for _ in 0..<random.int(0...3) {
        let place = random.int(0...bytes.count - 1)
        switch random.int(0...2) {
        case 0: bytes[place] = UInt8(random.int(0...255))
        case 1: bytes.remove(at: place)
        default: bytes.insert(random.element(of: Array("{}[],:\"\\0e-".utf8)), at: place)
        }
      }
      do throws(JSONFault) {
        let node = try JSONReader.read(bytes)
        readCount += 1
        let other = try? JSONSerialization.jsonObject(
          with: Data(bytes), options: .fragmentsAllowed)
        #expect((other as? [String: Any])?.count == node.object?.count)
        #expect((other as? [String: Any])?["id"] as? String == node["id"]?.string)
        let meters = (other as? [String: Any])?["distanceMeters"] as? NSNumber
        #expect(
          meters?.doubleValue == node["distanceMeters"]?.double
            ?? (node["distanceMeters"]?.bool).map { $0 ? 1 : 0 })
      } catch {
        #expect((0...bytes.count).contains(error.offset))
        #expect(error.line != nil && error.pointer != nil)
      }
    }
    #expect(readCount > 1_000)
  }
}
