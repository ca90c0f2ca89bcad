internal import CExpat

/// Encodings of one byte a character that expat does not know by itself.
enum SingleByteEncoding {
  /// Code points of the bytes 0x80…0x9F in Windows-1252; 0 where there is none.
  private static let windows1252: [Int32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122,
    0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
  ]

  /// What ISO 8859-15 has in other places than ISO 8859-1.
  private static let latin9: [Int: Int32] = [
    0xA4: 0x20AC, 0xA6: 0x160, 0xA8: 0x161, 0xB4: 0x17D, 0xB8: 0x17E, 0xBC: 0x152, 0xBD: 0x153,
    0xBE: 0x178,
  ]

  static func fill(_ info: UnsafeMutablePointer<XML_Encoding>, name: String) -> Bool {
    let name = name.lowercased()
    let isWindows = name == "windows-1252" || name == "cp1252"
    guard isWindows || name == "iso-8859-15" || name == "latin-9" else { return false }
    withUnsafeMutableBytes(of: &info.pointee.map) { raw in
      let map = raw.assumingMemoryBound(to: Int32.self)
      for byte in 0..<256 {
        map[byte] = Int32(byte)
        if isWindows, (0x80..<0xA0).contains(byte) {
          let point = windows1252[byte - 0x80]
          map[byte] = point == 0 ? -1 : point
        }
        if !isWindows, let point = latin9[byte] { map[byte] = point }
      }
    }
    info.pointee.data = nil
    info.pointee.convert = nil
    info.pointee.release = nil
    return true
  }
}
