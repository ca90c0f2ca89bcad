internal import Routes

// New waypoints, and new names of those that are there, in each kind of file.

extension RouteWriter {
  /// Waypoints as a format writes them, without what stands around them; nil where it has none.
  static func texts(of waypoints: [Waypoint], as format: RouteFormat) -> [String]? {
    guard let first = waypoints.first,
      let route = try? Route(parts: [[first.coordinate, first.coordinate]], waypoints: waypoints)
    else { return nil }
    func texts<Writer: SectionWriter>(
      _ writer: Writer, _ section: Writer.Section
    ) -> [String] {
      var writer = writer
      // The declaration of a whole file.
      _ = writer.take()
      return waypoints.indices.map { index in
        writer.write(index, of: section, in: route)
        let text = String(decoding: writer.take(), as: UTF8.self)
        // Indentation and commas are those of a whole file.
        return String(text.drop { $0 == "," || $0.isWhitespace }.trimmingSpacesAtEnd)
      }
    }
    let options = WriteOptions()
    return switch format {
    case .gpx: texts(GPXWriter(route, options), .waypoints)
    case .kml: texts(KMLWriter(route, options), .waypoints)
    case .geojson: texts(GeoJSONWriter(route, options), .waypoints)
    case .polyline5, .polyline6: nil
    }
  }
}

