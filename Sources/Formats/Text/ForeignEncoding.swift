internal import CExpat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Encodings other than UTF-8 and UTF-16, by what the C library's iconv knows.
package enum ForeignEncoding {
  /// The right name of an encoding that people write in another way, one that expat or iconv knows; nil
  /// where iconv is to be asked for the name as it stands.
  static func canonical(_ name: String) -> String? {
    let folded = name.lowercased().filter { !"-_ ".contains($0) }
    switch folded {
    case "utf8", "utf8n", "unicode11utf8", "utf8mb4", "utf", "utf8bom", "utf8sig", "cp65001":
      return "UTF-8"
    case "utf16", "utf16le", "utf16be", "ucs2", "unicode": return "UTF-16"
    case "latin1", "latin", "l1", "iso8859", "isolatin", "iso88591", "88591", "isolatin1",
      "isoir100", "cp819":
      return "ISO-8859-1"
    case "ascii", "usascii", "ansix3.41968", "iso646us": return "US-ASCII"
    // What Windows calls its own, and programs call bytes that they know nothing of.
    case "ansi", "windows", "windowsansi", "win1252", "ansi1252", "windowslatin1", "ascii8bit",
      "8bit",
      "extendedascii", "binary":
      return "windows-1252"
    default: return isKnown(name) ? nil : respelled(folded)
    }
  }

  /// Whether expat reads an encoding by itself.
  static func isOfExpat(_ name: String) -> Bool {
    ["utf-8", "utf-16", "utf-16le", "utf-16be", "iso-8859-1", "us-ascii"]
      .contains(name.lowercased())
  }

  /// A name of programs as the registries spell it; nil where iconv knows none that may be meant.
  private static func respelled(_ folded: String) -> String? {
    let bare = folded.hasPrefix("x") ? String(folded.dropFirst()) : folded
    switch bare {
    case "sjis", "shiftjis", "mskanji": return "Shift_JIS"
    case "mac", "macroman", "macosroman", "applemacroman": return "macintosh"
    case "ksc56011987", "windows949", "ms949": return "CP949"
    default: break
    }
    let letters = bare.hasPrefix("iso8859") ? "iso8859" : String(bare.prefix { $0.isLetter })
    let number = bare.dropFirst(letters.count)
    var names = [bare]
    switch letters {
    case "iso8859": names.insert("ISO-8859-\(number)", at: 0)
    case "windows", "win", "ms", "codepage", "cp", "ansi":
      names = ["windows-\(number)", "CP\(number)"]
    case "dos", "oem", "ibm", "pc": names = ["IBM\(number)", "CP\(number)"]
    case "euc": names = ["EUC-\(bare.dropFirst(3).uppercased())"]
    case "mac": names.append("MAC-\(bare.dropFirst(3).uppercased())")
    default: break
    }
    return names.first(where: isKnown)
  }

  private static func isKnown(_ name: String) -> Bool {
    guard let converter = open(name) else { return false }
    iconv_close(converter)
    return true
  }

  /// Whether what a byte means depends on more than the bytes of its own character, or its length on
  /// more than the first of them: expat's reader by bytes cannot follow, so the file is turned into
  /// UTF-8 as a whole.
  static func isWhole(_ name: String) -> Bool {
    let name = name.lowercased()
    return ["iso-2022", "iso2022", "utf-7", "hz", "utf-32", "utf32", "ucs-4", "gb18030", "ebcdic"]
      .contains(where: name.hasPrefix)
  }

  /// Tells expat what the bytes of an encoding mean; false where iconv does not know it or its first
  /// half is not ASCII.
  static func fill(_ info: UnsafeMutablePointer<XML_Encoding>, name: String) -> Bool {
    guard !isWhole(name), let converter = open(name) else { return false }
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
  package static func utf8(_ bytes: ArraySlice<UInt8>, from name: String) -> [UInt8]? {
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
