internal import CExpat

/// How the bytes of a file are handed to expat: as they stand, or with what keeps it from reading them
/// mended. The same replacements mend the file itself.
struct XMLFeed {
  /// More faults of the syntax than this are not passed: each costs another reading.
  static let mostMends = 20

  /// Goes over what the file declares.
  private(set) var encoding: String?
  /// In ascending order, not overlapping.
  private(set) var patches: [TextEdit] = []
  private(set) var notes: [Diagnostic] = []

  private let source: SourceText

  init(_ source: SourceText) {
    self.source = source
    guard let declared = source.declaredEncoding, source.encoding == .singleByte,
      source.isUTF8BeyondASCII
    else { return }
    // One of a single byte would take any bytes and garble the names.
    declare("UTF-8", instead: declared)
  }

  // MARK: Faults

  /// Finds what lets the reading go on behind a fault; false where nothing is known.
  mutating func mend(_ fault: XMLFault) -> Bool {
    guard notes.count < Self.mostMends else { return false }
    if fault.error == XML_ERROR_UNKNOWN_ENCODING || fault.error == XML_ERROR_INCORRECT_ENCODING {
      return mendDeclaration()
    }
    if source.encoding.isWide { return false }
    let bytes = source.bytes
    let offset = fault.diagnostic.offset ?? 0
    switch fault.error {
    case XML_ERROR_XML_DECL:
      guard let declared = source.declaredEncoding, !declared.isName, encoding == nil else {
        return false
      }
      declare("UTF-8", instead: declared)
      return true
    case XML_ERROR_MISPLACED_XML_PI, XML_ERROR_SYNTAX: return mendStart()
    case XML_ERROR_JUNK_AFTER_DOC_ELEMENT: return mendTail(fault.diagnostic, offset)
    case XML_ERROR_INVALID_TOKEN:
      if fault.depth == 0, mendStart() { return true }
      if offset < bytes.count, bytes[offset] >= 0x80,
        !XMLFaultScan(bytes: bytes).isForbidden(at: offset)
      {
        return mendEncoding(offset)
      }
      return mendCharacter(fault.diagnostic, offset)
    case XML_ERROR_BAD_CHAR_REF:
      return patch(fault.diagnostic.saying(Self.noCharacter), XMLFaultScan(bytes: bytes).controls)
    case XML_ERROR_UNDEFINED_ENTITY:
      return patch(fault.diagnostic, XMLFaultScan(bytes: bytes).entities)
    case XML_ERROR_TAG_MISMATCH: return mendClosing(fault.diagnostic, offset)
    case XML_ERROR_NO_ELEMENTS, XML_ERROR_UNCLOSED_TOKEN, XML_ERROR_UNCLOSED_CDATA_SECTION,
      XML_ERROR_PARTIAL_CHAR:
      return mendEnd(fault, offset)
    case XML_ERROR_NONE where fault.isLongComment: return mendComment(offset)
    default: return false
    }
  }

  private mutating func patch(_ diagnostic: Diagnostic, _ edits: TextEdit...) -> Bool {
    patch(diagnostic, edits)
  }

  /// Takes those edits that meet none of the patches.
  ///
  /// - Parameter edits: in ascending order, not overlapping.
  private mutating func patch(_ diagnostic: Diagnostic, _ edits: [TextEdit]) -> Bool {
    let free = edits.filter(isFree)
    if free.isEmpty { return false }
    patches = (patches + free).sorted { $0.range.lowerBound < $1.range.lowerBound }
    let times = free.count == 1 ? "" : " (\(free.count) times in the file, here first)"
    notes.append(
      Diagnostic(
        diagnostic.code, diagnostic.severity, diagnostic.message + times,
        offset: diagnostic.offset, remedy: free.map { .text($0) }))
    return true
  }

  private func isFree(_ edit: TextEdit) -> Bool {
    let at = patches.partitioningIndex { $0.range.lowerBound >= edit.range.lowerBound }
    if at > 0, patches[at - 1].range.upperBound > edit.range.lowerBound { return false }
    guard at < patches.count else { return true }
    let next = patches[at].range.lowerBound
    return next >= edit.range.upperBound && next > edit.range.lowerBound
  }

  // MARK: Encodings

