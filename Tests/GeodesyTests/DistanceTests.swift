import Geodesy
import Testing

@Suite struct DistanceTests {
  // MARK: Arithmetic

  @Test func sumsThrowInsteadOfTrapping() throws {
    let largest = Distance(micrometers: .max)
    let smallest = Distance(micrometers: .min)
    let one = Distance(micrometers: 1)
    #expect(try largest.subtracting(one).adding(one) == largest)
    #expect(try Distance(micrometers: 5).adding(Distance(micrometers: -7)).micrometers == -2)
    #expect(try Distance(micrometers: 5).subtracting(Distance(micrometers: 7)).micrometers == -2)
    #expect(try Distance(micrometers: 5).multiplied(by: -3).micrometers == -15)
    #expect(try largest.multiplied(by: 0) == .zero)
    let overflows: [() throws -> Distance] = [
      { try largest.adding(one) }, { try smallest.adding(Distance(micrometers: -1)) },
      { try smallest.subtracting(one) }, { try Distance.zero.subtracting(smallest) },
      { try largest.multiplied(by: 2) }, { try smallest.multiplied(by: -1) },
      { try Distance(6_000_000_000, .miles) }, { try Distance(.min, .feet) },
    ]
    for overflow in overflows {
      let error = #expect(throws: GeodesyError.self) { try overflow() }
      #expect(error?.code == .distanceOverflow)
      #expect(error?.message.contains("±9.2 billion km") == true)
    }
  }

  @Test func order() {
    let sorted = [Int64.min, -1, 0, 1, .max].map(Distance.init(micrometers:))
    #expect(sorted.reversed().sorted() == sorted)
    #expect(Distance.zero < Distance(micrometers: 1))
    #expect(!(Distance.zero < Distance.zero))
  }

  @Test func metersFromAndToDoubles() throws {
    #expect(Distance(roundingMeters: 1.5)?.micrometers == 1_500_000)
    #expect(Distance(roundingMeters: -1.5)?.micrometers == -1_500_000)
    #expect(Distance(roundingMeters: 0.000_000_4)?.micrometers == 0)
    #expect(Distance(roundingMeters: 0.000_000_6)?.micrometers == 1)
    for bad in [Double.nan, .infinity, -.infinity, 1e13, -1e13, 9.3e12, .greatestFiniteMagnitude] {
      #expect(Distance(roundingMeters: bad) == nil)
    }
    #expect(Distance(micrometers: 1_609_344_000).meters == 1609.344)
    // Correctly rounded below 2^53 µm: the text has the exact value, its double the nearest.
    var random = SplitMix64("metersFromAndToDoubles")
    for _ in 0..<2_000 {
      let value = Int64(random.next() >> UInt64(random.int(11...60)))
      let distance = Distance(micrometers: value)
      let nearest = try #require(Double(distance.exactText(in: .meters)))
      #expect(distance.meters == nearest, "\(value) µm, seed \(runSeed)")
      // A double of metres tells micrometres apart up to two million kilometres.
      if value < 1 << 51 {
        #expect(Distance(roundingMeters: distance.meters) == distance, "\(value), seed \(runSeed)")
      }
    }
    #expect(Distance(micrometers: .max).meters == 9_223_372_036_854.775)
  }

  // MARK: Exact text

  @Test func exactText() throws {
    #expect(try Distance("5.2mi").exactText(in: .miles) == "5.2")
    #expect(try Distance("5.2mi").exactText(in: .kilometers) == "8.3685888")
    #expect(try Distance("100 km").exactText(in: .kilometers) == "100")
    #expect(try Distance("-0.5 m").exactText(in: .meters) == "-0.5")
    #expect(Distance(micrometers: 1).exactText(in: .meters) == "0.000001")
    #expect(Distance.zero.exactText(in: .miles) == "0")
    #expect(Distance(micrometers: .min).exactText(in: .meters) == "-9223372036854.775808")
    #expect(String(describing: try Distance("1mi")) == "1609.344 m")
  }

  @Test func printedDistancesReadBack() throws {
    var random = SplitMix64("printedDistancesReadBack")
    var values: [Int64] = [0, 1, -1, .max, .min, .max - 1, .min + 1]
    for _ in 0..<20_000 { values.append(random.anySizedInt64()) }
    var shown = 0
    for value in values {
      let distance = Distance(micrometers: value)
      for unit in DistanceUnit.allCases {
        let text = distance.exactText(in: unit)
        let again = try? Distance(text, defaultUnit: unit)
        if again != distance, shown < 5 {
          shown += 1
          Issue.record("\(value) µm is “\(text)” \(unit), read as \(again as Any), seed \(runSeed)")
        }
      }
    }
  }

