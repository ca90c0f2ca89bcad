internal import CExpat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What happens while an XML file streams by. Subclasses keep their own state; no recursion.
class XMLVisitor {
  /// - Parameters:
  ///   - name: with its prefix, as UTF-8 that ends in a zero byte; valid during the call only.
  ///   - attributes: names and values in turn, ended by nil.
  func start(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>,
    _ stream: XMLStream
  ) {}
  func end(_ name: UnsafePointer<CChar>, _ stream: XMLStream) {}
  /// A piece of character data; called only while `stream.wantsText` is set.
  func text(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: XMLStream) {}
}

/// Feeds a file to expat in pieces, with every bound that a hostile file could break.
///
/// A DOCTYPE is refused, so entities do not exist; nesting, the length of a tag and the number of
/// bytes are bounded.
final class XMLStream {
  private static let pieceBytes = 64 * 1024

  private let parser: XML_Parser
  private let visitor: XMLVisitor
  private let limits: ReadLimits
  private var depth = 0
  private var lastOffset = 0
  private(set) var fault: Diagnostic?
  var wantsText = false

  /// Nil where expat has no memory left.
  init?(visitor: XMLVisitor, limits: ReadLimits) {
    guard let parser = XML_ParserCreate(nil) else { return nil }
    self.parser = parser
    self.visitor = visitor
    self.limits = limits
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { context, name, attributes in
        guard let context, let name, let attributes else { return }
        XMLStream.of(context).started(name, attributes)
      },
      { context, name in
        guard let context, let name else { return }
        XMLStream.of(context).ended(name)
      })
    XML_SetCharacterDataHandler(parser) { context, text, length in
      guard let context, let text else { return }
      let stream = XMLStream.of(context)
      if stream.wantsText, stream.fault == nil {
        text.withMemoryRebound(to: UInt8.self, capacity: Int(length)) {
          stream.visitor.text(UnsafeBufferPointer(start: $0, count: Int(length)), stream)
        }
      }
    }
    XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
      guard let context else { return }
      XMLStream.of(context).stop(
        .doctype,
        "the file has a DOCTYPE, which can make a reader fetch or expand things: remove that line")
    }
    XML_SetUnknownEncodingHandler(
      parser,
      { _, name, info in
        guard let name, let info else { return 0 }
        return SingleByteEncoding.fill(info, name: String(cString: name)) ? 1 : 0
      }, nil)
  }

  deinit { XML_ParserFree(parser) }

  private static func of(_ context: UnsafeMutableRawPointer) -> XMLStream {
    Unmanaged<XMLStream>.fromOpaque(context).takeUnretainedValue()
  }

  /// The byte where the current event begins, or a token that expat waits for the rest of.
  var offset: Int {
    let index = Int(XML_GetCurrentByteIndex(parser))
    // While it puts off looking at a long token again, expat names no place.
    if index >= 0 { lastOffset = index }
    return lastOffset
  }

  /// Ends the reading; the first fault stays.
  func stop(_ code: Diagnostic.Code, _ message: String) {
    if fault != nil { return }
    fault = Diagnostic(code, .error, message, offset: offset)
    XML_StopParser(parser, UInt8(XML_FALSE))
  }

  /// Streams the whole file by; `fault` tells why it ended early.
  func run(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      var fed = 0
      repeat {
        let count = min(Self.pieceBytes, bytes.count - fed)
        let isLast = fed + count == bytes.count
        let piece = bytes.baseAddress.map { UnsafeRawPointer($0 + fed) }
        let status = piece.map {
          XML_Parse(
            parser, $0.assumingMemoryBound(to: CChar.self), Int32(count), isLast ? 1 : 0)
        }
        if status != XML_STATUS_OK {
          if fault == nil { fault = syntaxFault(byteCount: bytes.count) }
          return
        }
        fed += count
        // What expat could not finish is kept and looked at again: one endless tag would cost the
        // square of its length.
        if fed - offset > limits.tokenBytes + Self.pieceBytes {
          stop(
            .limit,
            "the tag or comment that begins here has more than \(limits.tokenBytes) bytes, the limit"
          )
          return
        }
      } while fed < bytes.count
    }
  }

  private func syntaxFault(byteCount: Int) -> Diagnostic {
    let code = XML_GetErrorCode(parser)
    var message = XML_ErrorString(code).map { String(cString: $0) } ?? "unknown error"
    var kind = Diagnostic.Code.notWellFormed
    switch code {
    case XML_ERROR_NO_ELEMENTS: message = "the file has no XML element: it is empty or cut off"
    case XML_ERROR_INVALID_TOKEN:
      message =
        "a character or tag here is not XML (a stray “<” or “&”, a NUL, or bytes that are not "
        + "in the file's encoding)"
    case XML_ERROR_TAG_MISMATCH: message = "this closing tag does not match the tag that is open"
    case XML_ERROR_UNCLOSED_TOKEN, XML_ERROR_UNCLOSED_CDATA_SECTION:
      message = "the tag or section that begins here is never closed: the file is cut off"
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT:
      message = "there is more after the end of the document"
    case XML_ERROR_PARTIAL_CHAR:
      message = "the file ends inside a character: it is cut off"
      kind = .encoding
    case XML_ERROR_UNKNOWN_ENCODING:
      message = "the encoding that the file declares is not known: save it as UTF-8"
      kind = .encoding
    case XML_ERROR_INCORRECT_ENCODING:
      message = "the encoding that the file declares is not the one it is in"
      kind = .encoding
    case XML_ERROR_UNDEFINED_ENTITY:
      message = "an entity other than &amp; &lt; &gt; &quot; &apos; is not known"
    case XML_ERROR_DUPLICATE_ATTRIBUTE: message = "an attribute is given twice"
    case XML_ERROR_NO_MEMORY:
      message = "no memory is left for this file"
      kind = .limit
    default: break
    }
    if code == XML_ERROR_NO_ELEMENTS, byteCount > 0, depth > 0 {
      message = "the file ends before its last tag is closed: it is cut off"
    }
    return Diagnostic(kind, .error, message, offset: offset)
  }

  private func started(
    _ name: UnsafePointer<CChar>, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>
  ) {
    if fault != nil { return }
    depth += 1
    if depth > limits.nesting {
      stop(.limit, "elements are nested more than \(limits.nesting) levels deep, the limit")
      return
    }
    visitor.start(name, attributes, self)
  }

  private func ended(_ name: UnsafePointer<CChar>) {
    depth -= 1
    if fault == nil { visitor.end(name, self) }
  }
}

