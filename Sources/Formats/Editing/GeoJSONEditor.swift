internal import Geodesy

/// Edits GeoJSON: a vertex is an array of numbers, a part an array of these.
struct GeoJSONEditor: DocumentEditor {
  let source: EditedDocument
  let json: JSONLexer

  // What was found in the file so far, by the byte of the feature and by the number of the track.
  private var features: [Int: GeoJSONFeature] = [:]
  private var mendedTracks: [Int: Bool] = [:]
  private var rowsByPart: [Int: [[Range<Int>]]] = [:]

  init(_ source: EditedDocument) {
    self.source = source
    json = JSONLexer(bytes: source.bytes)
  }

  var separation: Separation { .commas }

  /// The value that begins at a byte.
  func value(at offset: Int) throws(EditError) -> Range<Int> {
    guard let value = json.value(at: offset) else { throw .nothing(at: offset) }
    return value
  }

  // MARK: Positions

  func range(ofVertex i: Int, in part: Int) throws(EditError) -> Range<Int> {
    try value(at: Int(parts[part].offsets[i]))
  }

  func rewrite(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    let start = try bracket(around: offset)
    guard let array = json.value(at: start) else { throw .nothing(at: offset) }
    let items = json.items(of: array)
    guard items.count >= 2 else {
      throw .unsupported("the position at byte \(start) has no two numbers to write over")
    }
    guard items.allSatisfy({ bytes[$0.lowerBound] != 0x5B && bytes[$0.lowerBound] != 0x7B }) else {
      throw .nothing(at: offset)
    }
    var plan = EditPlan()
    for (item, value) in [(items[0], longitude), (items[1], latitude)]
    where !source.holds(item, value) {
      plan.texts.append(TextEdit(item, source.degrees(value, like: item)))
    }
    return plan
  }

  /// The bracket of the position in which a byte lies.
  private func bracket(around offset: Int) throws(EditError) -> Int {
    var start = offset
    // A position is short; whatever is long is something else.
    while start > 0, offset - start < 4096, bytes[start] != 0x5B {
      if offset != start, [0x5D, 0x7B, 0x7D].contains(bytes[start]) { break }
      start -= 1
    }
    guard bytes[start] == 0x5B else { throw .nothing(at: offset) }
    return start
  }

  func setElevation(_ meters: Double?, ofVertexAt offset: Int) throws(EditError) -> EditPlan {
    guard let array = json.value(at: offset) else { throw .nothing(at: offset) }
    let items = json.items(of: array)
    guard items.count >= 2 else { throw .nothing(at: offset) }
    guard let meters else {
      // A fourth number would come to stand for the elevation, so it goes too.
      return items.count == 2
        ? EditPlan()
        : EditPlan(texts: [TextEdit(items[1].upperBound..<items[items.count - 1].upperBound)])
    }
    if items.count > 2 {
      if source.holds(items[2], meters) { return EditPlan() }
      return EditPlan(texts: [
        TextEdit(items[2], source.height(meters))
      ])
    }
    let comma = bytes[items[0].upperBound..<items[1].lowerBound]
    return EditPlan(texts: [
      TextEdit(
        at: items[1].upperBound,
        String(decoding: comma, as: UTF8.self) + source.height(meters))
    ])
  }

  mutating func removeVertex(_ i: Int, in part: Int) throws(EditError) -> EditPlan {
    let beside = try rows(beside: part)
    return EditPlan(removals: [try range(ofVertex: i, in: part)] + beside.map { $0[i] })
  }

  /// A new position behind one, as far from it as its neighbours are from each other.
  mutating func insert(
    _ vertex: Coordinate, after i: Int, in part: Int, at range: Range<Int>
  ) throws(EditError) -> EditPlan {
    guard try rows(beside: part).isEmpty else {
      throw .unsupported("each position has a time or a value of its own, and the new one has none")
    }
    var gap = range.upperBound..<json.skippingSpace(from: range.upperBound)
    if gap.upperBound < bytes.count, bytes[gap.upperBound] == 0x2C {
      gap = gap.lowerBound..<json.skippingSpace(from: gap.upperBound + 1)
    } else if let comma = json.lastNonSpace(before: range.lowerBound), bytes[comma] == 0x2C {
      gap = comma..<range.lowerBound
    } else {
      gap = 0..<0
    }
    let separator = gap.isEmpty ? ", " : String(decoding: bytes[gap], as: UTF8.self)
    return EditPlan(texts: [
      TextEdit(at: range.upperBound, separator + position(vertex, like: range))
    ])
  }