extension Substring {
  fileprivate var trimmingSpacesAtEnd: Substring {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

extension XMLEditor {
  /// The texts with the indentation of their neighbour.
  fileprivate func lines(_ texts: [String], gap: String) -> String {
    texts.map { text in
      gap + text.split(separator: "\n").joined(separator: gap.isEmpty ? "" : gap)
    }.joined()
  }

  /// Elements before one that is there, or behind one.
  fileprivate mutating func insertion(
    of texts: [String], before: XMLElement?, behind sibling: XMLElement?, of parent: XMLElement
  ) -> EditPlan {
    if let before {
      let gap = xml.gap(before: before.start)
      let text = lines(texts, gap: gap)
      // The gap before the first is there, and one is missing before what follows.
      return EditPlan(texts: [
        source.encoded(TextEdit(at: before.start, String(text.dropFirst(gap.count)) + gap))
      ])
    }
    let children = xml.children(of: parent)
    let gap = (sibling ?? children.first).map { xml.gap(before: $0.start) } ?? ""
    let text = String(lines(texts, gap: gap).dropFirst(gap.count))
    return EditPlan(
      texts: [source.encoded(xml.child(text, of: parent, after: sibling, children))],
      claims: [parent.start..<parent.name.upperBound])
  }

  /// Elements as a file writes them that gives them a prefix: those without one get it.
  fileprivate func prefixed(_ texts: [String], _ prefix: String) -> [String] {
    if prefix.isEmpty { return texts }
    // In written text a raw “<” begins a tag.
    return texts.map { text in
      text.split(separator: "<", omittingEmptySubsequences: false).map { piece in
        let isClosing = piece.hasPrefix("/")
        let rest = isClosing ? piece.dropFirst() : piece
        let name = rest.prefix { $0 != ">" && $0 != "/" && !$0.isWhitespace }
        if name.isEmpty || name.contains(":") { return String(piece) }
        return (isClosing ? "/" : "") + prefix + rest
      }.joined(separator: "<")
    }
  }

  /// Writes the text of a child that has one, or a new child.
  fileprivate mutating func setChild(
    _ name: String, to text: String, of parent: XMLElement, behind: Set<String>
  ) throws(EditError) -> EditPlan {
    if let old = xml.children(of: parent, named: name).first, !old.isEmptyTag {
      return try setText(text, ofElementAt: old.start)
    }
    let tag = xml.lexer.prefix(of: parent) + name
    let children = xml.children(of: parent)
    let sibling = children.last { behind.contains(xml.lexer.localName(of: $0)) }
    return EditPlan(
      texts: [
        source.encoded(
          xml.child("<\(tag)>\(text.asXML)</\(tag)>", of: parent, after: sibling, children))
      ],
      claims: [parent.start..<parent.name.upperBound])
  }
}

extension GPXEditor {
  mutating func insertWaypoints(
    _ waypoints: [Waypoint], before index: Int
  ) throws(EditError) -> EditPlan {
    let root = try xml.root()
    guard var texts = RouteWriter.texts(of: waypoints, as: .gpx) else {
      throw .unsupported("the waypoints cannot be written")
    }
    let isFirst = try version() == "1.0"
    for i in texts.indices where texts[i].contains("<mq:") {
      if isFirst {
        throw EditError(
          .format, "GPX 1.0 has no extensions to state a distance in: convert the file to 1.1")
      }
      // Wherever it comes to stand, the prefix is known.
      texts[i] = texts[i].replacing("<wpt ", with: "<wpt xmlns:mq=\"\(OwnWords.namespace)\" ")
    }
    texts = prefixed(texts, xml.lexer.prefix(of: root))
    if index < document.waypoints.count {
      let next = try xml.element(at: Int(document.waypointOffsets[index]))
      if xml.lexer.localName(of: next) == "rtept" {
        throw .unsupported("the waypoint is a point of the route, before which none can stand")
      }
      return insertion(of: texts, before: next, behind: nil, of: root)
    }
    let schema = try schema()
    func rank(_ local: String) -> Int { schema.rank(of: local, in: "gpx", isForeign: false) ?? 0 }
    let own = rank("wpt")
    let sibling = xml.children(of: root).last { rank(xml.lexer.localName(of: $0)) <= own }
    return insertion(of: texts, before: nil, behind: sibling, of: root)
  }

  mutating func nameWaypoint(_ index: Int, _ name: String) throws(EditError) -> EditPlan {
    let point = try xml.element(at: Int(document.waypointOffsets[index]))
    return try setChild(
      "name", to: name, of: point,
      behind: ["ele", "time", "magvar", "geoidheight", "course", "speed"])
  }
}

extension KMLEditor {
  mutating func insertWaypoints(
    _ waypoints: [Waypoint], before index: Int
  ) throws(EditError) -> EditPlan {
    let root = try xml.root()
    guard let written = RouteWriter.texts(of: waypoints, as: .kml) else {
      throw .unsupported("the waypoints cannot be written")
    }
    let texts = prefixed(written, xml.lexer.prefix(of: root))
    if index < document.waypoints.count {
      let place = try place(ofWaypoint: index)
      let next = try xml.element(at: place.range.lowerBound)
      guard xml.lexer.localName(of: next) == "Placemark" else {
        throw .unsupported("the waypoint shares its placemark with something else")
      }
      return insertion(of: texts, before: next, behind: nil, of: root)
    }
    guard let container = xml.children(of: root, named: "Document", "Folder").first else {
      throw .unsupported("the file has no Document that could hold another placemark")
    }
    return insertion(
      of: texts, before: nil, behind: xml.children(of: container).last, of: container)
  }

  mutating func nameWaypoint(_ index: Int, _ name: String) throws(EditError) -> EditPlan {
    let place = try place(ofWaypoint: index)
    let placemark = try xml.element(at: place.range.lowerBound)
    guard xml.lexer.localName(of: placemark) == "Placemark" else {
      throw .unsupported("the waypoint shares its placemark with something else")
    }
    return try setChild("name", to: name, of: placemark, behind: [])
  }
}

extension GeoJSONEditor {
  mutating func insertWaypoints(
    _ waypoints: [Waypoint], before index: Int
  ) throws(EditError) -> EditPlan {
    guard let root = json.value(at: rootStart),
      let texts = RouteWriter.texts(of: waypoints, as: .geojson)
    else { throw .unsupported("the file is no FeatureCollection that could hold another feature") }
    if index == document.waypoints.count, json.feature(at: rootStart)?.isFeature == true {
      return try collecting(root, with: texts)
    }
    guard let features = json.members(of: root, named: "features").last,
      bytes[features.value.lowerBound] == 0x5B
    else { throw .unsupported("the file is no FeatureCollection that could hold another feature") }
    let items = json.items(of: features.value)
    if index < document.waypoints.count {
      let place = try place(ofWaypoint: index)
      guard let slot = items.firstIndex(where: { $0 == place.range }) else {
        throw .unsupported("the waypoint shares its feature with something else")
      }
      let gap = gap(before: slot, of: items, in: features.value)
      return EditPlan(texts: [
        TextEdit(at: items[slot].lowerBound, texts.map { $0 + "," + gap }.joined())
      ])
    }
    guard let last = items.last else { throw .unsupported("the file has no feature") }
    let gap = gap(before: items.count - 1, of: items, in: features.value)
    return EditPlan(
      texts: [TextEdit(at: last.upperBound, texts.map { "," + gap + $0 }.joined())])
  }

  /// Makes a collection of a file that is a single feature, which stays as it is.
  private func collecting(
    _ feature: Range<Int>, with texts: [String]
  ) throws(EditError) -> EditPlan {
    guard json.members(of: feature, named: "crs").isEmpty else {
      throw .unsupported(
        "the feature names a reference system, which a collection would have to name")
    }
    return EditPlan(texts: [
      TextEdit(at: feature.lowerBound, "{\"type\": \"FeatureCollection\", \"features\": [\n"),
      TextEdit(at: feature.upperBound, texts.map { ",\n" + $0 }.joined() + "\n]}"),
    ])
  }

  /// The space before an item.
  private func gap(before index: Int, of items: [Range<Int>], in array: Range<Int>) -> String {
    var start = items[index].lowerBound
    while start > array.lowerBound + 1, bytes[start - 1] <= 0x20 { start -= 1 }
    return String(decoding: bytes[start..<items[index].lowerBound], as: UTF8.self)
  }

  mutating func nameWaypoint(_ index: Int, _ name: String) throws(EditError) -> EditPlan {
    let feature = try feature(at: Int(document.waypointOwnerOffsets[index]))
    guard feature.count == 1, feature.isFeature else {
      throw .unsupported("the waypoint shares its feature with something else")
    }
    for properties in feature.members where json.string(properties.key) == "properties" {
      if let old = json.members(of: properties.value, named: "name").last {
        return EditPlan(texts: [TextEdit(old.value, StatedValue(name).json.text())])
      }
    }
    var plan = EditPlan()
    insertMember("name", .string(name), inPropertiesOf: feature, &plan)
    return plan
  }
}
