import Geodesy
import Testing

@Suite struct DistanceParsingTests {
  private func micrometers(_ text: String, _ unit: DistanceUnit? = nil) throws -> Int64 {
    try Distance(text, defaultUnit: unit).micrometers
  }

  private func code(_ text: String, _ unit: DistanceUnit? = nil) -> String? {
    do {
      _ = try Distance(text, defaultUnit: unit)
      return nil
    } catch { return error.code.rawValue }
  }

  @Test func wholeAndDecimalNumbers() throws {
    #expect(try micrometers("1mi") == 1_609_344_000)
    #expect(try micrometers("5.2mi") == 8_368_588_800)
    #expect(try micrometers("26.21875 mi") == 42_194_988_000)
    #expect(try micrometers("12 km") == 12_000_000_000)
    #expect(try micrometers("3 ft") == 914_400)
    #expect(try micrometers("1 yd") == 914_400)
    #expect(try micrometers("0.000001 m") == 1)
    #expect(try micrometers("-7.5 m") == -7_500_000)
    #expect(try micrometers("+7.5 m") == 7_500_000)
    #expect(try micrometers("-0 m") == 0)
    #expect(try micrometers(".5 m") == 500_000)
    #expect(try micrometers("5. m") == 5_000_000)
    #expect(try micrometers("0005 m") == 5_000_000)
    #expect(try micrometers("  \t 5.2\tmi \t") == 8_368_588_800)
    // A part of a longer text, as column readers give it.
    #expect(try Distance("a,5 km,b".dropFirst(2).dropLast(2)).micrometers == 5_000_000_000)
  }

  /// What a product of two doubles gets wrong.
  @Test func neverThroughADouble() throws {
    #expect(try micrometers("0.1 m") == 100_000)
    #expect(try micrometers("9007199254.740993 m") == 9_007_199_254_740_993)
    #expect(try micrometers("9223372036854.775807 m") == Int64.max)
    #expect(try micrometers("1.005 km") == 1_005_000_000)
    // Any number of miles with up to three decimals is exact.
    for thousandths in stride(from: Int64(1), to: 3_000_000, by: 7_919) {
      let digits = String(1_000 + thousandths % 1_000).dropFirst()
      #expect(try micrometers("\(thousandths / 1_000).\(digits)mi") == thousandths * 1_609_344)
    }
  }

  @Test func exponents() throws {
    #expect(try micrometers("1e3 m") == 1_000_000_000)
    #expect(try micrometers("1E3m") == 1_000_000_000)
    #expect(try micrometers("1.5e+2m") == 150_000_000)
    #expect(try micrometers("2500e-3m") == 2_500_000)
    #expect(try micrometers("1e-6m") == 1)
    #expect(try micrometers("1e-7m") == 0)
    #expect(try micrometers("1e-400m") == 0)
    #expect(try micrometers("1e-99999999999999999999m") == 0)
    #expect(try micrometers("0e99999999999999999999m") == 0)
    #expect(try micrometers("0.000e99999999999999999999 mi") == 0)
    #expect(try micrometers("1e3", .meters) == 1_000_000_000)
    // Ninety zeros that the exponent takes back.
    let long = "0." + String(repeating: "0", count: 90) + "5e91"
    #expect(try micrometers(long + "m") == 5_000_000)
    #expect(try micrometers("5" + String(repeating: "0", count: 90) + "e-90m") == 5_000_000)
  }

  @Test func halfToEvenAtTies() throws {
    #expect(try micrometers("0.0000005 m") == 0)
    #expect(try micrometers("0.0000015 m") == 2)
    #expect(try micrometers("0.0000025 m") == 2)
    #expect(try micrometers("0.0000035 m") == 4)
    #expect(try micrometers("-0.0000015 m") == -2)
    #expect(try micrometers("-0.0000025 m") == -2)
    // 1/256000 of a mile is 6286.5 µm: a tie that needs all 19 digits of the product.
    #expect(try micrometers("0.00000390625 mi") == 6_286)
    #expect(try micrometers("0.00001171875 mi") == 18_860)
    let zeros = String(repeating: "0", count: 300)
    #expect(try micrometers("0.0000005\(zeros) m") == 0)
    // The last of 300 digits decides.
    #expect(try micrometers("0.0000005\(zeros)1 m") == 1)
    let nines = String(repeating: "9", count: 300)
    #expect(try micrometers("0.0000004\(nines) m") == 0)
    #expect(try micrometers("0.0000024\(nines) m") == 2)
    #expect(try micrometers("0.0000025\(zeros)1e0 m") == 3)
  }

