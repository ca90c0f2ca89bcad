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
  private var isAfterRoot = false
  private var lastOffset = 0
  private(set) var fault: XMLFault?
  /// The name of an encoding that expat does not know by itself and iconv does.
  private(set) var foreignEncoding: String?
  private let patches: [TextEdit]
  /// How many patches lie before the place that was asked for last, and what they come to.
  private var passedPatches = 0
  private var shift = 0
  private var fedBytes = 0
  var wantsText = false

  /// Nil where expat has no memory left.
  init?(reader: XMLReader, limits: ReadLimits, feed: XMLFeed) {
    guard let parser = XML_ParserCreate(feed.encoding) else { return nil }
    patches = feed.patches
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
      { context, name, info in
        guard let context, let name, let info else { return 0 }
        return XMLStream.of(context).fill(info, String(cString: name)) ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit { XML_ParserFree(parser) }

  private static func of(_ context: UnsafeMutableRawPointer) -> XMLStream {
    Unmanaged<XMLStream>.fromOpaque(context).takeUnretainedValue()
  }

  /// The byte where the current event begins, or a token that expat waits for the rest of.
  var offset: Int {
    let index = Int(XML_GetCurrentByteIndex(parser))
    // While it puts off looking at a long token again, expat names no place.
    if index >= 0 { lastOffset = patches.isEmpty ? index : fileOffset(index) }
    return lastOffset
  }

  /// The byte of the file at which a byte stands that was fed, or what it stands for.
  private func fileOffset(_ index: Int) -> Int {
    while passedPatches < patches.count {
      let patch = patches[passedPatches]
      if index < patch.range.lowerBound + shift + patch.replacement.count {
        // Within what was put in.
        return min(index - shift, patch.range.lowerBound)
      }
      shift += patch.replacement.count - patch.range.count
      passedPatches += 1
    }
    return index - shift
  }

  private func fill(_ info: UnsafeMutablePointer<XML_Encoding>, _ name: String) -> Bool {
    guard ForeignEncoding.canonical(name) == nil, ForeignEncoding.fill(info, name: name) else {
      return false
    }
    foreignEncoding = name
    return true
  }

  /// Ends the reading; the first fault stays.
  func stop(_ code: Diagnostic.Code, _ message: String) {
    if fault != nil { return }
    fault = XMLFault(
      diagnostic: Diagnostic(code, .error, message, offset: offset), error: XML_ERROR_NONE,
      depth: depth)
    XML_StopParser(parser, UInt8(XML_FALSE))
  }

  /// Streams the whole file by; `fault` tells why it ended early.
  func run(_ bytes: [UInt8]) {
    var start = 0
    for patch in patches {
      guard feed(bytes, start..<patch.range.lowerBound, isLast: false),
        feed(patch.replacement, patch.replacement.indices, isLast: false)
      else { return }
      start = patch.range.upperBound
    }
    _ = feed(bytes, start..<bytes.count, isLast: true)
  }

  /// Feeds some bytes; false where the reading ends.
  private func feed(_ bytes: [UInt8], _ range: Range<Int>, isLast: Bool) -> Bool {
    bytes.withUnsafeBufferPointer { buffer in
      var fed = range.lowerBound
      repeat {
        let count = min(Self.pieceBytes, range.upperBound - fed)
        let isLast = isLast && fed + count == range.upperBound
        if count == 0, !isLast { return true }
        let status = withUnsafePointer(to: CChar(0)) { nothing in
          let piece =
            buffer.baseAddress.map { UnsafeRawPointer($0 + fed) } ?? UnsafeRawPointer(nothing)
          return XML_Parse(
            parser, piece.assumingMemoryBound(to: CChar.self), Int32(count), isLast ? 1 : 0)
        }
        if status != XML_STATUS_OK {
          if fault == nil {
            fault = XMLFault(
              diagnostic: syntaxFault(byteCount: fedBytes + count),
              error: XML_GetErrorCode(parser), depth: depth, isAfterRoot: isAfterRoot)
          }
          return false
        }
        fed += count
        fedBytes += count
        // What expat could not finish is kept and looked at again: one endless tag would cost the
        // square of its length.
        if fedBytes - Int(XML_GetCurrentByteIndex(parser)) > limits.tokenBytes + Self.pieceBytes,
          XML_GetCurrentByteIndex(parser) >= 0
        {
          stopAtToken(bytes)
          return false
        }
      } while fed < range.upperBound
      return true
    }
  }

  private func stopAtToken(_ bytes: [UInt8]) {
    stop(
      .limit,
      "the tag or comment that begins here has more than \(limits.tokenBytes) bytes, the limit")
    if offset < bytes.count { fault?.isLongComment = bytes[offset...].starts(with: "<!--".utf8) }
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
    isAfterRoot = depth == 0
    if fault == nil { reader.end(self) }
  }
}