  @Test func fixedDecimals() throws {
    #expect(try Distance("5.2mi").text(in: .miles, decimals: 2) == "5.20")
    #expect(try Distance("5.25mi").text(in: .miles, decimals: 1) == "5.2")
    #expect(try Distance("5.35mi").text(in: .miles, decimals: 1) == "5.4")
    #expect(try Distance("0.5 m").text(in: .meters, decimals: 0) == "0")
    #expect(try Distance("1.5 m").text(in: .meters, decimals: 0) == "2")
    #expect(try Distance("999.96 m").text(in: .meters, decimals: 1) == "1000.0")
    #expect(try Distance("-0.04 m").text(in: .meters, decimals: 1) == "0.0")
    #expect(try Distance("-0.06 m").text(in: .meters, decimals: 1) == "-0.1")
    #expect(try Distance("1 m").text(in: .meters, decimals: -3) == "1")
    #expect(try Distance("1 m").text(in: .meters, decimals: 99) == "1.000000000000")
  }

  /// The text is never further off than half its last digit, and at exactly half the digit is even.
  @Test func fixedDecimalsAreTheNearest() throws {
    var random = SplitMix64("fixedDecimalsAreTheNearest")
    for _ in 0..<20_000 {
      let value = random.anySizedInt64()
      let unit = DistanceUnit.allCases[random.int(0...4)]
      let decimals = random.int(0...9)
      let text = Distance(micrometers: value).text(in: unit, decimals: decimals)
      let digits = try #require(Int128(text.replacing(".", with: "")))
      var scale: Int128 = 1
      for _ in 0..<decimals { scale *= 10 }
      let size = Int128(unit.micrometers)
      let error = 2 * (digits * size - Int128(value) * scale).magnitude
      if error > size.magnitude || (error == size.magnitude && digits % 2 != 0) {
        Issue.record("\(value) µm as “\(text)” \(unit), \(decimals) decimals, seed \(runSeed)")
        return
      }
    }
  }

  // MARK: Text for people

  @Test func textForPeople() throws {
    let imperial: [(String, String)] = [
      ("3.1mi", "3.1 mi"), ("0.1mi", "0.1 mi"), ("420ft", "420 ft"), ("527ft", "527 ft"),
      ("528ft", "0.1 mi"), ("1000mi", "1000.0 mi"), ("0 mi", "0 ft"), ("1 ft", "1 ft"),
      ("0.2 ft", "under 1 ft"), ("0.000001 m", "under 1 ft"), ("-0.000001 m", "under 1 ft"),
      ("-2mi", "-2.0 mi"), ("-3 ft", "-3 ft"),
    ]
    for (distance, text) in imperial {
      #expect(try Distance(distance).textForPeople(.imperial) == text, "\(distance)")
    }
    let metric: [(String, String)] = [
      ("12.6km", "12.6 km"), ("850m", "850 m"), ("1km", "1.0 km"), ("999m", "999 m"),
      ("0.4m", "under 1 m"), ("0m", "0 m"), ("1 m", "1 m"), ("-850m", "-850 m"),
    ]
    for (distance, text) in metric {
      #expect(try Distance(distance).textForPeople(.metric) == text, "\(distance)")
    }
    #expect(Distance(micrometers: .min).textForPeople(.metric) == "-9223372036.9 km")
  }

  @Test func somethingLeftIsNeverShownAsNothing() throws {
    var random = SplitMix64("somethingLeft")
    for _ in 0..<5_000 {
      let value = random.anySizedInt64()
      if value == 0 { continue }
      for system in MeasurementSystem.allCases {
        let text = Distance(micrometers: value).textForPeople(system)
        let number = text.split(separator: " ")[0]
        if number != "under", Double(number) == 0 {
          Issue.record("\(value) µm is shown as “\(text)”, seed \(runSeed)")
        }
      }
    }
  }

  // MARK: Progress

