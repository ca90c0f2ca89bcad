#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A city of 15,000 people or more, as GeoNames knows it.
package struct City: Hashable, Sendable {
  package let name: String
  /// To a ten-thousandth of a degree, about eleven metres.
  package let place: Place
  /// Rounded to hundreds.
  package let population: Int
  /// Codes of two and of three letters (ISO 3166), and the name.
  package let country: (iso: String, iso3: String, name: String)
  /// Code and name of the state or nation that it is in, where that is known.
  package let region: (code: String, name: String)?

  package static func == (a: City, b: City) -> Bool { a.name == b.name && a.place == b.place }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(place)
  }
}

/// The world's cities, searched where they stand in the program: nothing is unpacked or kept.
///
/// GeoNames, CC BY 4.0; what is shown of them carries `attribution`. `routes/tools/make_cities.py`
/// writes the text and says how it is made.
package enum Cities {
  package static let attribution = "GeoNames, CC BY 4.0 (https://www.geonames.org)"

  private static let bar = UInt8(ascii: "|")
  private static let lineEnd = UInt8(ascii: "\n")
  private static let headerMark = UInt8(ascii: ">")

  private static func withBytes<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value) -> Value {
    text.withUTF8Buffer(body)
  }

  /// The cities that are called so, and those that are spelled so in some language, by a key of
  /// `PlaceKey`. Those whose own name it is are marked.
  ///
  /// - Complexity: O(text), some milliseconds.
  package static func named(_ key: String) -> [(city: City, isOwnName: Bool)] {
    matches(key) { $0 == bar || $0 == lineEnd }
  }

  /// The same for names that begin so.
  package static func beginning(_ key: String) -> [City] {
    matches(key) { _ in true }.filter(\.isOwnName).map(\.city)
  }

  private static func matches(
    _ key: String, endsWith isEnd: (UInt8) -> Bool
  ) -> [(city: City, isOwnName: Bool)] {
    let key = Array(key.utf8)
    if key.isEmpty || key.contains(bar) || key.contains(lineEnd) { return [] }
    return withBytes { bytes in
      var found: [(city: City, isOwnName: Bool)] = []
      var lastLine = -1
      var start = 0
      while let offset = index(of: bar, from: start, in: bytes) {
        start = offset + 1
        let end = start + key.count
        guard end <= bytes.count, memcmp(bytes.baseAddress! + start, key, key.count) == 0,
          isEnd(end < bytes.count ? bytes[end] : lineEnd)
        else { continue }
        var line = offset
        while line > 0, bytes[line - 1] != lineEnd { line -= 1 }
        guard line != lastLine, bytes[line] != headerMark else { continue }
        lastLine = line
        let isOwnName = !bytes[line..<offset].contains(bar)
        found.append((city(at: line, in: bytes), isOwnName))
      }
      return found
    }
  }

  /// The city whose centre is nearest, on the sphere.
  ///
  /// - Complexity: O(text), about a millisecond.
  package static func nearest(to place: Place) -> City {
    let radians = Double.pi / 180
    let cosine = cos(place.latitude * radians)
    return withBytes { bytes in
      var best = (line: 0, degrees: 360.0)
      forEachLine(in: bytes) { line, _ in
        let other = self.place(at: line, in: bytes)
        let north = other.latitude - place.latitude
        guard abs(north) < best.degrees else { return }
        let east = (other.longitude - place.longitude).remainder(dividingBy: 360)
        let (a, b) = (sin(north * radians / 2), sin(east * radians / 2))
        let degrees =
          2 * asin(min((a * a + cosine * cos(other.latitude * radians) * b * b).squareRoot(), 1))
          / radians
        if degrees < best.degrees { best = (line, degrees) }
      }
      return city(at: best.line, in: bytes)
    }
  }

  /// Calls a body with the key of every city's own name, and with what makes the city of it.
  package static func visit(_ body: (_ key: String, _ city: () -> City) -> Void) {
    withBytes { bytes in
      var area: [String] = []
      var areaLine = -1
      forEachLine(in: bytes) { line, header in
        let key = bytes[line...].drop { $0 != bar }.dropFirst().prefix {
          $0 != bar && $0 != lineEnd
        }
        body(String(decoding: key, as: UTF8.self)) {
          if header != areaLine {
            area = fields(at: header, in: bytes)
            areaLine = header
          }
          return city(at: line, in: area, bytes)
        }
      }
    }
  }

  // MARK: Lines

  /// Latitude, longitude and population, in base 64.
  private static let numbersCount = 11

  private static func forEachLine(
    in bytes: UnsafeBufferPointer<UInt8>, _ body: (_ line: Int, _ header: Int) -> Void
  ) {
    var line = 0
    var header = 0
    while line < bytes.count {
      if bytes[line] == headerMark { header = line } else { body(line, header) }
      guard let end = index(of: lineEnd, from: line, in: bytes) else { return }
      line = end + 1
    }
  }

  private static func index(
    of byte: UInt8, from start: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Int? {
    guard start < bytes.count, let base = bytes.baseAddress,
      let hit = memchr(base + start, Int32(byte), bytes.count - start)
    else { return nil }
    return base.distance(to: hit.assumingMemoryBound(to: UInt8.self))
  }

  private static func fields(at line: Int, in bytes: UnsafeBufferPointer<UInt8>) -> [String] {
    bytes[line...].prefix { $0 != lineEnd }
      .split(separator: bar, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
  }

  private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
    digits.reduce(0) { (sum: Int, byte: UInt8) -> Int in
      let digit: UInt8 =
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        default: byte == 0x2B ? 62 : 63
        }
      return sum << 6 | Int(digit)
    }
  }

  private static func place(at line: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Place {
    Place(
      latitude: Double(number(bytes[line..<line + 4]) - 900_000) / 10_000,
      longitude: Double(number(bytes[line + 4..<line + 8]) - 1_800_000) / 10_000)
  }

  private static func city(at line: Int, in bytes: UnsafeBufferPointer<UInt8>) -> City {
    var header = line
    while header > 0, bytes[header] != headerMark || bytes[header - 1] != lineEnd { header -= 1 }
    return city(at: line, in: fields(at: header, in: bytes), bytes)
  }

  /// - Parameter area: the fields of the header line.
  private static func city(
    at line: Int, in area: [String], _ bytes: UnsafeBufferPointer<UInt8>
  ) -> City {
    let words = fields(at: line, in: bytes)
    // A name of its own stands after the numbers; else it is the key with capitals.
    let stated = words[0].dropFirst(numbersCount + 1)
    return City(
      name: stated.isEmpty ? titled(words[1]) : String(stated),
      place: place(at: line, in: bytes),
      population: number(bytes[line + 8..<line + numbersCount]) * 100,
      country: (String(area[0].dropFirst()), area[1], area[2]),
      region: area[3].isEmpty ? nil : (area[3], area[4]))
  }

  private static func titled(_ key: String) -> String {
    key.split(separator: " ").map { word in
      word.first?.isASCII == true ? word.prefix(1).uppercased() + word.dropFirst() : String(word)
    }.joined(separator: " ")
  }
}
