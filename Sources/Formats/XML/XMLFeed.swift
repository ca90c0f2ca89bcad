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
    if fault.isAfterRoot { return mendTail(fault.diagnostic, offset) }
    switch fault.error {
    case XML_ERROR_XML_DECL:
      if let declared = source.declaredEncoding, !declared.isName, encoding == nil,
        declare("UTF-8", instead: declared)
      {
        return true
      }
      return mendDeclarationOrder(fault.diagnostic)
    case XML_ERROR_MISPLACED_XML_PI, XML_ERROR_SYNTAX: return mendStart()
    case XML_ERROR_DUPLICATE_ATTRIBUTE: return mendDoubled(fault.diagnostic)
    case XML_ERROR_INVALID_TOKEN:
      if fault.depth == 0, mendStart() { return true }
      if offset < bytes.count, bytes[offset] >= 0x80,
        !XMLFaultScan(bytes: bytes).isForbidden(at: offset)
      {
        if mendEncoding(offset) { return true }
      }
      return mendCharacter(fault.diagnostic, offset)
    case XML_ERROR_BAD_CHAR_REF:
      let scan = XMLFaultScan(bytes: bytes)
      let isMended = patch(
        fault.diagnostic.saying(
          "a character is written as two halves (surrogates), where XML has one number for it"),
        scan.halves)
      return isMended || patch(fault.diagnostic.saying(Self.noCharacter), scan.controls)
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
    insert(free)
    let times = free.count == 1 ? "" : " (\(free.count) times in the file, here first)"
    notes.append(
      Diagnostic(
        diagnostic.code, diagnostic.severity, diagnostic.message + times,
        offset: diagnostic.offset, remedy: free.map { .text($0) }, isGuess: diagnostic.isGuess))
    return true
  }

  private mutating func insert(_ free: [TextEdit]) {
    patches = (patches + free).sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  private func isFree(_ edit: TextEdit) -> Bool {
    let at = patches.partitioningIndex { $0.range.lowerBound >= edit.range.lowerBound }
    if at > 0, patches[at - 1].range.upperBound > edit.range.lowerBound { return false }
    guard at < patches.count else { return true }
    let next = patches[at].range.lowerBound
    return next >= edit.range.upperBound && next > edit.range.lowerBound
  }

  // MARK: Encodings

  /// Reads the file in another encoding than it declares; false where that is mended otherwise already.
  @discardableResult
  private mutating func declare(_ name: String, instead declared: SourceText.DeclaredEncoding)
    -> Bool
  {
    let edit = TextEdit(declared.range, name)
    // Expat takes no name that is none, whatever it is told.
    if !declared.isName {
      guard isFree(edit) else { return false }
      insert([edit])
    }
    encoding = name
    notes.append(
      Diagnostic(
        .encoding, .warning,
        "the file declares the encoding “\(shortened(declared.name))” and is in \(name)",
        offset: declared.range.lowerBound, remedy: [.text(edit)]))
    return true
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
      return declare("UTF-8", instead: declared)
    }
    // The names that say least are written over anything.
    if canonical == "windows-1252", source.isUTF8BeyondASCII {
      return declare("UTF-8", instead: declared)
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

  /// A declaration that says no version, or not first, or more than there is to say.
  private mutating func mendDeclarationOrder(_ diagnostic: Diagnostic) -> Bool {
    let start = source.byteOrderMarkLength
    guard source.bytes[start...].starts(with: "<?xml".utf8),
      let end = source.bytes[start...].prefix(1_024).firstIndex(of: 0x3E)
    else { return false }
    let name = source.declaredEncoding?.name ?? "UTF-8"
    return patch(
      diagnostic.saying("the XML declaration is not written as version, encoding, standalone"),
      TextEdit(start..<end + 1, "<?xml version=\"1.0\" encoding=\"\(name)\"?>"))
  }

  /// Bytes that are not in the encoding that the file declares or has without a declaration.
  private mutating func mendEncoding(_ offset: Int) -> Bool {
    guard encoding == nil || encoding == "US-ASCII" else { return false }
    if source.isUTF8BeyondASCII, let declared = source.declaredEncoding {
      return declare("UTF-8", instead: declared)
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

  /// What stands after the root element: text and closing tags go, another document of the kind goes on
  /// with the first, because it may be a route, and what belongs into the root element is taken into it.
  private mutating func mendTail(_ diagnostic: Diagnostic, _ offset: Int) -> Bool {
    let bytes = source.bytes
    guard offset < bytes.count else { return false }
    let scan = XMLFaultScan(bytes: bytes)
    let tail = offset > 0 && bytes[offset - 1] == 0x3C ? offset - 1 : offset
    let what = diagnostic.saying("there is more after the end of the document")
    guard let next = scan.openingTag(from: tail) else {
      return patch(what, TextEdit(tail..<bytes.count))
    }
    if let seam = scan.seam(before: tail) {
      return patch(
        diagnostic.saying(
          "a second document begins here; what is in it is read as part of the first"), seam)
    }
    guard let root = scan.closingTag(before: tail),
      XMLNesting.stands(XMLLexer(bytes: bytes).localName(of: next), in: root.name)
    else { return false }
    return patch(
      Diagnostic(
        diagnostic.code, diagnostic.severity,
        "“\(root.name)” is closed here, and more of it follows", offset: root.range.lowerBound),
      TextEdit(root.range))
  }

  /// Attributes that are given twice: the later one goes, by a guess where it says something else.
  private mutating func mendDoubled(_ diagnostic: Diagnostic) -> Bool {
    let (same, other) = XMLFaultScan(bytes: source.bytes).doubledAttributes
    let isMended = patch(diagnostic, same)
    let what = diagnostic.saying("an attribute is given twice, with two values; the first is read")
    guard let first = other.first else { return isMended }
    return patch(
      Diagnostic(
        what.code, what.severity, what.message, offset: first.range.lowerBound, isGuess: true),
      other) || isMended
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
      // A file of nothing else is lost.
      guard bytes.contains(0x3C) else { return false }
      return patch(diagnostic.saying(Self.noCharacter), scan.controls)
    }
    if scan.isInComment(offset) {
      return patch(
        diagnostic.saying("“--” stands within a comment, where XML forbids it"), scan.hyphens)
    }
    if let edit = scan.unclosedTag(before: offset) {
      let missing = edit.replacement == Array(">".utf8) ? "“>”" : "closing quote"
      return patch(
        Diagnostic(
          diagnostic.code, diagnostic.severity, "the \(missing) of a tag is missing here",
          offset: edit.range.lowerBound), edit)
    }
    if scan.isInValue(at: offset) {
      return patch(diagnostic, TextEdit(offset..<offset + 1, "&lt;"))
    }
    if let tag = scan.faultyTag(at: offset),
      patch(
        diagnostic.saying(
          "an attribute is not written as name=\"value\": a quote, a space or “=” is missing"),
        scan.attributes(from: tag))
    {
      return true
    }
    if offset > 0, bytes[offset - 1] == 0x3C,
      patch(diagnostic, TextEdit(offset - 1..<offset, "&lt;"))
    {
      return true
    }
    var i = offset
    while i >= 0, offset - i < 100 {
      if bytes[i] == 0x26 { return patch(diagnostic, TextEdit(i..<i + 1, "&amp;")) }
      if bytes[i] == 0x3C || bytes[i] == 0x3E || bytes[i] == 0x3B { break }
      i -= 1
    }
    guard let unreadable = scan.unreadableElement(at: offset) else { return false }
    return patch(
      Diagnostic(
        diagnostic.code, diagnostic.severity,
        "this “\(shortened(unreadable.name))” cannot be read and is left out: its tag is damaged",
        offset: unreadable.range.lowerBound, isGuess: true), TextEdit(unreadable.range))
  }

  /// A closing tag that does not fit: it is a misspelling of the one that is due, or the elements between
  /// it and its opening tag are closed, or it goes.
  private mutating func mendClosing(_ diagnostic: Diagnostic, _ offset: Int) -> Bool {
    let bytes = source.bytes
    var start = min(offset, bytes.count - 1)
    while start > 0, bytes[start] != 0x3C { start -= 1 }
    guard start + 2 < bytes.count, bytes[start + 1] == 0x2F,
      let end = bytes[start...].firstIndex(of: 0x3E)
    else { return false }
    let name = (start + 2)..<(bytes[(start + 2)..<end].firstIndex { $0 <= 0x20 } ?? end)
    let closed = String(decoding: bytes[name], as: UTF8.self)
    guard let open = unclosed(before: start), let last = open.last else { return false }
    if let index = open.lastIndex(where: { $0.name == closed }) {
      return close(open, after: index, at: start, diagnostic)
    }
    if XMLNesting.knows(closed),
      let opening = XMLFaultScan(bytes: bytes).missingOpening(of: closed, before: start)
    {
      return patch(
        Diagnostic(
          diagnostic.code, diagnostic.severity, "the “<” of a tag is missing here", offset: opening),
        TextEdit(at: opening, "<"))
    }
    guard let near = Spelling.nearest(to: closed, among: open.reversed().map(\.name)),
      let index = open.lastIndex(where: { $0.name == near })
    else { return patch(diagnostic, TextEdit(start..<end + 1)) }
    if index == open.count - 1, XMLNesting.knows(closed), !XMLNesting.knows(near),
      let opening = fileOffset(last.tag.name.lowerBound)
    {
      return patch(
        diagnostic.saying("the tag “\(shortened(near))” is closed as “\(shortened(closed))”"),
        TextEdit(opening..<opening + near.utf8.count, closed))
    }
    return patch(
      diagnostic.saying(
        "“\(shortened(closed))” does not close an open tag; “\(near)” was probably meant"),
      TextEdit(name, near))
  }

  /// Closes the open tags behind one of them: before the first element that cannot stand in one, or
  /// where they must be closed at last.
  private mutating func close(
    _ open: [XMLNesting.Unclosed], after index: Int, at end: Int, _ diagnostic: Diagnostic
  ) -> Bool {
    for (i, unclosed) in open.enumerated().dropFirst(index + 1) {
      guard let stranger = unclosed.stranger, stranger.home >= max(index, 0),
        let tag = fileOffset(unclosed.tag.start), let start = fileOffset(stranger.start)
      else { continue }
      let closers = Self.closers(open[(stranger.home + 1)...i])
      let cause = Diagnostic(
        diagnostic.code, diagnostic.severity,
        "“\(shortened(unclosed.name))” begins here and is never closed; it ends where the next "
          + "“\(shortened(stranger.name))” begins", offset: tag)
      if patch(cause, TextEdit(at: start, closers)) { return true }
    }
    return patch(diagnostic, TextEdit(at: end, Self.closers(open[(index + 1)...])))
  }

  private static func closers(_ tags: ArraySlice<XMLNesting.Unclosed>) -> String {
    tags.reversed().map { "</\($0.name)>" }.joined()
  }

  /// The tags that are open at a byte, with their places in the mended bytes; nil if a closing tag fits none.
  private func unclosed(before offset: Int) -> [XMLNesting.Unclosed]? {
    let before = patches.filter { $0.range.upperBound <= offset }
    let fed = TextEdit.apply(before, to: Array(source.bytes[..<offset]))
    return XMLNesting.unclosed(in: XMLLexer(bytes: fed))
  }

  /// The byte of the file that stands at a place of what is fed; nil where a patch put it there.
  private func fileOffset(_ fed: Int) -> Int? {
    var shift = 0
    for patch in patches {
      let start = patch.range.lowerBound + shift
      if fed < start { break }
      if fed < start + patch.replacement.count { return nil }
      shift += patch.replacement.count - patch.range.count
    }
    return fed - shift
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
    guard let open = unclosed(before: end) else { return false }
    if open.contains(where: { $0.stranger != nil }) {
      return close(open, after: -1, at: end, fault.diagnostic)
    }
    return patch(fault.diagnostic, TextEdit(end..<bytes.count, "\(Self.closers(open[...]))\n"))
  }
}

/// Why expat ended, or the stream itself.
struct XMLFault {
  let diagnostic: Diagnostic
  /// `XML_ERROR_NONE` where it was no fault of the syntax.
  let error: XML_Error
  /// Elements that are open.
  let depth: Int
  /// Whether the root element was closed before.
  var isAfterRoot = false
  var isLongComment = false
}

extension Diagnostic {
  fileprivate func saying(_ message: String) -> Diagnostic {
    Diagnostic(code, severity, message, offset: offset)
  }
}
