/// What editing GPX and KML have in common.
protocol XMLEditor: DocumentEditor {
  var xml: EditedXML { get set }

  /// Where a property is stated right in an element.
  mutating func sites(of name: String, in parent: XMLElement, track: Int?) -> [StatementSite]
  /// The elements that speak for the whole file.
  mutating func wholes() -> [XMLElement]
}

extension XMLEditor {
  func range(ofPart part: Int) throws(EditError) -> Range<Int> {
    try xml.element(at: parts[part].offset).range
  }

  func range(ofTrack track: Int) throws(EditError) -> Range<Int> {
    try element(ofTrack: track).range
  }

  func element(ofTrack track: Int) throws(EditError) -> XMLElement {
    try xml.element(at: document.allTracks[track].offset)
  }

  /// Refuses to move parts between tracks one of which declares a namespace.
  func checkNamespaces(of part: Int, _ slot: Int) throws(EditError) {
    for part in [part, slot] {
      let track = try element(ofTrack: trackOfPart[part])
      // A prefix that is declared around one would mean nothing around the other.
      if xml.lexer.attributes(of: track).contains(where: {
        bytes[$0.name].starts(with: "xmlns".utf8)
      }) {
        throw .unsupported(
          "a track declares a namespace of its own, so its parts cannot move to another")
      }
    }
  }

  // MARK: Statements

  mutating func sites(of name: String) -> [StatementSite] {
    if (try? xml.root()) == nil { return [] }
    var sites: [StatementSite] = []
    for element in wholes() { sites += self.sites(of: name, in: element, track: nil) }
    for track in filledTracks {
      guard let element = try? element(ofTrack: track) else { continue }
      sites += self.sites(of: name, in: element, track: track)
    }
    return sites
  }

  func bytes(of value: StatedValue) -> [UInt8] { Array(value.text.utf8) }

  // MARK: Any element

  /// The beginning of the tag that a byte lies in.
  func tagStart(at offset: Int) throws(EditError) -> Int {
    guard let start = xml.lexer.tagStart(containing: try source.checked(offset: offset)) else {
      throw .nothing(at: offset)
    }
    return start
  }

  mutating func removeElement(at offset: Int) throws(EditError) -> EditPlan {
    let start = try tagStart(at: offset)
    let element = try xml.element(at: start)
    if element.start == (try xml.root()).start {
      throw .unsupported("the root element is the file; it cannot be taken out")
    }
    return EditPlan(removals: [element.range])
  }

  func setAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan {
    let start = try tagStart(at: offset)
    if let tag = xml.lexer.tag(at: start), let old = xml.lexer.attribute(name, of: tag) {
      return EditPlan(texts: [source.encoded(TextEdit(old.value, value.asXML))])
    }
    return try insertAttribute(name, value, inTagAt: offset)
  }

  func insertAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan {
    let start = try tagStart(at: offset)
    guard let tag = xml.lexer.tag(at: start) else { throw .nothing(at: offset) }
    let isName = name.utf8.allSatisfy {
      ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || [0x3A, 0x5F, 0x2D, 0x2E].contains($0)
    }
    guard isName, let first = name.utf8.first, (first | 0x20) &- 0x61 < 26 || first == 0x5F else {
      throw EditError(.range, "“\(shortened(name))” is no name of an attribute")
    }
    if xml.lexer.attribute(name, of: tag) != nil {
      throw .unsupported("the tag has an attribute “\(shortened(name))” already")
    }
    return EditPlan(texts: [
      source.encoded(TextEdit(at: tag.name.upperBound, " \(name)=\"\(value.asXML)\""))
    ])
  }

  func removeAttribute(_ name: String, inTagAt offset: Int) throws(EditError) -> EditPlan {
    guard let tag = xml.lexer.tag(at: try tagStart(at: offset)),
      let range = rangeOfAttribute(name, of: tag)
    else { throw .nothing(at: offset) }
    return EditPlan(texts: [TextEdit(range)])
  }

  /// An attribute with its quotes and the space before it.
  func rangeOfAttribute(_ name: String, of tag: XMLElement) -> Range<Int>? {
    guard let attribute = xml.lexer.attribute(name, of: tag) else { return nil }
    var from = attribute.name.lowerBound
    while from > tag.name.upperBound, bytes[from - 1] <= 0x20 { from -= 1 }
    return from..<attribute.value.upperBound + 1
  }

  func setText(_ text: String, ofElementAt offset: Int) throws(EditError) -> EditPlan {
    let element = try xml.element(at: tagStart(at: offset))
    guard !element.isEmptyTag else {
      throw .unsupported("an empty tag has no text to be replaced")
    }
    return EditPlan(texts: [source.encoded(TextEdit(element.content, text.asXML))])
  }
}
