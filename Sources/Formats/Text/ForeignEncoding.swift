internal import CExpat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Encodings other than UTF-8 and UTF-16, by what the C library's iconv knows.
enum ForeignEncoding {
  /// The encoding that expat knows by another name than the one that people write; nil where iconv is
  /// to be asked.
  static func canonical(_ name: String) -> String? {
    switch name.lowercased().filter({ $0 != "-" && $0 != "_" }) {
    case "utf8", "utf8n", "unicode11utf8", "utf8mb4", "utf", "utf8bom", "utf8sig", "cp65001":
      "UTF-8"
    case "utf16", "utf16le", "utf16be", "ucs2", "unicode": "UTF-16"
    case "latin1", "latin", "l1", "iso8859", "isolatin", "iso88591", "88591", "isolatin1",
      "isoir100", "cp819":
      "ISO-8859-1"
    case "ascii", "usascii", "ansix3.41968", "iso646us": "US-ASCII"
    // What Windows calls its own, and programs call bytes that they know nothing of.
    case "ansi", "windows", "windowsansi", "win1252", "ansi1252", "windowslatin1", "ascii8bit",
      "8bit",
      "extendedascii", "binary":
      "windows-1252"
    default: nil
    }
  }

  /// Whether characters depend on what came before them, which a reader by bytes cannot follow.
  private static func isStateful(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["iso-2022", "utf-7", "hz", "utf-32", "ucs-4"].contains(where: name.hasPrefix)
  }

  /// Tells expat what the bytes of an encoding mean; false where iconv does not know it or its first
  /// half is not ASCII.
  static func fill(_ info: UnsafeMutablePointer<XML_Encoding>, name: String) -> Bool {
    guard !isStateful(name), let converter = open(name) else { return false }
    var hasLeads = false
    withUnsafeMutableBytes(of: &info.pointee.map) { raw in
      let map = raw.assumingMemoryBound(to: Int32.self)
      for byte in 0..<256 {
        map[byte] = meaning(of: UInt8(byte), converter)
        if map[byte] < -1 { hasLeads = true }
      }
    }
    info.pointee.data = converter
    info.pointee.convert = nil
    if hasLeads {
      info.pointee.convert = { converter, bytes in
        guard let converter, let bytes else { return -1 }
        return bytes.withMemoryRebound(to: UInt8.self, capacity: 4) {
          ForeignEncoding.character(UnsafeBufferPointer(start: $0, count: 4), converter)
        }
      }
    }
    info.pointee.release = { converter in
      guard let converter else { return }
      iconv_close(converter)
    }
    return true
  }

  /// The text in UTF-8; nil where iconv does not know the encoding or the bytes are not in it.
  static func utf8(_ bytes: ArraySlice<UInt8>, from name: String) -> [UInt8]? {
    converted(bytes, from: name, to: "UTF-8")
  }

  /// The text in another encoding; nil where iconv does not know one of the two or the bytes are not
  /// in the first.
  static func converted(
    _ bytes: ArraySlice<UInt8>, from name: String, to target: String
  ) -> [UInt8]? {
    guard let converter = open(name, to: target) else { return nil }
    defer { iconv_close(converter) }
    var bytes = Array(bytes)
    var out = [UInt8](repeating: 0, count: bytes.count * 4 + 16)
    var inLeft = bytes.count
    var outLeft = out.count
    let result = bytes.withUnsafeMutableBytes { input in
      out.withUnsafeMutableBytes { output in
        var from = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        return iconv(converter, &from, &inLeft, &to, &outLeft)
      }
    }
    guard result != -1 else { return nil }
    out.removeLast(outLeft)
    return out
  }

  /// A converter of iconv, to be closed by the caller; nil where iconv does not know the encoding.
  static func open(
    _ name: String, to target: String = "UTF-32LE"
  ) -> UnsafeMutableRawPointer? {
    // “//TRANSLIT” and its like are no part of a name; without a name iconv takes the user's encoding.
    guard !name.isEmpty, !name.contains("/"), let converter = iconv_open(target, name),
      Int(bitPattern: converter) != -1
    else { return nil }
    return converter
  }

  /// The code point of a byte; -1 where it has none, -n where it begins a character of n bytes.
  private static func meaning(
    of byte: UInt8, _ converter: UnsafeMutableRawPointer
  ) -> Int32 {
    for length in 1...4 {
      let bytes = [byte] + [UInt8](repeating: 0xA1, count: length - 1)
      var isOpen = false
      let point = bytes.withUnsafeBufferPointer { character($0, converter, isOpen: &isOpen) }
      if isOpen { continue }
      return length == 1 ? point : -Int32(length)
    }
    return -1
  }

  private static func character(
    _ bytes: UnsafeBufferPointer<UInt8>, _ converter: UnsafeMutableRawPointer
  ) -> Int32 {
    var isOpen = false
    return character(bytes, converter, isOpen: &isOpen)
  }

  /// The first code point of some bytes; -1 where there is none.
  private static func character(
    _ bytes: UnsafeBufferPointer<UInt8>, _ converter: UnsafeMutableRawPointer, isOpen: inout Bool
  ) -> Int32 {
    var input = Array(bytes)
    var point: UInt32 = 0
    var inLeft = input.count
    var outLeft = 4
    iconv(converter, nil, nil, nil, nil)
    let failure = input.withUnsafeMutableBytes { input -> Int32 in
      withUnsafeMutableBytes(of: &point) { output in
        var from = input.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        return iconv(converter, &from, &inLeft, &to, &outLeft) == -1 ? errno : 0
      }
    }
    if outLeft == 0 { return Int32(bitPattern: UInt32(littleEndian: point)) }
    isOpen = failure == EINVAL
    return -1
  }
}