  @Test func overflow() throws {
    #expect(try micrometers("9223372036854.775807m") == .max)
    #expect(try micrometers("9223372036854.7758074m") == .max)
    #expect(code("9223372036854.7758075m") == "distance-overflow")
    #expect(code("9223372036854.775808m") == "distance-overflow")
    // The negative range reaches one further, and what it prints reads back.
    #expect(try micrometers("-9223372036854.775808m") == .min)
    #expect(try micrometers("-9223372036854.7758085m") == .min)
    #expect(code("-9223372036854.7758086m") == "distance-overflow")
    #expect(code("5731136000 mi") == nil)
    #expect(code("5731138000 mi") == "distance-overflow")
    for text in ["1e400mi", "1e99999999999999999999 km", "9e18m", "1e13m"] {
      #expect(code(text) == "distance-overflow", "\(text)")
    }
    // Around 2^64 and 2^63 whole units, where an unchecked last digit would trap.
    let edges = [
      "18446744073709551609", "18446744073709551615", "18446744073709551616",
      "18446744073709551619", "9223372036854775807", "9223372036854775809",
      "922337203685477581", "99999999999999999999999999999999999",
    ]
    for text in edges {
      for unit in DistanceUnit.allCases {
        #expect(code(text + unit.rawValue) == "distance-overflow", "\(text) \(unit)")
        #expect(code("-\(text).5e0" + unit.rawValue) == "distance-overflow", "\(text) \(unit)")
      }
    }
    let message = #expect(throws: GeodesyError.self) { try Distance("1e20 mi") }?.message ?? ""
    #expect(message.contains("“1e20 mi”"))
    // 2^63 µm.
    #expect(message.contains("±9.2 billion km"))
  }

  @Test func everyUnitAndName() throws {
    let names: [(DistanceUnit, [String])] = [
      (.miles, ["mi", "mile", "miles", "MI", "Mile", "MILES"]),
      (.kilometers, ["km", "kilometer", "kilometers", "kilometre", "kilometres", "KM", "Km"]),
      (.meters, ["m", "meter", "meters", "metre", "metres"]),
      (.feet, ["ft", "foot", "feet", "FT"]),
      (.yards, ["yd", "yard", "yards"]),
    ]
    #expect(names.map(\.0) == DistanceUnit.allCases)
    // Some write M for metres and others for miles; a point is no part of a unit.
    for (text, words) in [("5 M", "write m or mi"), ("5 mi.", "without it")] {
      let error = #expect(throws: GeodesyError.self) { try Distance(text) }
      #expect(error?.message.contains(words) == true, "\(text)")
    }
    for (unit, names) in names {
      for name in names {
        #expect(DistanceUnit(name: name) == unit, "\(name)")
        #expect(try micrometers("2\(name)") == 2 * unit.micrometers)
        #expect(try micrometers("2 \(name)", .feet) == 2 * unit.micrometers)
      }
      #expect(try micrometers("2", unit) == 2 * unit.micrometers)
      #expect(try Distance(3, unit).micrometers == 3 * unit.micrometers)
    }
    #expect(DistanceUnit.feet.micrometers * 5_280 == DistanceUnit.miles.micrometers)
    #expect(DistanceUnit.yards.micrometers == 3 * DistanceUnit.feet.micrometers)
  }

  @Test(arguments: [
    "", " ", "5", "5.2", "1e3", "-4", "5 5",
  ])
  func aBareNumberHasNoUnit(_ text: String) {
    let error = #expect(throws: GeodesyError.self) { try Distance(text) }
    #expect(error?.code == .distanceUnit)
    #expect(error?.message.contains("has no unit: write mi, km, m, ft or yd") == true)
  }

  @Test(arguments: [
    "5 furlongs", "5 km/h", "5 miles!x", "1e", "5 parsec", "5 kmm", "abc",
  ])
  func unknownUnit(_ text: String) throws {
    let error = #expect(throws: GeodesyError.self) { try Distance(text, defaultUnit: .miles) }
    #expect(error?.code == .distanceUnit)
    let name = try #require(text.split(whereSeparator: { !$0.isLetter }).last)
    #expect(error?.message == "“\(name)” is not a unit: use mi, km, m, ft or yd")
  }

  @Test(arguments: [
    "mi", " km", "1,000 mi", "1 000 mi", "1'000 mi", "5..2 mi", "5.2.1 mi", ". mi", "- mi", "-.mi",
    "--5 mi", "+-5 mi", "5e mi", "5e+ mi", "5ex3 mi", "5e1.5 mi", "0x10 mi", "½ mi", "٥ mi",
    "5,2 km", "5 mi km", "5\u{a0}km", "5\n km", "5- km", "5 -km", "1_000 m", "5\0 m", "∞ m", "5 µm",
  ])
  func badSyntax(_ text: String) {
    let error = #expect(throws: GeodesyError.self) { try Distance(text, defaultUnit: .miles) }
    #expect(error?.code == .distanceSyntax)
    #expect(error?.message.hasPrefix("“\(text)” is not a distance: write a number") == true)
  }

