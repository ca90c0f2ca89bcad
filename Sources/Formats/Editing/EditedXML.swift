/// The elements of an XML document that is being edited, and what was found of them so far.
struct EditedXML {
  let lexer: XMLLexer
  private var childrenByStart: [Int: [XMLElement]] = [:]
  private var foundRoot: XMLElement?

  init(_ bytes: [UInt8]) { lexer = XMLLexer(bytes: bytes) }

  func element(at offset: Int) throws(EditError) -> XMLElement {
    guard let element = lexer.element(at: offset) else { throw .nothing(at: offset) }
    return element
  }

  mutating func root() throws(EditError) -> XMLElement {
    if let foundRoot { return foundRoot }
    guard let found = lexer.root else { throw .nothing(at: 0) }
    foundRoot = found
    return found
  }

  mutating func children(of element: XMLElement) -> [XMLElement] {
    if let found = childrenByStart[element.start] { return found }
    let found = lexer.children(of: element)
    childrenByStart[element.start] = found
    return found
  }

  /// The children of an element that have one of several names, whatever their prefix.
  mutating func children(of element: XMLElement, named names: String...) -> [XMLElement] {
    children(of: element).filter { names.contains(lexer.localName(of: $0)) }
  }

  /// The space in front of a byte back to the line's end before it, which a neighbour gets too.
  func gap(before offset: Int) -> String {
    var start = offset
    while start > 0, lexer.bytes[start - 1] == 0x20 || lexer.bytes[start - 1] == 0x09 { start -= 1 }
    guard start > 0, lexer.bytes[start - 1] == 0x0A || lexer.bytes[start - 1] == 0x0D else {
      return ""
    }
    start -= 1
    if start > 0, lexer.bytes[start] == 0x0A, lexer.bytes[start - 1] == 0x0D { start -= 1 }
    return String(decoding: lexer.bytes[start..<offset], as: UTF8.self)
  }

  /// An element put into another behind one of its children, or in front of all where nil.
  func child(
    _ text: String, of parent: XMLElement, after sibling: XMLElement?, _ children: [XMLElement]
  ) -> TextEdit {
    if parent.isEmptyTag {
      return TextEdit(
        parent.contentStart - 2..<parent.contentStart, ">\(text)</\(lexer.text(parent.name))>")
    }
    let like = sibling ?? children.first
    return TextEdit(
      at: sibling?.end ?? parent.contentStart, (like.map { gap(before: $0.start) } ?? "") + text)
  }
}
