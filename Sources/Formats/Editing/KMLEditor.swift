internal import Geodesy

/// Edits KML: a vertex is a tuple in the text of a line, or a gx:coord with its time beside it.
struct KMLEditor: XMLEditor {
  let source: EditedDocument
  var xml: EditedXML

  // What was found in the file so far, by the byte of the placemark and by the number of the part.
  private var placemarks: [Int: [XMLElement]] = [:]
  private var timedRows: [Int: [[XMLElement]]] = [:]

  init(_ source: EditedDocument) {
    self.source = source
    xml = EditedXML(source.bytes)
  }

  // MARK: Vertices and lines

  func range(ofVertex i: Int, in part: Int) throws(EditError) -> Range<Int> {
    let offset = Int(parts[part].offsets[i])
    return try isTimed(part) ? timedCoordinate(at: offset).range : tuple(at: offset)
  }

  mutating func removeVertex(_ i: Int, in part: Int) throws(EditError) -> EditPlan {
    let range = try range(ofVertex: i, in: part)
    guard isTimed(part) else { return EditPlan(removals: [range]) }
    return EditPlan(
      removals: [range] + (try companions(ofCoordinateAt: range.lowerBound, in: part)))
  }

  /// What stands behind the longitude.
  func elevationMark(ofVertexAt offset: Int) throws(EditError) -> Int {
    try fields(at: offset).fields[0].upperBound
  }

  mutating func removePart(_ part: Int) throws(EditError) -> EditPlan {
    EditPlan(removals: [try placemarkOrGeometry(ofPart: part)])
  }

  mutating func reversePart(_ part: Int) throws(EditError) -> EditPlan {
    let count = parts[part].vertices.count
    if count < 2 { return EditPlan() }
    return try isTimed(part) ? reverseTimed(part) : exchangeVertices(of: part)
  }

  func checkExchange(of part: Int, to slot: Int) throws(EditError) {
    if trackOfPart[part] == trackOfPart[slot] { return }
    try checkNamespaces(of: part, slot)
    if isTimed(part) != isTimed(slot) {
      throw .unsupported("a LineString and a gx:Track cannot change places between placemarks")
    }
  }

  // MARK: Tracks with times

  /// Whether a part is a gx:Track, whose points stand in elements of their own beside their times.
  private func isTimed(_ part: Int) -> Bool {
    xml.lexer.tag(at: parts[part].offset).map { xml.lexer.localName(of: $0) == "Track" } ?? false
  }

  /// The gx:coord in which a vertex stands.
  private func timedCoordinate(at offset: Int) throws(EditError) -> XMLElement {
    // Right behind the opening tag, but for space.
    var start = offset
    while start > 0, bytes[start - 1] <= 0x20 { start -= 1 }
    guard start > 0, let tag = xml.lexer.tagStart(containing: start - 1),
      let element = xml.lexer.element(at: tag), xml.lexer.localName(of: element) == "coord"
    else { throw .unsupported("the point at byte \(offset) is not written in a plain gx:coord") }
    return element
  }

  /// The time and the angles that belong to a gx:coord, which stand in rows of their own.
  private mutating func companions(
    ofCoordinateAt start: Int, in part: Int
  ) throws(EditError) -> [Range<Int>] {
    let rows = try rows(of: part)
    let index = rows[0].partitioningIndex { $0.start >= start }
    guard index < rows[0].count, rows[0][index].start == start else { throw .nothing(at: start) }
    return rows.dropFirst().map { $0[index].range }
  }

  /// The coordinates of a gx:Track, then the rows beside them that have as many elements.
  private mutating func rows(of part: Int) throws(EditError) -> [[XMLElement]] {
    if let found = timedRows[part] { return found }
    let track = try xml.element(at: parts[part].offset)
    let children = Dictionary(grouping: xml.lexer.children(of: track)) {
      xml.lexer.localName(of: $0)
    }
    let coordinates = children["coord"] ?? []
    var rows = [coordinates]
    for name in ["when", "angles"] {
      let row = children[name] ?? []
      if row.isEmpty { continue }
      guard row.count == coordinates.count else {
        throw .unsupported(
          "the gx:Track has \(coordinates.count) coord and \(row.count) \(name), so nobody knows "
            + "which belong together")
      }
      rows.append(row)
    }
    rows += try values(of: track, coordinates.count)
    timedRows[part] = rows
    return rows
  }

