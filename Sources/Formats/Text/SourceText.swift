#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The bytes of a file and how its characters are encoded, to tell people where in it something is.
public struct SourceText: Sendable {
  public enum Encoding: String, Sendable {
    case utf8 = "UTF-8"
    case utf16LittleEndian = "UTF-16LE"
    case utf16BigEndian = "UTF-16BE"
    /// One byte a character: ISO 8859-1 and its like.
    case singleByte = "ISO-8859-1"

    /// Whether a character has two bytes or four.
    var isWide: Bool { self == .utf16LittleEndian || self == .utf16BigEndian }
  }

  public let bytes: [UInt8]
  public internal(set) var encoding: Encoding

  /// Guesses the encoding from the byte order mark, for UTF-16 from the zero bytes of `<?`, else from
  /// what an XML declaration says.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    encoding =
      switch (bytes.first, bytes.dropFirst().first) {
      case (0xFF, 0xFE), (0x3C, 0): .utf16LittleEndian
      case (0xFE, 0xFF), (0, 0x3C): .utf16BigEndian
      default: .utf8
      }
    guard encoding == .utf8, let name = declaredEncoding?.name.lowercased() else { return }
    let isUnicode = ["UTF-8", "UTF-16", "US-ASCII"].contains(ForeignEncoding.canonical(name))
    if !isUnicode { encoding = .singleByte }
  }

  /// The encoding that iconv turned the characters from, where it is neither of UTF-8 and UTF-16 nor
  /// ISO-8859-1.
  var foreignEncoding: String?

  /// The encoding of the file whose characters these are, where it was turned into UTF-8 as a whole.
  var transcodedFrom: String?

  /// Whether edits are made of other bytes than those of the file: of its characters in UTF-8.
  package var isEditedInUTF8: Bool { encoding.isWide || transcodedFrom != nil }

  /// What the file is in, for people.
  package var encodingName: String { transcodedFrom ?? foreignEncoding ?? encoding.rawValue }

  /// What an XML declaration says about the encoding.
  struct DeclaredEncoding {
    let name: String
    /// Its bytes, between the quotes; nothing where the file is in UTF-16.
    let range: Range<Int>

    /// Whether it is what XML takes for a name of an encoding.
    var isName: Bool {
      guard let first = name.utf8.first, (first | 0x20) &- 0x61 < 26 else { return false }
      return name.utf8.allSatisfy {
        ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || [0x2D, 0x2E, 0x5F].contains($0)
      }
    }
  }

  /// The encoding that an XML declaration states, which may stand behind white space.
  var declaredEncoding: DeclaredEncoding? {
    let step = newline.step
    // Zero bytes of UTF-16 fall away; the declaration is ASCII.
    var head = bytes.prefix(4_096).dropFirst(byteOrderMarkLength)
    if step == 1 {
      head = head.drop { $0 <= 0x20 }.prefix(400)
    } else {
      head = ArraySlice(head.filter { $0 != 0 }.drop { $0 <= 0x20 }.prefix(400))
    }
    guard head.starts(with: "<?xml".utf8), let end = head.firstIndex(of: 0x3E) else { return nil }
    let declaration = head[..<end]
    let key = Array("encoding".utf8)
    guard
      let found = declaration.indices.first(where: { declaration[$0...].starts(with: key) }),
      let quote = declaration[found...].firstIndex(where: { $0 == 0x22 || $0 == 0x27 }),
      let closing = declaration[(quote + 1)...].firstIndex(of: declaration[quote])
    else { return nil }
    let name = String(decoding: declaration[(quote + 1)..<closing], as: UTF8.self)
    return DeclaredEncoding(name: name, range: step == 1 ? quote + 1..<closing : 0..<0)
  }

  /// Whether characters beyond ASCII are there, all of them in UTF-8. O(bytes).
  var isUTF8BeyondASCII: Bool {
    bytes.contains { $0 >= 0x80 } && String(validating: bytes, as: UTF8.self) != nil
  }

  /// Whether any two bytes beyond ASCII make a character of UTF-8. O(bytes).
  var hasCharactersOfUTF8: Bool {
    bytes.indices.dropLast().contains { i in
      (0xC2...0xF4).contains(bytes[i]) && bytes[i + 1] & 0xC0 == 0x80
    }
  }

  /// The same characters in UTF-8 without a byte order mark, with the encoding that an XML
  /// declaration states put right; a file in UTF-8 comes back as it is. O(bytes).
  public func transcodedToUTF8() -> [UInt8] {
    let isLittle = encoding == .utf16LittleEndian
    if let foreignEncoding {
      return ForeignEncoding.utf8(bytes[...], from: foreignEncoding).map(Self.declaringUTF8)
        ?? bytes
    }
    guard isLittle || encoding == .utf16BigEndian else { return bytes }
    let units = stride(from: byteOrderMarkLength, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0 + (isLittle ? 1 : 0)]) << 8 | UInt16(bytes[$0 + (isLittle ? 0 : 1)])
    }
    return Self.declaringUTF8(Array(String(decoding: units, as: UTF16.self).utf8))
  }

  static func declaringUTF8(_ text: [UInt8]) -> [UInt8] {
    var text = text
    guard text.starts(with: "<?xml".utf8), let end = text.firstIndex(of: 0x3E) else { return text }
    let declaration = String(decoding: text[..<end], as: UTF8.self)
    guard let range = declaration.firstRange(of: "encoding"),
      let quote = declaration[range.upperBound...].firstIndex(where: { $0 == "\"" || $0 == "'" }),
      let closing = declaration[declaration.index(after: quote)...].firstIndex(
        of: declaration[quote])
    else { return text }
    let mended = declaration[...quote] + "UTF-8" + declaration[closing...]
    text.replaceSubrange(..<end, with: Array(mended.utf8))
    return text
  }

  /// Where an offset is: line and column from 1, the column in Unicode scalars.
  public struct Place: Hashable, Sendable {
    public let line: Int
    public let column: Int
  }

  /// The places of many offsets in one pass over the bytes. O(bytes + offsets · log offsets).
  public func places(of offsets: [Int]) -> [Place] {
    let order = offsets.indices.sorted { offsets[$0] < offsets[$1] }
    var places = [Place](repeating: Place(line: 1, column: 1), count: offsets.count)
    bytes.withUnsafeBufferPointer { bytes in
      var line = 1
      var next = byteOrderMarkLength
      // How far the characters of the line are counted: a line of megabytes is walked once.
      var counted = next
      var column = 1
      for index in order {
        let offset = min(max(offsets[index], counted), bytes.count)
        let step = newline.step
        while let end = lineEnd(in: bytes, from: next, to: offset) {
          line += 1
          column = 1
          next = end + step
          counted = next
        }
        next = max(next, offset - (offset - next) % step)
        column += characters(in: bytes, from: counted, to: offset)
        counted = offset - (offset - counted) % step
        places[index] = Place(line: line, column: column)
      }
    }
    return places
  }

  /// Where the next line feed stands, or nil where none is left.
  private func lineEnd(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Int? {
    guard start < end, let base = bytes.baseAddress else { return nil }
    let (step, low, high) = newline
    if step == 1 {
      return memchr(base + start, 0x0A, end - start).map {
        UnsafeRawPointer($0) - UnsafeRawPointer(base)
      }
    }
    return stride(from: start, to: end - 1, by: 2).first {
      bytes[$0 + low] == 0x0A && bytes[$0 + high] == 0
    }
  }

  /// Whether a text stands anywhere in the bytes of a file in UTF-8.
  func contains(_ text: String) -> Bool {
    let wanted = Array(text.utf8)
    return bytes.withUnsafeBytes { bytes in
      guard var start = bytes.baseAddress, let first = wanted.first else { return false }
      let end = start + bytes.count
      while let found = memchr(start, Int32(first), end - start) {
        start = UnsafeRawPointer(found)
        if end - start < wanted.count { return false }
        if memcmp(start, wanted, wanted.count) == 0 { return true }
        start += 1
      }
      return false
    }
  }

  public func place(of offset: Int) -> Place { places(of: [offset])[0] }

  /// The offset of an attribute's name inside the tag that begins at an offset, or the tag's own.
  func attributeOffset(_ name: String, inTagAt tag: Int) -> Int {
    let (step, low, _) = newline
    let wanted = Array(name.utf8)
    var matched = 0
    var quote: UInt8 = 0
    var previousIsSpace = false
    var i = tag
    while i + step <= bytes.count, i - tag < 1 << 16 {
      let byte = bytes[i + low]
      if quote != 0 {
        if byte == quote { quote = 0 }
      } else if byte == 0x22 || byte == 0x27 {
        quote = byte
      } else if byte == 0x3E {
        break
      } else if matched == wanted.count, byte == 0x3D || byte <= 0x20 {
        return i - matched * step
      } else if matched < wanted.count, byte == wanted[matched], matched > 0 || previousIsSpace {
        matched += 1
        i += step
        continue
      }
      matched = 0
      previousIsSpace = byte <= 0x20
      i += step
    }
    return tag
  }

  /// The first half of a surrogate pair of UTF-16 that stands without its other half. O(bytes) in
  /// UTF-16, else O(1).
  var loneSurrogateOffset: Int? {
    guard encoding == .utf16LittleEndian || encoding == .utf16BigEndian else { return nil }
    let high = newline.high
    var i = 0
    while i + 2 <= bytes.count {
      switch bytes[i + high] & 0xFC {
      case 0xD8:
        guard i + 4 <= bytes.count, bytes[i + 2 + high] & 0xFC == 0xDC else { return i }
        i += 4
      case 0xDC: return i
      default: i += 2
      }
    }
    return nil
  }

  var byteOrderMarkLength: Int {
    switch encoding {
    case .utf8: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    case .utf16LittleEndian, .utf16BigEndian:
      bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) ? 2 : 0
    case .singleByte: 0
    }
  }

  /// Bytes of a code unit, and which of them is the low and the high one.
  private var newline: (step: Int, low: Int, high: Int) {
    switch encoding {
    case .utf8, .singleByte: (1, 0, 0)
    case .utf16LittleEndian: (2, 0, 1)
    case .utf16BigEndian: (2, 1, 0)
    }
  }

  private func characters(
    in bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int
  ) -> Int {
    var count = 0
    switch encoding {
    case .singleByte: count = end - start
    case .utf8:
      // Without a branch, so that many bytes are counted at once.
      for i in start..<max(end, start) { count &+= bytes[i] & 0xC0 != 0x80 ? 1 : 0 }
    case .utf16LittleEndian, .utf16BigEndian:
      let (_, _, high) = newline
      var i = start
      while i + 2 <= end {
        // The second half of a pair is no character of its own.
        if bytes[i + high] & 0xFC != 0xDC { count += 1 }
        i += 2
      }
    }
    return count
  }
}