  /// A position with as much space in it as another has.
  func position(_ vertex: Coordinate, like range: Range<Int>) -> String {
    let items = json.items(of: range)
    let comma =
      items.count < 2
      ? ", " : String(decoding: bytes[items[0].upperBound..<items[1].lowerBound], as: UTF8.self)
    var numbers = [
      source.degrees(vertex.longitude, like: nil), source.degrees(vertex.latitude, like: nil),
    ]
    if let meters = vertex.elevationMeters { numbers.append(source.height(meters)) }
    return "[" + numbers.joined(separator: comma) + "]"
  }

  // MARK: Features

  mutating func feature(at offset: Int) throws(EditError) -> GeoJSONFeature {
    if let found = features[offset] { return found }
    guard let found = json.feature(at: offset) else { throw .nothing(at: offset) }
    features[offset] = found
    return found
  }

  mutating func feature(ofPart part: Int) throws(EditError) -> GeoJSONFeature {
    try feature(at: document.allTracks[trackOfPart[part]].offset)
  }

  /// The lines of a file that make a part: several where reading mended a cut at 180 degrees.
  mutating func lines(ofPart part: Int) throws(EditError) -> [Range<Int>] {
    let start = parts[part].offset
    let isLast = part + 1 == parts.count || trackOfPart[part + 1] != trackOfPart[part]
    let end = isLast ? Int.max : parts[part + 1].offset
    let lines = try feature(ofPart: part).lines.filter {
      $0.lowerBound >= start && $0.lowerBound < end
    }
    guard lines.first?.lowerBound == start else { throw .nothing(at: start) }
    return lines
  }

  private func isRoot(_ range: Range<Int>) -> Bool {
    guard let before = json.lastNonSpace(before: range.lowerBound) else { return true }
    return bytes[before] != 0x2C && bytes[before] != 0x5B && bytes[before] != 0x3A
  }

  /// Whether a track has lines that reading joined at 180 degrees.
  private mutating func isMended(_ track: Int) throws(EditError) -> Bool {
    if let known = mendedTracks[track] { return known }
    let feature = try feature(at: document.allTracks[track].offset)
    let isMended = feature.lines.count != document.allTracks[track].parts.count
    mendedTracks[track] = isMended
    return isMended
  }

  /// Refuses what would have to move the cuts at 180 degrees as well.
  private mutating func refuseMended(_ part: Int) throws(EditError) {
    if try isMended(trackOfPart[part]) {
      throw .unsupported(
        "the lines of part \(part)'s feature are cut at 180 degrees, and their order and number "
          + "belong to the marks of the cuts: write the file anew first")
    }
  }

  /// Refuses what stands twice in the file, on both sides of a cut at 180 degrees.
  mutating func refuseDoubled(_ part: Int, _ i: Int) throws(EditError) {
    guard abs(parts[part].vertices[i].longitude) == 180,
      try isMended(trackOfPart[part])
    else { return }
    let offset = Int(parts[part].offsets[i])
    guard let array = json.value(at: offset), let line = json.lastNonSpace(before: offset) else {
      throw .nothing(at: offset)
    }
    let next = json.skippingSpace(from: array.upperBound)
    if bytes[next] == 0x5D || bytes[line] == 0x5B {
      throw .unsupported(
        "the vertex lies on 180 degrees where the line is cut, and stands in the file twice: "
          + "write the file anew first")
    }
  }

  // MARK: Lines

  mutating func range(ofPart part: Int) throws(EditError) -> Range<Int> {
    try refuseMended(part)
    return try value(at: parts[part].offset)
  }

  func range(ofTrack track: Int) throws(EditError) -> Range<Int> {
    try value(at: document.allTracks[track].offset)
  }

  mutating func reversePart(_ part: Int) throws(EditError) -> EditPlan {
    try refuseMended(part)
    var plan = try exchangeVertices(of: part)
    for row in try rows(beside: part) {
      plan.texts += source.exchange(row, Array(row.indices.reversed())).texts
    }
    return plan
  }

