internal import Geodesy

extension EditPlanner {
  // MARK: Points

  /// Writes the degrees of the point whose tag stands at a byte.
  func rewritePoint(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    guard let start = xml.tagStart(containing: offset), let point = xml.tag(at: start),
      ["trkpt", "rtept", "wpt"].contains(xml.localName(of: point))
    else { throw nothing(at: offset) }
    var plan = EditPlan()
    for (name, value) in [("lat", latitude), ("lon", longitude)] {
      let old = xml.attribute(name, of: point)
      let text = name == "lat" ? degrees(value, like: old?.value) : east(value, like: old?.value)
      if let old {
        if !holds(old.value, value) { plan.texts.append(TextEdit(old.value, text)) }
      } else {
        plan.texts.append(TextEdit(at: point.name.upperBound, " \(name)=\"\(text)\""))
      }
    }
    return plan
  }

  /// A longitude as the schema wants it, which ends before 180: -180 is the same meridian.
  private func east(_ value: Double, like old: Range<Int>?) -> String {
    let text = degrees(value, like: old)
    return text == "180" ? "-180" : text
  }

  func setElement(elevation meters: Double?, ofPointAt offset: Int) throws(EditError) -> EditPlan {
    guard let point = xml.element(at: offset) else { throw nothing(at: offset) }
    let name = xml.prefix(of: point) + "ele"
    let children = xml.children(of: point)
    let old = children.filter { xml.isNamed($0, name) }
    guard let meters else { return EditPlan(removals: old.map(\.range)) }
    // Readers keep the last where there are several.
    if let last = old.last {
      let text = number(meters, decimals: max(decimals(last.content), 3))
      if last.isEmptyTag {
        return EditPlan(texts: [TextEdit(last.range, "<\(name)>\(text)</\(name)>")])
      }
      if holds(last.content, meters) { return EditPlan() }
      return EditPlan(texts: [TextEdit(last.content, text)])
    }
    return EditPlan(texts: [
      child("<\(name)>\(number(meters, decimals: 3))</\(name)>", of: point, after: nil, children)
    ])
  }

  /// A new point behind one, with a name and an indentation like it.
  func pointText(_ vertex: Coordinate, after range: Range<Int>) throws(EditError) -> TextEdit {
    guard let tag = xml.tag(at: range.lowerBound) else { throw nothing(at: range.lowerBound) }
    let name = xml.text(tag.name)
    var text =
      gap(before: range.lowerBound) + "<\(name) lat=\"\(degrees(vertex.latitude, like: nil))\""
    text += " lon=\"\(east(vertex.longitude, like: nil))\""
    if let meters = vertex.elevationMeters {
      let ele = xml.prefix(of: tag) + "ele"
      text += "><\(ele)>\(number(meters, decimals: 3))</\(ele)></\(name)>"
    } else {
      text += "/>"
    }
    return TextEdit(at: range.upperBound, text)
  }

  // MARK: Children

  /// The space in front of a byte back to the line's end before it, which a neighbour gets too.
  func gap(before offset: Int) -> String {
    var start = offset
    while start > 0, bytes[start - 1] == 0x20 || bytes[start - 1] == 0x09 { start -= 1 }
    guard start > 0, bytes[start - 1] == 0x0A || bytes[start - 1] == 0x0D else {
      return ""
    }
    start -= 1
    if start > 0, bytes[start] == 0x0A, bytes[start - 1] == 0x0D { start -= 1 }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// An element put into another behind one of its children, or in front of all where nil.
  func child(
    _ text: String, of parent: XMLElement, after sibling: XMLElement?, _ children: [XMLElement]
  ) -> TextEdit {
    if parent.isEmptyTag {
      return TextEdit(
        parent.contentStart - 2..<parent.contentStart, ">\(text)</\(xml.text(parent.name))>")
    }
    let like = sibling ?? children.first
    return TextEdit(
      at: sibling?.end ?? parent.contentStart, (like.map { gap(before: $0.start) } ?? "") + text)
  }

  mutating func children(of element: XMLElement) -> [XMLElement] {
    if let found = childrenByStart[element.start] { return found }
    let found = xml.children(of: element)
    childrenByStart[element.start] = found
    return found
  }

  mutating func rootElement() throws(EditError) -> XMLElement {
    if let root { return root }
    guard let found = xml.root else { throw nothing(at: 0) }
    root = found
    return found
  }

  /// The version that the root element states; 1.1 where it states none.
  mutating func version() throws(EditError) -> String {
    let root = try rootElement()
    return xml.attribute("version", of: root).map { xml.text($0.value) } ?? "1.1"
  }

  mutating func schema() throws(EditError) -> GPXSchema {
    try version() == "1.0" ? .version10 : .version11
  }

  // MARK: Structure

  mutating func sortChildren(ofElementAt offset: Int) throws(EditError) -> EditPlan {
    try require(format == .gpx, "only GPX has an order of elements that is kept here")
    let start = try xmlTag(at: offset)
    guard let parent = xml.element(at: start) else { throw nothing(at: offset) }
    let schema = try schema()
    let prefix = xml.prefix(of: parent)
    let name = xml.localName(of: parent)
    let children = children(of: parent)
    var ranks: [Int] = []
    for child in children {
      guard
        let rank = schema.rank(
          of: xml.localName(of: child), in: name, isForeign: xml.prefix(of: child) != prefix)
      else { throw unsupported("the schema knows no order of the children of “\(name)”") }
      ranks.append(rank)
    }
    let order = children.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
    return try exchange(children.map(\.range), order)
  }

  private func xmlTag(at offset: Int) throws(EditError) -> Int {
    try require(isXML, "elements are there in XML only")
    guard let start = xml.tagStart(containing: try checked(offset)) else {
      throw nothing(at: offset)
    }
    return start
  }

  mutating func removeElement(at offset: Int) throws(EditError) -> EditPlan {
    let start = try xmlTag(at: offset)
    guard let element = xml.element(at: start) else { throw nothing(at: offset) }
    if element.start == (try rootElement()).start {
      throw unsupported("the root element is the file; it cannot be taken out")
    }
    return EditPlan(removals: [element.range])
  }

  func insertAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan {
    let start = try xmlTag(at: offset)
    guard let tag = xml.tag(at: start) else { throw nothing(at: offset) }
    let isName = name.utf8.allSatisfy {
      ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || [0x3A, 0x5F, 0x2D, 0x2E].contains($0)
    }
    guard isName, let first = name.utf8.first, (first | 0x20) &- 0x61 < 26 || first == 0x5F else {
      throw EditError(.range, "“\(shortened(name))” is no name of an attribute")
    }
    if xml.attribute(name, of: tag) != nil {
      throw unsupported("the tag has an attribute “\(shortened(name))” already")
    }
    return EditPlan(texts: [
      TextEdit(at: tag.name.upperBound, " \(name)=\"\(value.asXMLAttribute)\"")
    ])
  }
}