  @Test func percentIsCutOff() throws {
    func percent(_ part: Int64, _ whole: Int64, _ decimals: Int = 1) -> String {
      ProgressText.percent(
        Distance(micrometers: part), of: Distance(micrometers: whole), decimals: decimals)
    }
    #expect(percent(9_996, 10_000) == "99.9 %")
    #expect(percent(9_999_999, 10_000_000) == "99.9 %")
    #expect(percent(.max - 1, .max, 9) == "99.999999999 %")
    #expect(percent(.max - 1, .max, 0) == "99 %")
    #expect(percent(10_000, 10_000) == "100.0 %")
    #expect(percent(20_000, 10_000) == "100.0 %")
    #expect(percent(1, 3) == "33.3 %")
    #expect(percent(2, 3) == "66.6 %")
    #expect(percent(2, 3, 0) == "66 %")
    #expect(percent(2, 3, 4) == "66.6666 %")
    #expect(percent(5, 10_000, 2) == "0.05 %")
    #expect(percent(0, 10_000) == "0.0 %")
    #expect(percent(-5, 10_000) == "0.0 %")
    // Nothing to do is done.
    #expect(percent(0, 0) == "100.0 %")
    #expect(percent(1, 3, -1) == "33 %")
    #expect(percent(1, 3, 99) == "33.333333333 %")
  }

  @Test func onlyAllIsAHundredPercent() {
    var random = SplitMix64("onlyAllIsAHundredPercent")
    for _ in 0..<5_000 {
      let whole = Int64(random.next() >> UInt64(random.int(2...62))) + 1
      let part = whole - Int64(random.int(0...2))
      for decimals in 0...9 {
        let text = ProgressText.percent(
          Distance(micrometers: part), of: Distance(micrometers: whole), decimals: decimals)
        if text.hasPrefix("100") != (part >= whole) {
          Issue.record("\(part) of \(whole) is shown as \(text), seed \(runSeed)")
        }
      }
    }
  }

  @Test func durations() {
    let second: Int64 = 1_000_000
    let cases: [(Int64, String)] = [
      (0, "0:00"), (second, "0:01"), (59 * second, "0:59"), (59 * second + 499_999, "0:59"),
      (59 * second + 500_000, "1:00"), (60 * second, "1:00"), (3_599 * second, "59:59"),
      (3_599 * second + 999_999, "1:00:00"), (3_600 * second, "1:00:00"),
      (36_061 * second, "10:01:01"), (360_000 * second, "100:00:00"), (-90 * second, "-1:30"),
      (-499_999, "0:00"), (-500_000, "-0:01"),
    ]
    for (microseconds, text) in cases {
      #expect(ProgressText.duration(microseconds: microseconds) == text, "\(microseconds) µs")
    }
    #expect(ProgressText.duration(microseconds: .max) == "2562047788:00:55")
    #expect(ProgressText.duration(microseconds: .min) == "-2562047788:00:55")
  }

  @Test func noPartOfADurationIsSixty() {
    var random = SplitMix64("noPartOfADurationIsSixty")
    for _ in 0..<20_000 {
      let value = Int64(random.next() >> UInt64(random.int(16...45)))
      let parts = ProgressText.duration(microseconds: value).split(separator: ":").map { Int($0)! }
      let seconds = parts.reduce(0) { $0 * 60 + $1 }
      let isWhole = parts.dropFirst().allSatisfy { $0 < 60 } && (parts.count == 3 || parts[0] < 60)
      if !isWhole || seconds != Int((value + 500_000) / 1_000_000) {
        Issue.record("\(value) µs is shown as \(parts), seed \(runSeed)")
        return
      }
    }
  }

  @Test func pace() throws {
    let minute: Int64 = 60_000_000
    func pace(_ microseconds: Int64, _ distance: String, _ unit: DistanceUnit) throws -> String? {
      ProgressText.pace(microseconds: microseconds, over: try Distance(distance), per: unit)
    }
    #expect(try pace(25 * minute, "2mi", .miles) == "12:30 /mi")
    #expect(try pace(25 * minute, "5km", .kilometers) == "5:00 /km")
    #expect(try pace(60 * minute, "0.5km", .kilometers) == "2:00:00 /km")
    // 11:59.999… is twelve minutes, not "11:60".
    #expect(try pace(12 * minute - 1, "1mi", .miles) == "12:00 /mi")
    #expect(try pace(0, "1mi", .miles) == "0:00 /mi")
    #expect(try pace(minute, "0mi", .miles) == nil)
    #expect(try pace(minute, "-1mi", .miles) == nil)
    #expect(try pace(-minute, "1mi", .miles) == nil)
    // Beyond what a duration holds there is no pace, and no trap.
    #expect(try pace(.max, "0.000001m", .miles) == nil)
  }
}
