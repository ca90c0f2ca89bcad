import Foundation
import JSON
import TestSupport
import Testing

/// Numbers as text, both ways, against the C library.
@Suite struct NumberTests {
  private func parsed(_ text: String, _ grammar: DecimalNumber.Grammar = .xml) -> Double? {
    parsed(Array(text.utf8), grammar)
  }

  private func parsed(_ bytes: [UInt8], _ grammar: DecimalNumber.Grammar) -> Double? {
    bytes.withUnsafeBufferPointer { buffer in
      guard
        let (value, end) = try? DecimalNumber.parse(
          buffer, from: 0, grammar: grammar, mostBytes: 1 << 20), end == buffer.count
      else { return nil }
      return value
    }
  }

  /// The library's answer; its text must end in a zero byte.
  private func exact(_ bytes: [UInt8]) -> Double {
    (bytes + [0]).withUnsafeBytes { strtod($0.bindMemory(to: CChar.self).baseAddress!, nil) }
  }

  // MARK: Reading

  @Test func aMillionRandomNumbers() {
    var random = SplitMix64("aMillionRandomNumbers")
    var wrong: [String] = []
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for _ in 0..<1_000_000 {
      text.removeAll(keepingCapacity: true)
      let bits = random.next()
      if bits & 1 == 1 { text.append(0x2D) }
      // 1 to 25 digits, the point anywhere among them, an exponent for every second one.
      let count = 1 + Int(bits >> 1 & 0xFFFF) % 25
      let point = bits & 0x2_0000 == 0 ? Int(bits >> 18 & 0xFF) % (count + 1) : count
      var digits = random.next()
      for i in 0..<count {
        if i == point, i > 0 { text.append(0x2E) }
        if i == 16 { digits = random.next() }
        var digit = UInt8(digits % 10)
        digits /= 10
        if i == 0, digit == 0, point != 1 { digit = 1 }
        text.append(0x30 + digit)
      }
      if bits & 0x400_0000 != 0 {
        let range = bits & 0x800_0000 == 0 ? 30 : 345
        let exponent = Int(bits >> 28 & 0xFFFF) % (2 * range) - range
        text.append(bits & 0x1000_0000_0000 == 0 ? 0x65 : 0x45)
        text.append(contentsOf: String(exponent).utf8)
      }
      let due = exact(text)
      guard let value = parsed(text, .json) else {
        if due.isFinite { wrong.append(String(decoding: text, as: UTF8.self)) }
        continue
      }
      if value != due || value.sign != due.sign && due != 0 {
        wrong.append(String(decoding: text, as: UTF8.self))
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count) such as \(wrong.prefix(3)), seed \(runSeed)")
  }

  @Test func halfwayCasesAndTheirNeighbours() {
    var random = SplitMix64("halfwayCases")
    var texts = [
      // Known to have broken other readers.
      "2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308",
      "4.9406564584124654e-324", "2.4703282292062327e-324", "2.4703282292062328e-324",
      "1.7976931348623157e308", "1.7976931348623158e308", "9007199254740993", "9007199254740992.5",
      "9007199254740991.5", "9007199254740993.0000000000000001", "6.631236846766476e-316",
      "0.500000000000000166533453693773481063544750213623046875",
      "3.518437208883201171875e13", "62.5364939768271845828", "8.10109172351e-10",
      "1.50000000000000011102230246251565", "123456789012345678901234567890e-20", "1e23",
      "8.5e22", "0.1e-6", "1448997445238699", "9214843084008499", "30078505129381147446200",
      "179.99999999999999999", "-179.99999999999997157829056959599256515502929687500000001",
    ]
    for _ in 0..<20_000 {
      // The middle between two doubles near a coordinate, in full, and a hair beside it.
      let value = random.chance(0.5) ? random.double(-180..<180) : random.anySized(1e-5..<1e6)
      let half = Self.halfway(value)
      texts += [half, half + "0000000001", half.dropLast() + "4999"]
      // As many digits as the quick way takes, and a last one more and less.
      let short = half.prefix(while: { $0 != "." }).count + 1 + random.int(12...19)
      let cut = half.prefix(short)
      for digit in ["", "0", "1", "4", "5", "9"] { texts.append(cut + digit) }
      // Exactly in the middle with 16 to 19 digits: an odd number of 54 bits over a power of two.
      let odd = UInt64(random.int(1 << 52...(1 << 53) - 1)) * 2 + 1
      let shift = random.int(0...4)
      var digits = String((0..<shift).reduce(odd) { product, _ in product * 5 })
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -shift))
      texts.append(shift == 0 ? String(digits.dropLast()) : digits)
      texts.append("\(value)")
      texts.append(String(format: "%.17g", value))
    }
    var wrong: [String] = []
    for text in texts where parsed(text, .json) != Double(text) { wrong.append(text) }
    #expect(wrong.isEmpty, "\(wrong.count) such as \(wrong.prefix(3)), seed \(runSeed)")
  }

  /// The number halfway between a double and the next one up in magnitude, exactly.
  private static func halfway(_ value: Double) -> String {
    // A double has 53 bits and the half one more: 80 decimals are exact for numbers above 1e-8.
    let next = value < 0 ? value.nextDown : value.nextUp
    let digits = 80
    let a = Array(String(format: "%.\(digits)f", abs(value)).utf8)
    let b = Array(String(format: "%.\(digits)f", abs(next)).utf8)
    let width = max(a.count, b.count)
    var carry = 0
    var sum = [Int](repeating: 0, count: width)
    for i in (0..<width).reversed() {
      if b[b.count - width + i] == 0x2E { continue }
      let left = i - (width - a.count)
      let digit = (left >= 0 ? Int(a[left]) - 0x30 : 0) + Int(b[i]) - 0x30 + carry
      sum[i] = digit % 10
      carry = digit / 10
    }
    var rest = carry
    var text = value < 0 ? "-" : ""
    var isLeading = true
    for i in 0..<width {
      if b[i] == 0x2E {
        text += isLeading ? "0." : "."
        isLeading = false
        continue
      }
      let digit = rest * 10 + sum[i]
      rest = digit % 2
      if digit / 2 == 0, isLeading { continue }
      isLeading = false
      text += String(digit / 2)
    }
    // The sum is even in its last place or not; one more digit holds the half.
    return text + (rest == 1 ? "5" : "0")
  }

  @Test func grammars() {
    let both = [
      "0", "-0", "1", "10", "0.5", "1e5", "1E+5", "1e-5", "-1.25e2", "0.0", "0e0", "1e05", "0.10",
    ]
    let xmlOnly = ["+1", "01", "00", ".5", "5.", "+.5", "-.5e1", "5.e1", "+0"]
    let neither = [
      "", "-", "+", ".", "e5", "1e", "1e+", "1e-", "--1", "+-1", "1..2", ".e1", "-e", "x", "١",
    ]
    for text in both {
      #expect(parsed(text, .json) == Double(text), "\(text)")
      #expect(parsed(text, .xml) == Double(text), "\(text)")
    }
    for text in xmlOnly {
      #expect(parsed(text, .json) == nil, "\(text)")
      let sane = text.replacing("5.", with: "5.0").replacing("+", with: "")
      #expect(parsed(text, .xml) == Double(sane), "\(text)")
    }
    for text in neither {
      #expect(parsed(text, .json) == nil && parsed(text, .xml) == nil, "\(text)")
    }
    // More than 19 digits take another way through the code.
    let tail = String(repeating: "7", count: 20)
    #expect(parsed("+.\(tail)", .xml) == 7.0 / 9)
    #expect(parsed("\(tail).", .xml) == Double(tail))
    #expect(parsed("000\(tail).5", .xml) == Double(tail))
    #expect(parsed("000\(tail).5", .json) == nil)
  }

  @Test func rangeAndEnd() {
    func fault(_ text: String, most: Int = 100) -> DecimalNumber.Fault? {
      Array(text.utf8).withUnsafeBufferPointer { buffer in
        do throws(DecimalNumber.Fault) {
          _ = try DecimalNumber.parse(buffer, from: 0, grammar: .json, mostBytes: most)
          return nil
        } catch { return error }
      }
    }
    #expect(fault("1e400") == .range && fault("-1e309") == .range)
    #expect(fault("1e999999999999999999999") == .range)
    #expect(fault("1.8e308") == .range && fault("1.797693134862315807e308") == nil)
    #expect(fault("0e400") == nil && fault("1e-400") == nil)
    #expect(parsed("1e-400") == 0 && parsed("-1e-999999999999") == 0 && parsed("0e999999999") == 0)
    #expect(parsed("4e-324") == .leastNonzeroMagnitude && parsed("2e-324") == 0)
    #expect(fault("123", most: 3) == nil && fault("1234", most: 3) == .tooLong)
    #expect(fault("1.5e7", most: 5) == nil && fault("1.5e77", most: 5) == .tooLong)
    // What follows is somebody else's.
    let bytes = Array("xx-12.5e1,7".utf8)
    bytes.withUnsafeBufferPointer { buffer in
      let found = try? DecimalNumber.parse(buffer, from: 2, grammar: .json, mostBytes: 100)
      #expect(found?.value == -125 && found?.end == 9)
    }
  }

  // MARK: Writing

  private func written(_ value: Double, _ decimals: Int) -> String {
    var out: [UInt8] = []
    NumberText.append(value, decimals: decimals, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// What `printf` writes, without trailing zeros and without a minus before nothing.
  private func due(_ value: Double, _ decimals: Int) -> String {
    var text = String(format: "%.\(decimals)f", value)
    if text.contains(".") {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    return text == "-0" ? "0" : text
  }

  @Test func numbersAreWrittenAsPrintfDoes() {
    var random = SplitMix64("numbersAreWrittenAsPrintfDoes")
    var wrong: [String] = []
    func check(_ value: Double, _ decimals: Int) {
      if written(value, decimals) != due(value, decimals) {
        wrong.append("\(value) with \(decimals): \(written(value, decimals))")
      }
    }
    for _ in 0..<40_000 {
      let size = random.anySized(1e-12..<1e9)
      check(random.chance(0.5) ? size : -size, random.int(0...15))
    }
    // Texts that end in 5 one digit further: ties in decimal that are none in binary.
    for _ in 0..<40_000 {
      let decimals = random.int(0...9)
      let text = "\(random.int(-180...179)).\(random.int(0...999_999_999))"
      guard let value = Double(text.prefix { $0 != "." } + "." + text.suffix(decimals) + "5")
      else { continue }
      check(value, decimals)
    }
    let values = [
      0, -0.0, 0.5, 1.5, 2.5, -0.5, 0.125, 0.375, 1e-20, -1e-20, 999_999.999_999_999_9, 1e6, -1e6,
      1e15, 1e22, 1e300, -1e300, 180, -180, 90, 179.999_999_999_99, .leastNonzeroMagnitude,
      .greatestFiniteMagnitude, 2.675, 1.005, 0.285, 0.000_000_05, 0.000_000_15,
    ]
    for value in values { for decimals in 0...15 { check(value, decimals) } }
    #expect(wrong.isEmpty, "\(wrong.count) such as \(wrong.prefix(5)), seed \(runSeed)")
    for value in [Double.nan, .infinity, -.infinity] { #expect(written(value, 3) == "0") }
  }

  @Test func numbersInJSONReadBackAsTheSame() {
    var random = SplitMix64("numbersInJSONReadBackAsTheSame")
    for _ in 0..<20_000 {
      let value = Double(bitPattern: random.next())
      let text = String(decoding: JSONValue.number(value).text(), as: UTF8.self)
      if value.isFinite {
        #expect(Double(text) == value, "seed \(runSeed)")
        #expect(parsed(text, .json) == value, "\(text), seed \(runSeed)")
      } else {
        #expect(text == "null")
      }
    }
    for (value, text) in [
      (5.0, "5"), (-0.0, "0"), (0.1, "0.1"), (123_456_789, "123456789"),
    ] {
      #expect(String(decoding: JSONValue.number(value).text(), as: UTF8.self) == text)
    }
  }

  @Test func jsonValuesAreWritten() throws {
    let value = JSONValue.object([
      ("a\"\\\n\u{1}é🏔", .array([.null, .bool(true), .integer(-5), .string("\t\r")])),
      ("empty", .object([])), ("list", .array([])), ("deep", .array([.array([.number(1.5)])])),
      ("none", .optional(nil as String?)),
    ])
    for indent in [nil, 0, 2] {
      let data = Data(value.text(indent: indent))
      let object = try #require(
        JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(object.count == 5)
      let list = try #require(object["a\"\\\n\u{1}é🏔"] as? [Any])
      #expect(list.count == 4 && list[2] as? Int == -5 && list[3] as? String == "\t\r")
      #expect((object["deep"] as? [[Double]]) == [[1.5]])
    }
    #expect(
      String(decoding: value.text(), as: UTF8.self)
        == "{\"a\\\"\\\\\\n\\u0001é🏔\":[null,true,-5,\"\\t\\r\"],\"empty\":{},\"list\":[],"
        + "\"deep\":[[1.5]],\"none\":null}")
  }
}