  private mutating func declare(_ name: String, instead declared: SourceText.DeclaredEncoding) {
    encoding = name
    // Expat takes no name that is none, whatever it is told.
    if !declared.isName { patches.append(TextEdit(declared.range, name)) }
    notes.append(
      Diagnostic(
        .encoding, .warning,
        "the file declares the encoding “\(shortened(declared.name))” and is in \(name)",
        offset: declared.range.lowerBound, remedy: [.text(TextEdit(declared.range, name))]))
  }

  /// A name that expat does not know, or one that cannot be right.
  private mutating func mendDeclaration() -> Bool {
    guard encoding == nil, let declared = source.declaredEncoding else { return false }
    if source.encoding.isWide {
      encoding = "UTF-16"
      notes.append(
        Diagnostic(
          .encoding, .warning,
          "the file declares the encoding “\(shortened(declared.name))” and is in UTF-16",
          offset: declared.range.lowerBound, remedy: [.writeInUTF8]))
      return true
    }
    let canonical = ForeignEncoding.canonical(declared.name)
    // A file of single bytes is not in UTF-16, whatever it says.
    guard let canonical, canonical != "UTF-16" else {
      guard canonical != nil || declared.name.lowercased().hasPrefix("utf-16") else { return false }
      declare("UTF-8", instead: declared)
      return true
    }
    // The names that say least are written over anything.
    if canonical == "windows-1252", source.isUTF8BeyondASCII {
      declare("UTF-8", instead: declared)
      return true
    }
    encoding = canonical
    let isCommon = canonical == "windows-1252" || ForeignEncoding.isOfExpat(canonical)
    notes.append(
      Diagnostic(
        .encoding, .warning,
        "the encoding is called \(canonical) and not “\(shortened(declared.name))”, which strict "
          + "readers do not know",
        offset: declared.range.lowerBound,
        remedy: [isCommon ? .text(TextEdit(declared.range, canonical)) : .writeInUTF8]))
    return true
  }

  /// Bytes that are not in the encoding that the file declares or has without a declaration.
  private mutating func mendEncoding(_ offset: Int) -> Bool {
    guard encoding == nil || encoding == "US-ASCII" else { return false }
    if source.isUTF8BeyondASCII, let declared = source.declaredEncoding {
      declare("UTF-8", instead: declared)
      return true
    }
    guard !source.hasCharactersOfUTF8 else { return false }
    encoding = "windows-1252"
    notes.append(
      Diagnostic(
        .encoding, .warning,
        "the bytes are not in the encoding of the file, \(source.declaredEncoding?.name ?? "UTF-8"); they "
          + "are read as windows-1252, so look at the names", offset: offset, remedy: [.writeInUTF8]
      ))
    return true
  }

  // MARK: Syntax

  private mutating func mendStart() -> Bool {
    guard let prolog = XMLProlog(source) else { return false }
    return patch(
      Diagnostic(
        .declarationLate, .warning,
        "\(prolog.what) before the \(prolog.hasDeclaration ? "XML declaration" : "root element"), which "
          + "strict readers refuse", offset: source.byteOrderMarkLength), prolog.edit)
  }

  private static let noCharacter = "a character here is none of XML, such as a NUL"

  /// What stands after the root element: text goes, and another document of the kind goes on with the
  /// first, because it may be a route.
  private mutating func mendTail(_ diagnostic: Diagnostic, _ offset: Int) -> Bool {
    guard offset < source.bytes.count else { return false }
    if source.bytes[offset...].contains(0x3C) {
      guard let seam = XMLFaultScan(bytes: source.bytes).seam(before: offset) else { return false }
      return patch(
        diagnostic.saying(
          "a second document begins here; what is in it is read as part of the first"), seam)
    }
    return patch(diagnostic, TextEdit(offset..<source.bytes.count))
  }

  private mutating func mendComment(_ offset: Int) -> Bool {
    let bytes = source.bytes
    var i = offset + 4
    while i + 2 < bytes.count {
      if bytes[i] == 0x2D, bytes[i + 1] == 0x2D, bytes[i + 2] == 0x3E {
        return patch(
          Diagnostic(
            .commentLong, .warning,
            "the comment that begins here has \(i + 3 - offset) bytes, which many readers cannot hold",
            offset: offset), TextEdit(offset..<i + 3))
      }
      i += 1
    }
    return false
  }

