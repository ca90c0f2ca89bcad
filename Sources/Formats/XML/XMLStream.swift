internal import CExpat

/// Feeds a file to expat in pieces, with every bound that a hostile file could break.
///
/// A DOCTYPE is refused, so entities do not exist; nesting, the length of a tag and the number of
/// bytes are bounded.
final class XMLStream {
  private static let pieceBytes = 64 * 1024

  private let parser: XML_Parser
  private let reader: XMLReader
  private let limits: ReadLimits
  private var depth = 0
  private var lastOffset = 0
  private(set) var fault: Diagnostic?
  var wantsText = false

  /// Nil where expat has no memory left.
  init?(reader: XMLReader, limits: ReadLimits) {
    guard let parser = XML_ParserCreate(nil) else { return nil }
    self.parser = parser
    self.reader = reader
    self.limits = limits
    XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
    XML_SetElementHandler(
      parser,
      { context, name, attributes in
        guard let context, let name, let attributes else { return }
        XMLStream.of(context).started(name, attributes)
      },
      { context, name in
        guard let context, name != nil else { return }
        XMLStream.of(context).ended()
      })
    XML_SetCharacterDataHandler(parser) { context, text, length in
      guard let context, let text else { return }
      let stream = XMLStream.of(context)
      if stream.wantsText, stream.fault == nil {
        text.withMemoryRebound(to: UInt8.self, capacity: Int(length)) {
          stream.reader.take(UnsafeBufferPointer(start: $0, count: Int(length)), stream)
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
    reader.start(name, XMLAttributes(attributes), self)
  }

  private func ended() {
    depth -= 1
    if fault == nil { reader.end(self) }
  }
}