  /// What a watch measured beside the points of a gx:Track, such as heart rates: a row for each array.
  private func values(of track: XMLElement, _ count: Int) throws(EditError) -> [[XMLElement]] {
    func children(_ parents: [XMLElement], _ name: String) -> [XMLElement] {
      parents.flatMap { xml.lexer.children(of: $0) }.filter { xml.lexer.localName(of: $0) == name }
    }
    let data = children(children([track], "ExtendedData"), "SchemaData")
    var rows: [[XMLElement]] = []
    for array in children(data, "SimpleArrayData") {
      let row = children([array], "value")
      if row.isEmpty { continue }
      guard row.count == count else {
        throw .unsupported(
          "the gx:Track has \(count) coord and \(row.count) values in an array, so nobody knows which "
            + "belong together")
      }
      rows.append(row)
    }
    return rows
  }

  private mutating func reverseTimed(_ part: Int) throws(EditError) -> EditPlan {
    var plan = EditPlan()
    for row in try rows(of: part) {
      plan.texts += source.exchange(row.map(\.range), Array(row.indices.reversed())).texts
    }
    return plan
  }

  // MARK: Tuples

  /// The bytes of a tuple in plain text.
  private func tuple(at offset: Int) throws(EditError) -> Range<Int> {
    guard offset >= 0, offset < bytes.count else { throw .nothing(at: offset) }
    var end = offset
    while end < bytes.count, bytes[end] > 0x20, ![0x3C, 0x26, 0x5D].contains(bytes[end]) {
      end += 1
    }
    let rest = bytes[end...].prefix(3)
    let isPlain =
      end > offset
      && (rest.first.map { $0 <= 0x20 } ?? false || rest.starts(with: "</".utf8)
        || rest.elementsEqual("]]>".utf8))
    // A comment in its middle would let it begin earlier than its bytes show.
    guard isPlain, offset > 0,
      bytes[offset - 1] <= 0x20 || [0x3E, 0x5B].contains(bytes[offset - 1])
    else {
      throw .unsupported("the coordinate at byte \(offset) is not written in plain text")
    }
    return offset..<end
  }

  /// The numbers of a tuple or of a gx:coord, whatever they are worth.
  private func fields(at offset: Int) throws(EditError) -> (fields: [Range<Int>], comma: Bool) {
    let first = try tuple(at: offset)
    var fields: [Range<Int>] = []
    if bytes[first].contains(0x2C) {
      var start = first.lowerBound
      for i in first where bytes[i] == 0x2C {
        fields.append(start..<i)
        start = i + 1
      }
      fields.append(start..<first.upperBound)
      return (fields, true)
    }
    var start = offset
    while start < bytes.count, bytes[start] != 0x3C {
      var end = start
      while end < bytes.count, bytes[end] > 0x20, bytes[end] != 0x3C { end += 1 }
      if end > start { fields.append(start..<end) }
      start = end
      while start < bytes.count, bytes[start] <= 0x20 { start += 1 }
      // A row of tuples with one number each would be long.
      if fields.count > 4 { break }
    }
    return (fields, false)
  }

  func rewrite(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    let (fields, _) = try fields(at: offset)
    guard fields.count >= 2 else {
      throw .unsupported("the coordinate at byte \(offset) has no two numbers to write over")
    }
    var plan = EditPlan()
    for (field, value) in [(fields[0], longitude), (fields[1], latitude)]
    where !source.holds(field, value) {
      plan.texts.append(TextEdit(field, source.degrees(value, like: field)))
    }
    return plan
  }

