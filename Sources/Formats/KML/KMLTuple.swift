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

  func coordinate(_ separator: Separator, _ limits: ReadLimits) throws(Fault) -> Coordinate {
    let values = try numbers(separator, limits)
    guard values.count >= 2 else {
      throw Fault(
        code: .positionTooShort, message: "a coordinate needs a longitude and a latitude")
    }
    let (longitude, latitude) = (values[0], values[1])
    guard latitude >= -90, latitude <= 90 else {
      throw Fault(
        code: .latitudeRange, message: "the latitude \(latitude) is outside -90…90",
        position: (latitude, longitude))
    }
    guard longitude >= -180, longitude <= 180 else {
      throw Fault(
        code: .longitudeRange, message: "the longitude \(longitude) is outside -180…180",
        position: (latitude, longitude))
    }
    return Coordinate(
      uncheckedLatitude: latitude, longitude: longitude,
      elevation: values.count > 2 ? values[2] : .nan)
  }

  private func numbers(_ separator: Separator, _ limits: ReadLimits) throws(Fault) -> [Double] {
    do throws(DecimalNumber.Fault) {
      return try bytes.withUnsafeBufferPointer { bytes throws(DecimalNumber.Fault) in
        var values: [Double] = []
        var i = 0
        while i <= bytes.count, values.count < 4 {
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