  /// A stray “&” or “<”, or a character that XML does not have.
  private mutating func mendCharacter(_ diagnostic: Diagnostic, _ offset: Int) -> Bool {
    let bytes = source.bytes
    guard offset < bytes.count else { return false }
    let scan = XMLFaultScan(bytes: bytes)
    if scan.isForbidden(at: offset) {
      return patch(diagnostic.saying(Self.noCharacter), scan.controls)
    }
    if scan.isInComment(offset) {
      return patch(
        diagnostic.saying("“--” stands within a comment, where XML forbids it"), scan.hyphens)
    }
    if let tag = scan.faultyTag(at: offset) {
      return patch(
        diagnostic.saying("an attribute's value has no quotes, or no space follows it"),
        scan.attributes(from: tag))
    }
    if offset > 0, bytes[offset - 1] == 0x3C {
      return patch(diagnostic, TextEdit(offset - 1..<offset, "&lt;"))
    }
    var i = offset
    while i >= 0, offset - i < 100 {
      if bytes[i] == 0x26 { return patch(diagnostic, TextEdit(i..<i + 1, "&amp;")) }
      if bytes[i] == 0x3C || bytes[i] == 0x3E || bytes[i] == 0x3B { return false }
      i -= 1
    }
    return false
  }

  /// A closing tag that does not fit: those between it and its opening tag are closed, or it goes.
  private mutating func mendClosing(_ diagnostic: Diagnostic, _ offset: Int) -> Bool {
    let bytes = source.bytes
    var start = min(offset, bytes.count - 1)
    while start > 0, bytes[start] != 0x3C { start -= 1 }
    guard start + 2 < bytes.count, bytes[start + 1] == 0x2F,
      let end = bytes[start...].firstIndex(of: 0x3E)
    else { return false }
    let closed = String(
      decoding: bytes[(start + 2)..<end].prefix { $0 > 0x20 }, as: UTF8.self)
    guard let names = openNames(before: start) else { return false }
    if let index = names.lastIndex(of: closed) {
      let closers = names[(index + 1)...].reversed().map { "</\($0)>" }.joined()
      return patch(diagnostic, TextEdit(at: start, closers))
    }
    return patch(diagnostic, TextEdit(start..<end + 1))
  }

  /// The names of the tags that are open at a byte; nil where they cannot be told.
  private func openNames(before offset: Int) -> [String]? {
    let before = patches.filter { $0.range.upperBound <= offset }
    let fed = TextEdit.apply(before, to: Array(source.bytes[..<offset]))
    let lexer = XMLLexer(bytes: fed)
    return lexer.openTags()?.map { lexer.text($0.name) }
  }

  /// The end of a file that is cut off: what is not whole goes, and the open tags are closed.
  private mutating func mendEnd(_ fault: XMLFault, _ offset: Int) -> Bool {
    guard fault.depth > 0 else { return false }
    let bytes = source.bytes
    var end = min(offset, bytes.count)
    let isInText = fault.error == XML_ERROR_NO_ELEMENTS || fault.error == XML_ERROR_PARTIAL_CHAR
    let lexer = XMLLexer(bytes: bytes)
    if fault.error == XML_ERROR_UNCLOSED_CDATA_SECTION {
      let sections = bytes.indices.reversed().lazy
      guard let start = sections.first(where: { bytes[$0...].starts(with: "<![CDATA[".utf8) })
      else {
        return false
      }
      end = start
    }
    if isInText, let open = bytes[..<end].lastIndex(of: 0x3C), let tag = lexer.tag(at: open),
      !tag.isEmptyTag, tag.contentStart <= end
    {
      let text = bytes[tag.contentStart..<end]
      if lexer.localName(of: tag) == "coordinates" {
        // The last position may have lost digits.
        end = text.lastIndex { $0 <= 0x20 }.map { $0 + 1 } ?? tag.contentStart
      } else if text.contains(where: { $0 > 0x20 }) {
        end = open
      }
    }
    guard let names = openNames(before: end) else { return false }
    let closers = names.reversed().map { "</\($0)>" }.joined()
    return patch(fault.diagnostic, TextEdit(end..<bytes.count, "\(closers)\n"))
  }
}

/// Why expat ended, or the stream itself.
struct XMLFault {
  let diagnostic: Diagnostic
  /// `XML_ERROR_NONE` where it was no fault of the syntax.
  let error: XML_Error
  /// Elements that are open.
  let depth: Int
  var isLongComment = false
}

extension Diagnostic {
  fileprivate func saying(_ message: String) -> Diagnostic {
    Diagnostic(code, severity, message, offset: offset)
  }
}
