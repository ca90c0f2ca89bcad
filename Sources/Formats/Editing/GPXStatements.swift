/// What GPX states about its route: attributes of our element in the extensions of another.
extension GPXEditor {
  mutating func wholes() -> [XMLElement] {
    guard let root = try? xml.root() else { return [] }
    return [root] + xml.children(of: root, named: "metadata")
  }

  mutating func sites(of name: String, in parent: XMLElement, track: Int?) -> [StatementSite] {
    routeElements(in: parent).compactMap { element in
      xml.lexer.attribute(name, of: element).map { StatementSite(range: $0.value, track: track) }
    }
  }

  private mutating func routeElements(in parent: XMLElement) -> [XMLElement] {
    let prefix = ownPrefix()
    return xml.children(of: parent, named: "extensions").flatMap { xml.lexer.children(of: $0) }
      .filter { element in
        xml.lexer.localName(of: element) == "route" && !xml.lexer.prefix(of: element).isEmpty
          && (prefix == xml.lexer.prefix(of: element) || declaresOwnNamespace(element))
      }
  }

  /// The prefix that the root element declares for our namespace.
  private mutating func ownPrefix() -> String? {
    guard let root = try? xml.root() else { return nil }
    return xml.lexer.attributes(of: root).first { attribute in
      xml.lexer.text(attribute.value) == OwnWords.namespace
        && bytes[attribute.name].starts(with: "xmlns:".utf8)
    }.map { xml.lexer.text($0.name.lowerBound + 6..<$0.name.upperBound) + ":" }
  }

  private func declaresOwnNamespace(_ element: XMLElement) -> Bool {
    xml.lexer.attributes(of: element).contains { xml.lexer.text($0.value) == OwnWords.namespace }
  }

  mutating func insert(
    _ name: String, _ value: StatedValue, track: Int?
  ) throws(EditError) -> EditPlan {
    guard try version() != "1.0" else {
      throw EditError(
        .format, "GPX 1.0 has no extensions to state “\(name)” in: convert the file to 1.1")
    }
    let root = try xml.root()
    let parent = try track.map { track throws(EditError) in try element(ofTrack: track) } ?? root
    let attribute = " \(name)=\"\(value.text.asXML)\""
    if let element = routeElements(in: parent).last {
      return EditPlan(
        texts: [TextEdit(at: element.name.upperBound, attribute)],
        claims: [element.start..<element.name.upperBound])
    }
    var route = "<\(ownPrefix() ?? "mq:")route"
    if ownPrefix() == nil { route += " xmlns:mq=\"\(OwnWords.namespace)\"" }
    route += attribute + "/>"
    let children = xml.children(of: parent)
    if let extensions = children.first(where: {
      xml.lexer.text($0.name) == xml.lexer.prefix(of: parent) + "extensions"
    }) {
      return EditPlan(
        texts: [xml.child(route, of: extensions, after: nil, xml.lexer.children(of: extensions))],
        claims: [extensions.start..<extensions.name.upperBound])
    }
    let schema = try schema()
    func rank(_ local: String) -> Int {
      schema.rank(of: local, in: xml.lexer.localName(of: parent), isForeign: false) ?? 0
    }
    let own = rank("extensions")
    let sibling = children.last { rank(xml.lexer.localName(of: $0)) <= own }
    let tag = xml.lexer.prefix(of: parent) + "extensions"
    return EditPlan(
      texts: [xml.child("<\(tag)>\(route)</\(tag)>", of: parent, after: sibling, children)],
      claims: [parent.start..<parent.name.upperBound])
  }
}
