internal import Base
internal import JSON

/// The types of text and of attributes that the schemas of GPX bound.
enum GPXValue {
  case decimal, angle, count, station, fix, year, address

  /// Those of elements by their names, which mean the same wherever they may stand.
  static let ofElements: [String: GPXValue] = [
    "ele": .decimal, "geoidheight": .decimal, "hdop": .decimal, "vdop": .decimal,
    "pdop": .decimal, "ageofdgpsdata": .decimal, "speed": .decimal, "magvar": .angle,
    "course": .angle, "sat": .count, "number": .count, "dgpsid": .station, "fix": .fix,
    "year": .year, "url": .address, "license": .address,
  ]

  /// What is due, for a message.
  var due: String {
    switch self {
    case .decimal: "a number without an exponent"
    case .angle: "a number of degrees, 0 or more and below 360"
    case .count: "a whole number, 0 or more"
    case .station: "a whole number of 0 to 1023"
    case .fix: "none, 2d, 3d, dgps or pps"
    case .year: "a year of four digits"
    case .address: "an address such as https://example.org/page"
    }
  }

  private static let fixes = ["none", "2d", "3d", "dgps", "pps"]

  /// Whether a schema allows a text.
  ///
  /// - Parameter version: of the schema: 1.0 has 360 degrees too.
  func allows(_ text: UnsafeBufferPointer<UInt8>, version: String) -> Bool {
    let trimmed = text.trimmed
    switch self {
    case .decimal: return Self.isDecimal(trimmed)
    case .angle:
      guard Self.isDecimal(trimmed), let degrees = Self.number(trimmed) else { return false }
      return degrees >= 0 && (degrees < 360 || degrees == 360 && version == "1.0")
    case .count: return Self.isInteger(trimmed) && Self.number(trimmed).map { $0 >= 0 } ?? false
    case .station:
      return Self.isInteger(trimmed)
        && Self.number(trimmed).map { (0...1_023).contains($0) } ?? false
    case .fix: return Self.fixes.contains { $0.utf8.elementsEqual(text) }
    case .year:
      let year = trimmed.prefix { $0 != 0x5A && $0 != 0x2B }
      return year.count >= 4 && year.allSatisfy { $0 &- 0x30 < 10 }
    case .address: return URIReference.isValid(trimmed)
    }
  }

  /// Whether a schema of any version allows an attribute's value.
  func allows(_ value: UnsafePointer<CChar>) -> Bool {
    let length = cLength(value)
    return value.withMemoryRebound(to: UInt8.self, capacity: length) {
      allows(UnsafeBufferPointer(start: $0, count: length), version: "1.1")
    }
  }

  /// The same value as the schema of a version allows it; nil where nobody can tell which was meant.
  func mended(_ text: UnsafeBufferPointer<UInt8>, version: String) -> String? {
    let trimmed = String(decoding: text.trimmed, as: UTF8.self).lowercased()
    if self == .fix {
      return Self.fixes.first { $0 == trimmed || $0 == trimmed + "d" }
    }
    if self == .address { return URIReference.escaped(text.trimmed) }
    let hasComma = trimmed.count { $0 == "," } == 1 && !trimmed.contains(".")
    guard self != .year,
      let value = TypedNumber.read(hasComma ? trimmed.replacing(",", with: ".") : trimmed)
    else { return nil }
    let turned = value - 360 * (value / 360).rounded(.down)
    let plain = Self.plain(self == .angle ? turned : value)
    let isAllowed = Array(plain.utf8).withUnsafeBufferPointer { allows($0, version: version) }
    return isAllowed ? plain : nil
  }

  /// The shortest decimal that is read as the same number.
  static func plain(_ value: Double) -> String {
    let text = "\(value)"
    if text.hasSuffix(".0") { return String(text.dropLast(2)) }
    if !text.contains("e") { return text }
    var bytes: [UInt8] = []
    NumberText.append(value, decimals: 15, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether a text is a decimal of XML Schema: a sign, digits and a point, nothing else.
  static func isDecimal(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var digits = 0
    var points = 0
    for (index, byte) in text.enumerated() {
      switch byte {
      case 0x30...0x39: digits += 1
      case 0x2E: points += 1
      case 0x2B, 0x2D: if index > 0 { return false }
      default: return false
      }
    }
    return digits > 0 && points <= 1
  }

  private static func isInteger(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    isDecimal(text) && !text.contains(0x2E)
  }

  private static func number(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
    Double(String(decoding: text, as: UTF8.self))
  }
}
