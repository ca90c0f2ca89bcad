internal import Geodesy

/// Edits GPX: a vertex is an element with its degrees as attributes, a part a segment or a route.
struct GPXEditor: XMLEditor {
  let source: EditedDocument
  var xml: EditedXML

  init(_ source: EditedDocument) {
    self.source = source
    xml = EditedXML(source.bytes)
  }

  // MARK: Points

  func range(ofVertex i: Int, in part: Int) throws(EditError) -> Range<Int> {
    try xml.element(at: Int(parts[part].offsets[i])).range
  }

  /// Writes the degrees of the point whose tag stands at a byte.
  func rewrite(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    guard let start = xml.lexer.tagStart(containing: offset), let point = xml.lexer.tag(at: start),
      ["trkpt", "rtept", "wpt", "rpt"].contains(xml.lexer.localName(of: point))
    else { throw .nothing(at: offset) }
    var plan = EditPlan()
    for (name, value) in [("lat", latitude), ("lon", longitude)] {
      let old = xml.lexer.attribute(name, of: point)
      let text =
        name == "lat" ? source.degrees(value, like: old?.value) : east(value, like: old?.value)
      if let old {
        if !source.holds(old.value, value) { plan.texts.append(TextEdit(old.value, text)) }
      } else {
        plan.texts.append(TextEdit(at: point.name.upperBound, " \(name)=\"\(text)\""))
      }
    }
    return plan
  }

  /// Refuses what moves points that stand in one another: Garmin's shaping points stand in their route's.
  private func refuseShaped() throws(EditError) {
    if document.hasShapingPoints {
      throw .unsupported(
        "the route has shaping points within its points (gpxx:rpt): convert the file first, which writes "
          + "them as a track")
    }
  }

  mutating func removeVertex(_ i: Int, in part: Int) throws(EditError) -> EditPlan {
    try refuseShaped()
    return EditPlan(removals: [try range(ofVertex: i, in: part)])
  }

  mutating func reversePart(_ part: Int) throws(EditError) -> EditPlan {
    try refuseShaped()
    return try exchangeVertices(of: part)
  }

  /// A longitude as the schema wants it, which ends before 180: -180 is the same meridian.
  private func east(_ value: Double, like old: Range<Int>?) -> String {
    let text = source.degrees(value, like: old)
    return text == "180" ? "-180" : text
  }

  func setElevation(_ meters: Double?, ofVertexAt offset: Int) throws(EditError) -> EditPlan {
    let point = try xml.element(at: offset)
    let name = xml.lexer.prefix(of: point) + "ele"
    let children = xml.lexer.children(of: point)
    let old = children.filter { xml.lexer.isNamed($0, name) }
    guard let meters else { return EditPlan(removals: old.map(\.range)) }
    // Readers keep the last where there are several.
    if let last = old.last {
      let text = source.height(meters)
      if last.isEmptyTag {
        return EditPlan(texts: [TextEdit(last.range, "<\(name)>\(text)</\(name)>")])
      }
      if source.holds(last.content, meters) { return EditPlan() }
      return EditPlan(texts: [TextEdit(last.content, text)])
    }
    return EditPlan(texts: [
      xml.child(
        "<\(name)>\(source.height(meters))</\(name)>", of: point, after: nil, children)
    ])
  }

  /// A new point behind one, with a name and an indentation like it.
  func insert(
    _ vertex: Coordinate, after i: Int, in part: Int, at range: Range<Int>
  ) throws(EditError) -> EditPlan {
    try refuseShaped()
    guard let tag = xml.lexer.tag(at: range.lowerBound) else {
      throw .nothing(at: range.lowerBound)
    }
    let name = xml.lexer.text(tag.name)
    var text =
      xml.gap(before: range.lowerBound)
      + "<\(name) lat=\"\(source.degrees(vertex.latitude, like: nil))\""
    text += " lon=\"\(east(vertex.longitude, like: nil))\""
    if let meters = vertex.elevationMeters {
      let ele = xml.lexer.prefix(of: tag) + "ele"
      text += "><\(ele)>\(source.height(meters))</\(ele)></\(name)>"
    } else {
      text += "/>"
    }
    return EditPlan(texts: [TextEdit(at: range.upperBound, text)])
  }