  func setElevation(
    _ meters: Double?, ofVertexAt offset: Int
  ) throws(EditError) -> EditPlan {
    let (fields, hasCommas) = try fields(at: offset)
    guard fields.count >= 2 else { throw .nothing(at: offset) }
    let second = fields[1].upperBound
    guard let meters else {
      return fields.count == 2
        ? EditPlan()
        : EditPlan(texts: [TextEdit(second..<fields[fields.count - 1].upperBound)])
    }
    if fields.count > 2 {
      if source.holds(fields[2], meters) { return EditPlan() }
      return EditPlan(texts: [
        TextEdit(fields[2], source.height(meters))
      ])
    }
    return EditPlan(texts: [
      TextEdit(at: second, (hasCommas ? "," : " ") + source.height(meters))
    ])
  }

  mutating func insert(
    _ vertex: Coordinate, after i: Int, in part: Int, at range: Range<Int>
  ) throws(EditError) -> EditPlan {
    var numbers = [
      source.degrees(vertex.longitude, like: nil), source.degrees(vertex.latitude, like: nil),
    ]
    if let meters = vertex.elevationMeters { numbers.append(source.height(meters)) }
    guard isTimed(part) else {
      // As far apart as its neighbours are.
      var start = range.lowerBound
      while start > 0, bytes[start - 1] <= 0x20 { start -= 1 }
      var gap = start..<range.lowerBound
      if gap.isEmpty {
        var end = range.upperBound
        while end < bytes.count, bytes[end] <= 0x20 { end += 1 }
        gap = range.upperBound..<end
      }
      let space = gap.isEmpty ? " " : String(decoding: bytes[gap], as: UTF8.self)
      return EditPlan(texts: [
        TextEdit(at: range.upperBound, space + numbers.joined(separator: ","))
      ])
    }
    guard try rows(of: part).count == 1 else {
      throw .unsupported("a point of a gx:Track needs a time, which the new one does not have")
    }
    guard let tag = xml.lexer.tag(at: range.lowerBound) else {
      throw .nothing(at: range.lowerBound)
    }
    let name = xml.lexer.text(tag.name)
    let element = "<\(name)>\(numbers.joined(separator: " "))</\(name)>"
    return EditPlan(texts: [
      TextEdit(at: range.upperBound, xml.gap(before: range.lowerBound) + element)
    ])
  }

  // MARK: Placemarks

  private static let geometryNames: Set<String> = [
    "LineString", "LinearRing", "Point", "Track", "Polygon", "Model",
  ]

  /// The geometries of a placemark, those of its collections included.
  private mutating func geometries(ofPlacemarkAt offset: Int) throws(EditError) -> [XMLElement] {
    if let found = placemarks[offset] { return found }
    let placemark = try xml.element(at: offset)
    var found: [XMLElement] = []
    var open = xml.lexer.children(of: placemark)
    while let element = open.popLast() {
      switch xml.lexer.localName(of: element) {
      case let name where Self.geometryNames.contains(name): found.append(element)
      case "MultiGeometry", "MultiTrack": open += xml.lexer.children(of: element)
      default: break
      }
    }
    found.sort { $0.start < $1.start }
    placemarks[offset] = found
    return found
  }

  /// A line, or its whole placemark where that holds nothing else.
  private mutating func placemarkOrGeometry(ofPart part: Int) throws(EditError) -> Range<Int> {
    let offset = document.allTracks[trackOfPart[part]].offset
    let found = try geometries(ofPlacemarkAt: offset)
    guard let geometry = found.first(where: { $0.start == parts[part].offset }) else {
      throw .nothing(at: parts[part].offset)
    }
    guard found.count == 1, let placemark = xml.lexer.element(at: offset) else {
      return geometry.range
    }
    return placemark.range
  }

  mutating func place(ofWaypoint index: Int) throws(EditError) -> WaypointPlace {
    let offset = Int(document.waypointOffsets[index])
    let owner = Int(document.waypointOwnerOffsets[index])
    let found = try geometries(ofPlacemarkAt: owner)
    let index = found.partitioningIndex { $0.start > offset } - 1
    guard index >= 0, found[index].range.contains(offset) else { throw .nothing(at: offset) }
    guard found.count == 1, let placemark = xml.lexer.element(at: owner) else {
      return WaypointPlace(range: found[index].range, scope: owner)
    }
    return WaypointPlace(range: placemark.range, scope: -1)
  }
}
