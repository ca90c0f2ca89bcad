internal import Base
internal import CivilTime
internal import Geodesy

/// A row that can be counted.
struct ActivityRow {
  /// -1 where the team is a text.
  var teamNumber: Int64 = -1
  var teamText: String?
  var micrometers: Int64 = 0
  var instant = Instant(microseconds: 0)
  var route = 0
  var activity = ActivityID(high: 0, low: 0)
  /// Nil where the person is one of the team alone.
  var walker: ActivityID?
  /// Of the name of a person of the team alone; kept only where activities have ids.
  var named: ActivityID?
  /// From 1 within the block.
  var line: UInt32 = 0

  var team: TeamKey { teamText.map(TeamKey.text) ?? .number(teamNumber) }

  /// What its activity's id is of: a person's where the file has persons, else its own.
  var activityOfPerson: ActivityID {
    if let walker { return activity.of(walker) }
    guard let named else { return activity }
    var text = team.text
    return activity.of(named.of(text.withUTF8(ActivityID.hashed)))
  }
}

/// The id of an activity in 16 bytes: a UUID's own, or two independent hashes of any other text.
struct ActivityID: Hashable, Sendable {
  var high: UInt64
  var low: UInt64

  /// Reads 8-4-4-4-12 hexadecimal digits; anything else is hashed.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self = Self.uuid(bytes) ?? Self.hashed(bytes)
  }

  static func hashed(_ bytes: UnsafeBufferPointer<UInt8>) -> ActivityID {
    ActivityID(
      high: hash(bytes, seed: 0x9E37_79B9_7F4A_7C15), low: hash(bytes, seed: 0xC2B2_AE3D_27D4_EB4F))
  }

  /// The id that this is as one of a person's: another person's equal id is another activity.
  func of(_ walker: ActivityID) -> ActivityID {
    withUnsafeBytes(of: (high, low, walker.high, walker.low)) {
      Self.hashed($0.assumingMemoryBound(to: UInt8.self))
    }
  }

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  static func uuid(_ bytes: UnsafeBufferPointer<UInt8>) -> ActivityID? {
    guard bytes.count == 36 else { return nil }
    var id = ActivityID(high: 0, low: 0)
    for (i, byte) in bytes.enumerated() {
      if i == 8 || i == 13 || i == 18 || i == 23 {
        if byte != 0x2D { return nil }
        continue
      }
      let digit = byte &- 0x30
      let letter = (byte | 0x20) &- 0x61
      guard digit < 10 || letter < 6 else { return nil }
      id.high = id.high << 4 | id.low >> 60
      id.low = id.low << 4 | UInt64(digit < 10 ? digit : letter + 10)
    }
    return id
  }

  /// FNV-1a over 8 bytes at a time with a final mix (Vigna's splitmix64), enough to keep chance
  /// collisions of two 64-bit hashes below one in 10¹⁸ for a thousand million ids.
  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64) -> UInt64 {
    var state = seed ^ UInt64(bytes.count)
    for byte in bytes {
      state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
      state ^= state >> 29
    }
    state = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    state = (state ^ (state >> 27)) &* 0x94D0_49BB_1331_11EB
    return state ^ (state >> 31)
  }
}

/// Reads the rows of a block by a plan of columns.
struct RowParser {
  let plan: ColumnPlan
  private let distances: DistanceCell
  let limits: BatchLimits
  let window: TimeWindow
  let zone: Zone?
  let routes: [String: Int]
  private let columnCount: Int
  private let unitSize: UInt64
  /// unit / 10^d for the decimals that are exact in the unit, and 10^d.
  private let scales: [UInt64]
  private let powers: [UInt64]
  private let longest: Int64

  init(
    plan: ColumnPlan, isForeign: Bool, limits: BatchLimits, window: TimeWindow, zone: Zone?,
    routes: [String: Int]
  ) {
    self.plan = plan
    distances = DistanceCell(
      unit: plan.unit, mark: plan.mark, isForeign: isForeign, longest: limits.longestActivity)
    self.limits = limits
    self.window = window
    self.zone = zone
    self.routes = routes
    columnCount = plan.roles.count
    unitSize = UInt64(plan.unit.micrometers)
    longest = limits.longestActivity.micrometers
    var scales: [UInt64] = []
    var power: UInt64 = 1
    while unitSize % power == 0, scales.count < 19 {
      scales.append(unitSize / power)
      power *= 10
    }
    self.scales = scales
    powers = (0...8).map { digits in (0..<digits).reduce(1) { power, _ in power * 10 } }
  }

  enum Outcome {
    case row
    /// Outside the window of time.
    case outside
    case empty
    case faulty(RowFault)
  }