  // MARK: Elements

  func checkExchange(of part: Int, to slot: Int) throws(EditError) {
    if trackOfPart[part] != trackOfPart[slot] { try checkNamespaces(of: part, slot) }
  }

  func place(ofWaypoint index: Int) throws(EditError) -> WaypointPlace {
    let element = try xml.element(at: Int(document.waypointOffsets[index]))
    if xml.lexer.localName(of: element) == "rtept" {
      throw .unsupported("the waypoint is a point of the route, which keeps its place in the line")
    }
    return WaypointPlace(range: element.range, scope: -1)
  }

  /// A point of the route stays in the line and loses its name.
  mutating func removeWaypoint(_ index: Int) throws(EditError) -> EditPlan {
    let element = try xml.element(at: Int(document.waypointOffsets[index]))
    guard xml.lexer.localName(of: element) == "rtept" else {
      return EditPlan(removals: [element.range])
    }
    return EditPlan(removals: xml.children(of: element, named: "name", "desc").map(\.range))
  }

  /// The version that the root element states; 1.1 where it states none.
  mutating func version() throws(EditError) -> String {
    let root = try xml.root()
    return xml.lexer.attribute("version", of: root).map { xml.lexer.text($0.value) } ?? "1.1"
  }

  mutating func schema() throws(EditError) -> GPXSchema {
    try version() == "1.0" ? .version10 : .version11
  }

  mutating func sortChildren(ofElementAt offset: Int) throws(EditError) -> EditPlan {
    let parent = try xml.element(at: tagStart(at: offset))
    let schema = try schema()
    let prefix = xml.lexer.prefix(of: parent)
    let name = xml.lexer.localName(of: parent)
    let children = xml.children(of: parent)
    var ranks: [Int] = []
    for child in children {
      guard
        let rank = schema.rank(
          of: xml.lexer.localName(of: child), in: name,
          isForeign: xml.lexer.prefix(of: child) != prefix)
      else { throw .unsupported("the schema knows no order of the children of “\(name)”") }
      ranks.append(rank)
    }
    let order = children.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    return source.exchange(children.map(\.range), order)
  }

  mutating func makeElement(
    _ name: String, ofAttribute attribute: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan {
    let start = try tagStart(at: offset)
    guard let tag = xml.lexer.tag(at: start), let old = xml.lexer.attribute(attribute, of: tag),
      let range = rangeOfAttribute(attribute, of: tag)
    else { throw .nothing(at: offset) }
    let removal = TextEdit(range)
    let parent = try xml.element(at: start)
    let children = xml.children(of: parent)
    let prefix = xml.lexer.prefix(of: tag)
    if let child = children.first(where: { xml.lexer.isNamed($0, prefix + name) }) {
      func said(_ range: Range<Int>) -> String {
        String(xml.lexer.text(range).filter { !$0.isWhitespace })
      }
      // Where they differ nobody knows which is right.
      guard said(child.content) == said(old.value) else {
        throw .unsupported("the element \(name) says something else than the attribute")
      }
      return EditPlan(texts: [removal])
    }
    let text = "<\(prefix)\(name)>\(xml.lexer.text(old.value))</\(prefix)\(name)>"
    if tag.isEmptyTag {
      let whole = xml.lexer.text(tag.name)
      var end = tag.contentStart - 2
      while end > removal.range.upperBound, bytes[end - 1] <= 0x20 { end -= 1 }
      return EditPlan(texts: [removal, TextEdit(end..<tag.contentStart, ">\(text)</\(whole)>")])
    }
    let schema = try schema()
    func rank(_ child: String, _ isForeign: Bool) -> Int {
      schema.rank(of: child, in: xml.lexer.localName(of: tag), isForeign: isForeign) ?? 0
    }
    let own = rank(name, false)
    let before = children.last {
      rank(xml.lexer.localName(of: $0), xml.lexer.prefix(of: $0) != prefix) < own
    }
    return EditPlan(texts: [removal, TextEdit(at: before?.end ?? tag.contentStart, text)])
  }
}