/// Encodings of one byte a character that expat does not know by itself.
private enum SingleByteEncoding {
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

/// Names and values as expat hands them over.
enum XMLName {
  /// The name without its prefix.
  @inline(__always)
  static func local(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar> {
    guard let colon = strchr(name, 0x3A) else { return name }
    return UnsafePointer(colon + 1)
  }

  @inline(__always)
  static func equals(_ name: UnsafePointer<CChar>, _ other: StaticString) -> Bool {
    other.withUTF8Buffer { other in
      strncmp(
        name, UnsafeRawPointer(other.baseAddress!).assumingMemoryBound(to: CChar.self), other.count)
        == 0
        && name[other.count] == 0
    }
  }
}

/// The text of one element, collected in pieces and bounded.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var isCut = false
  private(set) var offset = 0

  mutating func begin(offset: Int) {
    bytes.removeAll(keepingCapacity: true)
    isCut = false
    self.offset = offset
  }

  mutating func append(_ piece: UnsafeBufferPointer<UInt8>, limit: Int) {
    if isCut { return }
    let room = limit - bytes.count
    if piece.count <= room {
      bytes.append(contentsOf: piece)
    } else {
      isCut = true
      bytes.append(contentsOf: piece.prefix(max(room, 0)))
      // A character stays whole.
      while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
      if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
    }
  }

  /// The text without the space around it, or nil where nothing is left.
  var trimmed: String? {
    var slice = bytes[...]
    slice = slice.drop { $0 <= 0x20 }
    while let last = slice.last, last <= 0x20 { slice.removeLast() }
    return slice.isEmpty ? nil : String(decoding: slice, as: UTF8.self)
  }
}