  @Test(arguments: ["nan mi", "inf km", "infinity", "-inf m"])
  func namesOfNumbersAreNotNumbers(_ text: String) {
    #expect(["distance-syntax", "distance-unit"].contains(code(text, .miles)))
  }

  /// A message shows the beginning of a text, and never a megabyte of it.
  @Test func messagesAreShort() {
    let texts = [
      String(repeating: "9", count: 1_000_000), String(repeating: "k", count: 1_000_000),
      String(repeating: "9", count: 1_000_000) + "mi",
      String(repeating: "x", count: 1_000_000) + "1 mi",
      // One character with a million combining marks.
      "e" + String(repeating: "\u{301}", count: 1_000_000),
      "5 " + String(repeating: "👩‍👩‍👧‍👦", count: 100_000) + " mi",
    ]
    for text in texts {
      let error = #expect(throws: GeodesyError.self) { try Distance(text) }
      #expect((error?.message.utf8.count ?? .max) < 400)
      #expect(error?.message.contains("…") == true)
    }
  }

  /// 100,000 numbers of all shapes against digit-by-digit arithmetic.
  @Test func agreesWithExactArithmetic() throws {
    var random = SplitMix64("agreesWithExactArithmetic")
    var shown = 0
    var overflows = 0
    for _ in 0..<100_000 {
      let unit = DistanceUnit.allCases[random.int(0...4)]
      let text = Self.number(&random, unit)
      let expected = ExactDecimal.micrometers(text, unit)
      if expected == nil { overflows += 1 }
      let found: Int64?
      do { found = try Distance(text, defaultUnit: unit).micrometers } catch {
        found = nil
        if error.code != .distanceOverflow, shown < 5 {
          shown += 1
          Issue.record("\(text) \(unit): \(error), seed \(runSeed)")
        }
      }
      if found != expected, shown < 5 {
        shown += 1
        Issue.record(
          "\(text) \(unit): \(found as Any), exactly \(expected as Any), seed \(runSeed)")
      }
    }
    // The generator must reach the edges that it is made for.
    #expect(overflows > 5_000)
    #expect(overflows < 50_000)
  }

  /// A number that is likely to lie at an edge: a tie or near one, the end of the range, many digits.
  private static func number(_ random: inout SplitMix64, _ unit: DistanceUnit) -> String {
    func digits(_ count: Int) -> String {
      String((0..<count).map { _ in Character(String(random.int(0...9))) })
    }
    let sign = ["", "-", "+"][random.int(0...2)]
    switch random.int(0...6) {
    case 0:
      return sign + digits(random.int(1...6)) + "." + digits(random.int(0...9))
    case 1:
      return sign + digits(random.int(0...25)) + "." + digits(random.int(1...60))
    case 2:
      let exponent = random.int(-30...20)
      return sign + digits(random.int(1...12)) + "." + digits(random.int(0...12)) + "e\(exponent)"
    case 3:
      // Ties in metres and kilometres, half of them with a digit far behind that undoes the tie.
      let zeros = String(repeating: "0", count: random.int(0...30))
      let tail = random.chance(0.5) ? "" : zeros + String(random.int(0...1))
      let before = unit == .kilometers ? digits(3) : ""
      return sign + digits(random.int(1...12)) + "." + before + digits(6) + "5" + tail
    case 4:
      // Odd 256000ths: ties in miles, feet and yards. 1/256000 = 0.00000390625.
      let count = Int128(random.next() >> random.int(20...60)) | 1
      let text = String(count * 390_625)
      let padded = String(repeating: "0", count: max(12 - text.count, 0)) + text
      let tail = random.chance(0.5) ? "" : digits(random.int(0...20))
      return sign + padded.dropLast(11) + "." + padded.suffix(11) + tail
    case 5:
      // Within some micrometres of the end of the range.
      let edge = Int128(Int64.max) + Int128(random.int(-3...3))
      let scaled = edge * 10_000_000_000_000_000 / Int128(unit.micrometers)
      let text = String(scaled)
      return sign + text.dropLast(16) + "." + text.suffix(16) + digits(random.int(0...5))
    default:
      return sign + String(repeating: "0", count: random.int(0...30)) + digits(random.int(1...19))
        + (random.chance(0.5) ? "E-\(random.int(0...25))" : "")
    }
  }
}
