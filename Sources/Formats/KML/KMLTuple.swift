internal import Geodesy
internal import JSON

/// A tuple of coordinates that comes in byte by byte: `longitude,latitude,altitude`, or the same
/// with spaces in a gx:coord.
struct KMLTuple {
  enum Separator: UInt8 {
    case comma = 0x2C
    case space = 0x20
  }

  /// Why a tuple is not a place.
  struct Fault: Error {
    let code: Diagnostic.Code
    let message: String
    /// The numbers as they stand, where one of them is out of range.
    var position: (latitude: Double, longitude: Double)?
    /// What makes many of them alike, to be added to the message.
    var cause = ""
  }

  private var bytes: [UInt8] = []
  /// The byte of the file at which it begins.
  private(set) var offset = 0

  var isEmpty: Bool { bytes.isEmpty }
  var count: Int { bytes.count }

  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  @inline(__always)
  mutating func append(_ byte: UInt8, at offset: Int) {
    if bytes.isEmpty { self.offset = offset }
    bytes.append(byte)
  }

  mutating func dropTrailingSpace() {
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The digits before the comma, where the tuple may be one number with a decimal comma: up to three
  /// of them, no zero that nobody writes, and three or more behind it.
  var degreesBeforeComma: Int? {
    let first = bytes.first == 0x2D || bytes.first == 0x2B ? 1 : 0
    var i = first
    var degrees = 0
    while i < bytes.count, i < first + 3, bytes[i] &- 0x30 < 10 {
      degrees = degrees * 10 + Int(bytes[i] - 0x30)
      i += 1
    }
    guard i > first, i == first + 1 || bytes[first] != 0x30, i < bytes.count,
      bytes[i] == Separator.comma.rawValue
    else { return nil }
    let decimals = bytes[(i + 1)...]
    return decimals.count >= 3 && decimals.allSatisfy { $0 &- 0x30 < 10 } ? degrees : nil
  }

  /// The place that some of the numbers name.
  static func coordinate(_ values: ArraySlice<Double>) throws(Fault) -> Coordinate {
    let first = values.startIndex
    guard values.count >= 2 else {
      throw Fault(
        code: .positionTooShort, message: "a coordinate needs a longitude and a latitude")
    }
    let (longitude, latitude) = (values[first], values[first + 1])
    guard latitude >= -90, latitude <= 90 else {
      throw Fault(
        code: .latitudeRange,
        message: "the latitude \(latitude) is outside -90…90", position: (latitude, longitude),
        cause: ForeignNumbers.hint(longitude: longitude, latitude: latitude))
    }
    guard longitude >= -180, longitude <= 180 else {
      throw Fault(
        code: .longitudeRange, message: "the longitude \(longitude) is outside -180…180",
        position: (latitude, longitude),
        cause: ForeignNumbers.hint(longitude: longitude, latitude: latitude))
    }
    return Coordinate(
      uncheckedLatitude: latitude, longitude: longitude,
      elevation: values.count > 2 ? values[first + 2] : .nan)
  }

  /// The bytes of the file at which the numbers begin; right where no byte was written otherwise than
  /// as itself.
  var offsetsOfNumbers: [Int] {
    [offset]
      + bytes.indices.filter { bytes[$0] == Separator.comma.rawValue }.map { offset + $0 + 1 }
  }

  /// How many of the numbers make a position where a comma stands for the space between positions;
  /// nil where nobody can tell.
  ///
  /// - Parameter usual: how many the positions before have; 0 where there are none.
  static func size(of values: [Double], usual: Int) -> Int? {
    let lengths = [2, 3].compactMap { size in length(values, each: size).map { (size, $0) } }
    if lengths.contains(where: { $0.0 == usual }) { return usual }
    if usual != 0 || lengths.isEmpty { return nil }
    // The fourth of four numbers may be anything, such as a time.
    if values.count == 4 { return lengths[0].1 < 1 ? 2 : nil }
    if lengths.count == 1 { return lengths[0].0 }
    if lengths[0].1 * 5 < lengths[1].1 { return 2 }
    return lengths[1].1 * 5 < lengths[0].1 ? 3 : nil
  }

  /// How many degrees the positions are apart in all; nil where the numbers are none.
  private static func length(_ values: [Double], each size: Int) -> Double? {
    guard values.count % size == 0 else { return nil }
    var length = 0.0
    for i in stride(from: 0, to: values.count, by: size) {
      guard abs(values[i]) <= 180, abs(values[i + 1]) <= 90 else { return nil }
      if i > 0 {
        length += abs(values[i] - values[i - size]) + abs(values[i + 1] - values[i + 1 - size])
      }
    }
    return length
  }

  func numbers(_ separator: Separator, _ limits: ReadLimits) throws(Fault) -> [Double] {
    do throws(DecimalNumber.Fault) {
      return try bytes.withUnsafeBufferPointer { bytes throws(DecimalNumber.Fault) in
        var values: [Double] = []
        var i = 0
        while i <= bytes.count {
          if separator == .space {
            while i < bytes.count, bytes[i] <= 0x20 { i += 1 }
            if i == bytes.count { break }
          }
          let (value, end) = try DecimalNumber.parse(
            bytes, from: i, grammar: .xml, mostBytes: limits.numberBytes)
          values.append(value)
          if end < bytes.count, bytes[end] != separator.rawValue, bytes[end] > 0x20 {
            throw .syntax
          }
          i = end + 1
        }
        return values
      }
    } catch {
      let shown = shortened(String(decoding: bytes, as: UTF8.self))
      let hint =
        separator == .comma && bytes.last == separator.rawValue
        ? "; no space may follow a comma" : ""
      throw Fault(
        code: error == .range ? .numberRange : .numberSyntax,
        message: "“\(shown)” is not longitude,latitude or longitude,latitude,altitude\(hint)")
    }
  }
}