  /// What converters write beside the positions of a part, a row for each array: times and what a watch
  /// measured (`coordTimes`, `coordinateProperties`).
  private mutating func rows(beside part: Int) throws(EditError) -> [[Range<Int>]] {
    if let found = rowsByPart[part] { return found }
    let feature = try feature(ofPart: part)
    var arrays: [Range<Int>] = []
    for properties in feature.members where json.string(properties.key) == "properties" {
      arrays += json.members(of: properties.value, named: "coordTimes").map(\.value)
      for all in json.members(of: properties.value, named: "coordinateProperties") {
        arrays += json.members(of: all.value).map(\.value)
      }
    }
    let line = feature.lines.firstIndex { $0.lowerBound == parts[part].offset }
    var rows: [[Range<Int>]] = []
    for array in arrays where bytes[array.lowerBound] == 0x5B {
      var items = json.items(of: array)
      // Of several lines each has an array of its own.
      if feature.lines.count > 1 {
        guard let line, items.count == feature.lines.count else {
          throw .besideOthers(items.count, feature.lines.count)
        }
        items = bytes[items[line].lowerBound] == 0x5B ? json.items(of: items[line]) : []
      }
      if items.isEmpty { continue }
      guard items.count == parts[part].vertices.count else {
        throw .besideOthers(items.count, parts[part].vertices.count)
      }
      rows.append(items)
    }
    rowsByPart[part] = rows
    return rows
  }

  mutating func removePart(_ part: Int) throws(EditError) -> EditPlan {
    let feature = try feature(ofPart: part)
    let lines = try lines(ofPart: part)
    let isAll = lines.count == feature.lines.count
    if isAll, feature.count == lines.count {
      return try isRoot(feature.range) ? emptyRoot() : EditPlan(removals: [feature.range])
    }
    try refuseMended(part)
    guard let geometry = feature.geometry(at: parts[part].offset) else {
      throw .nothing(at: parts[part].offset)
    }
    return EditPlan(removals: [
      geometry.lines.count == 1 && geometry.isItem ? geometry.range : lines[0]
    ])
  }

  // MARK: Waypoints

  mutating func removeWaypoint(_ index: Int) throws(EditError) -> EditPlan {
    let place = try place(ofWaypoint: index)
    return try isRoot(place.range) ? emptyRoot() : EditPlan(removals: [place.range])
  }

  /// The feature at the top of a file without its geometry.
  private func emptyRoot() throws(EditError) -> EditPlan {
    guard let feature = json.feature(at: rootStart),
      feature.isFeature, let geometry = feature.geometry
    else {
      throw .unsupported("the file is this geometry alone; without it nothing would be left")
    }
    return EditPlan(texts: [TextEdit(geometry, "null")])
  }

  /// Where the document begins, behind a byte order mark.
  var rootStart: Int {
    json.skippingSpace(from: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0)
  }

  mutating func place(ofWaypoint index: Int) throws(EditError) -> WaypointPlace {
    let offset = Int(document.waypointOffsets[index])
    let owner = Int(document.waypointOwnerOffsets[index])
    let feature = try feature(at: owner)
    if feature.count == 1, !isRoot(feature.range) || feature.isFeature {
      return WaypointPlace(range: feature.range, scope: -1)
    }
    guard let geometry = feature.geometry(at: offset), let position = json.value(at: offset) else {
      throw .nothing(at: offset)
    }
    if geometry.points.count == 1, geometry.isItem {
      return WaypointPlace(range: geometry.range, scope: owner)
    }
    guard geometry.points.count > 1 else {
      throw .unsupported("the file is this geometry alone; without it nothing would be left")
    }
    return WaypointPlace(
      range: position, scope: geometry.coordinates?.lowerBound ?? owner)
  }

  // MARK: Members and values

  func removeMember(at offset: Int) throws(EditError) -> EditPlan {
    let offset = try source.checked(offset: offset)
    if let member = json.member(at: offset) { return EditPlan(removals: [member.range]) }
    guard let value = json.value(at: offset), let before = json.lastNonSpace(before: offset),
      bytes[before] == 0x2C || bytes[before] == 0x5B
    else { throw .nothing(at: offset) }
    return EditPlan(removals: [value])
  }

  func replaceValue(at offset: Int, with bytes: [UInt8]) throws(EditError) -> EditPlan {
    EditPlan(texts: [TextEdit(try value(at: offset), bytes)])
  }
}

extension EditError {
  fileprivate static func besideOthers(_ count: Int, _ expected: Int) -> EditError {
    unsupported(
      "an array of the properties has \(count) items for \(expected) in the geometry, so nobody knows "
        + "which belong together")
  }
}
