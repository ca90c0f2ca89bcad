/// What KML states about its route: our fields in the ExtendedData of a placemark or a container.
extension KMLEditor {
  mutating func wholes() -> [XMLElement] {
    guard let root = try? xml.root() else { return [] }
    var wholes: [XMLElement] = []
    var open = [root]
    while let container = open.popLast() {
      wholes.append(container)
      open += xml.children(of: container, named: "Document", "Folder")
    }
    return wholes
  }

  mutating func sites(of name: String, in parent: XMLElement, track: Int?) -> [StatementSite] {
    let data = xml.children(of: parent, named: "ExtendedData")
      .flatMap { xml.lexer.children(of: $0) }
    return data.compactMap { field in
      guard xml.lexer.localName(of: field) == "Data",
        let key = xml.lexer.attribute("name", of: field),
        xml.lexer.text(key.value) == "milequest:" + name,
        let value = xml.lexer.children(of: field).last(where: {
          xml.lexer.localName(of: $0) == "value"
        }),
        !value.isEmptyTag
      else { return nil }
      return StatementSite(range: value.content, track: track)
    }
  }

  mutating func insert(
    _ name: String, _ value: StatedValue, track: Int?
  ) throws(EditError) -> EditPlan {
    let root = try xml.root()
    let parent: XMLElement
    if let track {
      parent = try element(ofTrack: track)
    } else if let container = xml.children(of: root, named: "Document", "Folder").first {
      parent = container
    } else {
      throw .unsupported("the file has no Document that could state “\(name)” for all placemarks")
    }
    let prefix = xml.lexer.prefix(of: parent)
    let data =
      "<\(prefix)Data name=\"milequest:\(name)\"><\(prefix)value>\(value.text.asXML)"
      + "</\(prefix)value></\(prefix)Data>"
    let children = xml.children(of: parent)
    if let extended = children.first(where: { xml.lexer.localName(of: $0) == "ExtendedData" }) {
      return EditPlan(
        texts: [xml.child(data, of: extended, after: nil, xml.lexer.children(of: extended))],
        claims: [extended.start..<extended.name.upperBound])
    }
    // In front of the geometry, or of the features of a document.
    let behind: Set<String> = [
      "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Model", "Track",
      "MultiTrack", "Schema", "Placemark", "Document", "Folder", "NetworkLink", "GroundOverlay",
      "ScreenOverlay", "PhotoOverlay", "Tour",
    ]
    let index =
      children.firstIndex { behind.contains(xml.lexer.localName(of: $0)) } ?? children.count
    return EditPlan(
      texts: [
        xml.child(
          "<\(prefix)ExtendedData>\(data)</\(prefix)ExtendedData>", of: parent,
          after: index > 0 ? children[index - 1] : nil, children)
      ],
      claims: [parent.start..<parent.name.upperBound])
  }
}