  /// Reads one row and moves behind it.
  @inline(__always)
  func next(
    _ bytes: UnsafeBufferPointer<UInt8>, _ offset: inout Int, _ line: inout UInt32,
    _ row: inout ActivityRow
  ) -> Outcome {
    let start = offset
    row.line = line
    var i = start
    let n = bytes.count
    let base = bytes.baseAddress!
    // The plain way: no quotes, fields as the plan has them. Anything else starts over slowly.
    var field = 0
    row.teamText = nil
    var isPlain = true
    scan: while true {
      switch plan.roles[field] {
      case .team:
        let first = i
        let number = Self.digits(base + i)
        var value = number.value
        i &+= number.count
        if number.count == 8 {
          // Longer ids go on digit by digit.
          while i < n, base[i] &- 0x30 < 10, i &- first <= 18 {
            value = value &* 10 &+ UInt64(base[i] &- 0x30)
            i &+= 1
          }
        }
        let count = i &- first
        if count == 0 || count > 18 || (base[first] == 0x30 && count > 1)
          || !(i >= n || base[i] == 0x2C || base[i] == 0x0A || base[i] == 0x0D) || i > n
        {
          isPlain = false
          break scan
        }
        row.teamNumber = Int64(value)
      case .distance:
        let whole = Self.digits(base + i)
        i &+= whole.count
        var mantissa = whole.value
        var digits = whole.count
        var decimals = 0
        if i < n, base[i] == 0x2E {
          let fraction = Self.digits(base + (i &+ 1))
          decimals = fraction.count
          i &+= 1 &+ decimals
          mantissa = mantissa &* powers[decimals] &+ fraction.value
          digits &+= decimals
        }
        // Beyond these the exact reader for any text decides.
        if digits == 0 || whole.count == 8 || decimals == 8 || decimals >= scales.count || i > n
          || !(i == n || base[i] == 0x2C || base[i] == 0x0A || base[i] == 0x0D)
        {
          isPlain = false
          break scan
        }
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: scales[decimals])
        if overflow || product > UInt64(longest) || product == 0 {
          isPlain = false
          break scan
        }
        row.micrometers = Int64(product)
      case .none:
        i = Self.endOfField(base, i, n)
        if i < n, base[i] == 0x22 {
          isPlain = false
          break scan
        }
      case .time, .activity, .route, .person:
        let first = i
        i = Self.endOfField(base, i, n)
        if i < n, base[i] == 0x22 {
          isPlain = false
          break scan
        }
        var end = i
        if end > first, base[end - 1] == 0x0D, i == n || base[i] == 0x0A { end -= 1 }
        if let fault = take(plan.roles[field], bytes, first, end, &row) {
          // The row's end is looked for where faults are told.
          offset = start
          return slowly(bytes, &offset, &line, &row, known: fault)
        }
      }
      if i == n || base[i] == 0x0A { break }
      if base[i] == 0x0D {
        // A line end of two bytes, or a stray one.
        if i + 1 == n || base[i + 1] == 0x0A {
          i += 1
          break
        }
        isPlain = false
        break
      }
      i &+= 1
      field &+= 1
      if field == columnCount {
        isPlain = false
        break
      }
    }
    guard isPlain, field == columnCount - 1, i &- start <= limits.rowBytes else {
      return slowly(bytes, &offset, &line, &row, known: nil)
    }
    offset = min(i + 1, n)
    line &+= 1
    if plan.hasTime, !window.isOpen, !window.contains(row.instant) { return .outside }
    return .row
  }

  /// Up to eight decimal digits at once, and how many there are.
  ///
  /// Eight bytes are looked at, which a block has room for behind its end. The digits are moved to
  /// the end of the word and summed in pairs, fours and eights (D. Lemire, "Number parsing at a
  /// gigabyte per second", 2021): no branch that the lengths of the numbers could make guess wrong.
  @inline(__always)
  private static func digits(_ start: UnsafePointer<UInt8>) -> (value: UInt64, count: Int) {
    let word = UnsafeRawPointer(start).loadUnaligned(as: UInt64.self).littleEndian
    let values = word ^ 0x3030_3030_3030_3030
    // The top bit of each byte that is no digit.
    let others = ((values &+ 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080
    // A carry runs upwards only, so the lowest such byte is told rightly.
    let count = others.trailingZeroBitCount &>> 3
    // Two steps, since a shift by 64 is not one.
    let room = UInt64(truncatingIfNeeded: 8 &- count) &* 8
    var sum = (values &<< (room / 2)) &<< (room - room / 2)
    if count == 0 { sum = 0 }
    sum = (sum &* 10) &+ (sum &>> 8)
    sum =
      ((sum & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
        &+ ((sum &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001) &>> 32
    return (sum, count)
  }

  /// The index of the next comma, quote or line end, eight bytes at a time.
  @inline(__always)
  private static func endOfField(_ base: UnsafePointer<UInt8>, _ start: Int, _ n: Int) -> Int {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var i = start
    // Blocks have room behind their end, so eight bytes can always be looked at.
    while i < n {
      let word = UnsafeRawPointer(base + i).loadUnaligned(as: UInt64.self).littleEndian
      let commas = word ^ (ones &* 0x2C)
      let lines = word ^ (ones &* 0x0A)
      let quotes = word ^ (ones &* 0x22)
      let found =
        ((commas &- ones) & ~commas | (lines &- ones) & ~lines | (quotes &- ones) & ~quotes) & tops
      if found != 0 { return min(i + found.trailingZeroBitCount >> 3, n) }
      i += 8
    }
    return n
  }

  /// A field that is no number; answers what is wrong with it.
  private func take(
    _ role: ColumnPlan.Role, _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int,
    _ row: inout ActivityRow
  ) -> RowFault? {
    switch role {
    case .time:
      switch Instant.parse(bytes, from: start, to: end, zone: zone) {
      case .success(let instant):
        if instant < .earliest { return .timeTooEarly }
        row.instant = instant
      case .failure(.syntax): return .timeSyntax
      case .failure(.noOffset): return .timeWithoutZone
      }
    case .activity:
      if start == end { return .activityEmpty }
      row.activity = ActivityID(UnsafeBufferPointer(rebasing: bytes[start..<end]))
    case .route:
      // A name a row costs a hash; a file has few.
      let name = String(decoding: bytes[start..<end], as: UTF8.self)
      guard let index = routes[name] else { return .routeUnknown }
      row.route = index
    case .person:
      let name = UnsafeBufferPointer(rebasing: bytes[start..<end])
      if let fault = Walker.fault(of: name) { return fault }
      row.walker = Walker.id(name)
      row.named = plan.hasActivity && row.walker == nil ? Walker.nameID(name) : nil
    case .none, .team, .distance: break
    }
    return nil
  }

  /// Any row: quotes, text teams, distances with many digits or units, and every fault.
  @inline(never)
  private func slowly(
    _ bytes: UnsafeBufferPointer<UInt8>, _ offset: inout Int, _ line: inout UInt32,
    _ row: inout ActivityRow, known: RowFault?
  ) -> Outcome {
    let start = offset
    let end: Int
    switch Rows.end(of: start, in: bytes, limits: limits) {
    case .whole(let rowEnd, let next):
      end = rowEnd
      offset = next
    case .faulty(let next):
      offset = next
      line += 1
      return .faulty(.quote)
    case .open:
      // The last row of a file needs no line end; a quote left open does.
      var last = bytes.count
      if last > start, bytes[last - 1] == 0x0D { last -= 1 }
      let text = UnsafeBufferPointer(rebasing: bytes[start..<last])
      let newline = text.firstIndex(of: 0x0A)
      // With line ends in it, it is one row only where quotes keep them, within the limit.
      if newline != nil && text.count > limits.rowBytes || hasOpenQuote(text) {
        offset = newline.map { start + $0 + 1 } ?? bytes.count
        line += 1
        return .faulty(.quote)
      }
      offset = bytes.count
      line += 1 + UInt32(text.count { $0 == 0x0A })
      return parse(text, &row, known: known)
    }
    let text = UnsafeBufferPointer(rebasing: bytes[start..<end])
    // A quoted field may hold line ends, which count as lines.
    line += UInt32(bytes[start..<offset].count { $0 == 0x0A })
    return parse(text, &row, known: known)
  }

  private func hasOpenQuote(_ row: UnsafeBufferPointer<UInt8>) -> Bool {
    // A line end behind the row closes it, if a quote does not keep it open.
    let closed = Array(row) + [0x0A]
    return closed.withUnsafeBufferPointer {
      if case .whole = Rows.end(of: 0, in: $0, limits: limits) { return false }
      return true
    }
  }

  private func parse(
    _ text: UnsafeBufferPointer<UInt8>, _ row: inout ActivityRow, known: RowFault?
  ) -> Outcome {
    if text.isEmpty { return .empty }
    if text.count > limits.rowBytes { return .faulty(.rowLength) }
    let fields = Rows.fields(text)
    guard fields.count == columnCount else { return .faulty(.fieldCount) }
    if let known { return .faulty(known) }
    for (field, role) in zip(fields, plan.roles) {
      let fault = field.withUnsafeBufferPointer { bytes -> RowFault? in
        switch role {
        case .team: return takeTeam(bytes, &row)
        case .distance: return takeDistance(bytes, &row)
        default: return take(role, bytes, 0, bytes.count, &row)
        }
      }
      if let fault { return .faulty(fault) }
    }
    if plan.hasTime, !window.isOpen, !window.contains(row.instant) { return .outside }
    return .row
  }

  private func takeTeam(_ bytes: UnsafeBufferPointer<UInt8>, _ row: inout ActivityRow) -> RowFault?
  {
    if bytes.isEmpty { return .teamEmpty }
    guard let written = String(validating: bytes, as: UTF8.self) else { return .teamEncoding }
    // Totals only need to tell names apart, so every character counts.
    let text = Name.folded(written)
    if text.isEmpty { return written.allSatisfy(\.isWhitespace) ? .teamEmpty : .teamName }
    if case .number(let number) = TeamKey(text) {
      row.teamNumber = number
      row.teamText = nil
    } else {
      row.teamNumber = -1
      row.teamText = text
    }
    return nil
  }

  private func takeDistance(
    _ bytes: UnsafeBufferPointer<UInt8>, _ row: inout ActivityRow
  ) -> RowFault? {
    switch distances.distance(bytes) {
    case .success(let distance):
      row.micrometers = distance.micrometers
      return nil
    case .failure(let fault): return fault
    }
  }
}
