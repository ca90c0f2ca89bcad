internal import Geodesy
internal import JSON
internal import Routes

extension EditPlanner {
  // MARK: Positions

  func rewritePosition(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    let start = try bracket(around: offset)
    guard let array = json.value(at: start) else { throw nothing(at: offset) }
    let items = json.items(of: array)
    guard items.count >= 2 else {
      throw unsupported("the position at byte \(start) has no two numbers to write over")
    }
    guard items.allSatisfy({ bytes[$0.lowerBound] != 0x5B && bytes[$0.lowerBound] != 0x7B }) else {
      throw nothing(at: offset)
    }
    var plan = EditPlan()
    for (item, value) in [(items[0], longitude), (items[1], latitude)] where !holds(item, value) {
      plan.texts.append(TextEdit(item, degrees(value, like: item)))
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
    guard bytes[start] == 0x5B else { throw nothing(at: offset) }
    return start
  }

  func setPosition(elevation meters: Double?, at offset: Int) throws(EditError) -> EditPlan {
    guard let array = json.value(at: offset) else { throw nothing(at: offset) }
    let items = json.items(of: array)
    guard items.count >= 2 else { throw nothing(at: offset) }
    guard let meters else {
      // A fourth number would come to stand for the elevation, so it goes too.
      return items.count == 2
        ? EditPlan()
        : EditPlan(texts: [TextEdit(items[1].upperBound..<items[items.count - 1].upperBound)])
    }
    if items.count > 2 {
      if holds(items[2], meters) { return EditPlan() }
      return EditPlan(texts: [
        TextEdit(items[2], number(meters, decimals: max(decimals(items[2]), 3)))
      ])
    }
    let comma = bytes[items[0].upperBound..<items[1].lowerBound]
    return EditPlan(texts: [
      TextEdit(
        at: items[1].upperBound,
        String(decoding: comma, as: UTF8.self) + number(meters, decimals: 3))
    ])
  }

  /// A new position behind one, as far from it as its neighbours are from each other.
  func positionText(_ vertex: Coordinate, after range: Range<Int>) -> TextEdit {
    var gap = range.upperBound..<json.skippingSpace(from: range.upperBound)
    if gap.upperBound < bytes.count, bytes[gap.upperBound] == 0x2C {
      gap = gap.lowerBound..<json.skippingSpace(from: gap.upperBound + 1)
    } else if let comma = json.lastNonSpace(before: range.lowerBound), bytes[comma] == 0x2C {
      gap = comma..<range.lowerBound
    } else {
      gap = 0..<0
    }
    let separator = gap.isEmpty ? ", " : String(decoding: bytes[gap], as: UTF8.self)
    return TextEdit(
      at: range.upperBound, separator + position(vertex, latitude: vertex.latitude, like: range))
  }

  /// A position with as much space in it as another has.
  private func position(
    _ vertex: Coordinate, latitude: Double, like range: Range<Int>
  ) -> String {
    let items = json.items(of: range)
    let comma =
      items.count < 2
      ? ", " : String(decoding: bytes[items[0].upperBound..<items[1].lowerBound], as: UTF8.self)
    var numbers = [degrees(vertex.longitude, like: nil), degrees(latitude, like: nil)]
    if let meters = vertex.elevationMeters { numbers.append(number(meters, decimals: 3)) }
    return "[" + numbers.joined(separator: comma) + "]"
  }

  // MARK: Features

  mutating func feature(at offset: Int) throws(EditError) -> GeoJSONFeature {
    if let found = features[offset] { return found }
    guard let found = json.feature(at: offset) else { throw nothing(at: offset) }
    features[offset] = found
    return found
  }

  private mutating func feature(ofPart part: Int) throws(EditError) -> GeoJSONFeature {
    try feature(at: document.tracks[trackOfPart[part]].offset)
  }

  /// The lines of a file that make a part: several where reading mended a cut at 180 degrees.
  private mutating func lines(ofPart part: Int) throws(EditError) -> [Range<Int>] {
    let start = parts[part].offset
    let isLast = part + 1 == parts.count || trackOfPart[part + 1] != trackOfPart[part]
    let end = isLast ? Int.max : parts[part + 1].offset
    let lines = try feature(ofPart: part).lines.filter {
      $0.lowerBound >= start && $0.lowerBound < end
    }
    guard lines.first?.lowerBound == start else { throw nothing(at: start) }
    return lines
  }

  func isRoot(_ range: Range<Int>) -> Bool {
    guard let before = json.lastNonSpace(before: range.lowerBound) else { return true }
    return bytes[before] != 0x2C && bytes[before] != 0x5B && bytes[before] != 0x3A
  }

  /// Whether a track has lines that reading joined at 180 degrees.
  private mutating func isMended(_ track: Int) throws(EditError) -> Bool {
    if let known = mendedTracks[track] { return known }
    let feature = try feature(at: document.tracks[track].offset)
    let isMended = feature.lines.count != document.tracks[track].parts.count
    mendedTracks[track] = isMended
    return isMended
  }

  /// Refuses what would have to move the cuts at 180 degrees as well.
  mutating func refuseMended(_ part: Int) throws(EditError) {
    if try isMended(trackOfPart[part]) {
      throw unsupported(
        "the lines of part \(part)'s feature are cut at 180 degrees, and their order and number "
          + "belong to the marks of the cuts: write the file anew first")
    }
  }

  /// Refuses what stands twice in the file, on both sides of a cut at 180 degrees.
  mutating func refuseDoubled(_ part: Int, _ i: Int) throws(EditError) {
    guard format == .geojson, abs(parts[part].vertices[i].longitude) == 180,
      try isMended(trackOfPart[part])
    else { return }
    let offset = Int(parts[part].offsets[i])
    guard let array = json.value(at: offset), let line = json.lastNonSpace(before: offset) else {
      throw nothing(at: offset)
    }
    let next = json.skippingSpace(from: array.upperBound)
    if bytes[next] == 0x5D || bytes[line] == 0x5B {
      throw unsupported(
        "the vertex lies on 180 degrees where the line is cut, and stands in the file twice: "
          + "write the file anew first")
    }
  }

  // MARK: Lines

  mutating func removeLine(_ part: Int, _ plan: inout EditPlan) throws(EditError) {
    let feature = try feature(ofPart: part)
    let lines = try lines(ofPart: part)
    let isAll = lines.count == feature.lines.count
    if isAll, feature.count == lines.count {
      if isRoot(feature.range) {
        plan.texts = try emptyRoot().texts
      } else {
        plan.removals = [feature.range]
      }
      return
    }
    try refuseMended(part)
    guard let geometry = feature.geometry(at: parts[part].offset) else {
      throw nothing(at: parts[part].offset)
    }
    plan.removals = [geometry.lines.count == 1 && geometry.isItem ? geometry.range : lines[0]]
  }

  /// The feature at the top of a file without its geometry.
  func emptyRoot() throws(EditError) -> EditPlan {
    guard let feature = json.feature(at: json.skippingSpace(from: hasMark ? 3 : 0)),
      feature.isFeature, let geometry = feature.geometry
    else {
      throw unsupported("the file is this geometry alone; without it nothing would be left")
    }
    return EditPlan(texts: [TextEdit(geometry, "null")])
  }

  var hasMark: Bool { bytes.starts(with: [0xEF, 0xBB, 0xBF]) }

  mutating func place(
    ofPositionAt offset: Int, inFeatureAt owner: Int
  ) throws(EditError) -> WaypointPlace {
    let feature = try feature(at: owner)
    if feature.count == 1, !isRoot(feature.range) || feature.isFeature {
      return WaypointPlace(range: feature.range, scope: -1)
    }
    guard let geometry = feature.geometry(at: offset), let position = json.value(at: offset) else {
      throw nothing(at: offset)
    }
    if geometry.points.count == 1, geometry.isItem {
      return WaypointPlace(range: geometry.range, scope: owner)
    }
    guard geometry.points.count > 1 else {
      throw unsupported("the file is this geometry alone; without it nothing would be left")
    }
    return WaypointPlace(
      range: position, scope: geometry.coordinates?.lowerBound ?? owner)
  }

  // MARK: The cut at 180 degrees

  mutating func cut(_ part: Int) throws(EditError) -> EditPlan {
    try require(format == .geojson, "only GeoJSON wants lines cut at 180 degrees")
    try refuseReprojected()
    let feature = try feature(ofPart: part)
    let found = try lines(ofPart: part)
    guard found.count == 1 else {
      throw unsupported("part \(part) is cut at 180 degrees already")
    }
    guard let geometry = feature.geometry(at: parts[part].offset) else {
      throw nothing(at: parts[part].offset)
    }
    guard json.items(of: found[0]).count == parts[part].vertices.count else {
      throw unsupported("part \(part) has positions that were refused: mend these first")
    }
    let (lines, added) = Antimeridian.cut(parts[part].vertices[...])
    var plan = EditPlan(claims: [found[0]])
    var i = 0
    for (number, line) in lines.enumerated() {
      // What the cut put in front and behind is not in the file yet.
      let first = number > 0 ? 1 : 0
      let last = line.count - (number < added.count && added[number] == 2 ? 1 : 0)
      for vertex in line[first..<last] {
        let offset = Int(parts[part].offsets[i])
        plan.texts += try rewritePosition(
          at: offset, latitude: vertex.latitude, longitude: vertex.longitude
        ).texts
        i += 1
      }
      guard number < added.count, let array = json.value(at: Int(parts[part].offsets[i - 1])) else {
        continue
      }
      func text(_ vertex: Coordinate) -> String {
        position(vertex, latitude: vertex.latitude, like: array)
      }
      let end = added[number] == 2 ? ", " + text(line[line.count - 1]) : ""
      plan.texts.append(
        TextEdit(at: array.upperBound, end + "], [" + text(lines[number + 1][0])))
    }
    if lines.count == 1 { return plan }
    if geometry.type == "LineString" {
      guard let type = geometry.typeRange else { throw nothing(at: geometry.range.lowerBound) }
      plan.texts += [
        TextEdit(type, "\"MultiLineString\""), TextEdit(at: found[0].lowerBound, "["),
        TextEdit(at: found[0].upperBound, "]"),
      ]
    }
    guard feature.isFeature else { return plan }
    try mark(added, cutting: found[0], in: feature, &plan)
    return plan
  }

  /// States in the properties where the lines were cut.
  private func mark(
    _ added: [Int], cutting line: Range<Int>, in feature: GeoJSONFeature, _ plan: inout EditPlan
  ) throws(EditError) {
    let number = feature.lines.firstIndex { $0.lowerBound == line.lowerBound } ?? 0
    let properties = feature.members.last { json.string($0.key) == "properties" }
    let stated = properties.flatMap { properties in
      json.members(of: properties.value, named: "antimeridianCuts").last
    }
    var cuts: [AntimeridianCut] = []
    if let stated {
      let found = bytes.withUnsafeBufferPointer { bytes in
        var cursor = JSONCursor(bytes, limits: JSONCursor.Limits(), offset: stated.value.lowerBound)
        return try? AntimeridianCut.read(&cursor)
      }
      guard let found else { throw unsupported("“antimeridianCuts” is not an array of cuts") }
      cuts = found
    }
    // The lines behind have new numbers.
    for i in cuts.indices where cuts[i].line > number { cuts[i].line += added.count }
    for (i, count) in added.enumerated() {
      cuts.append(AntimeridianCut(line: number + i + 1, added: count))
    }
    cuts.sort { $0.line < $1.line }
    let value = JSONValue.array(
      cuts.map { .object([("line", .integer($0.line)), ("added", .integer($0.added))]) })
    if let stated {
      plan.texts.append(TextEdit(stated.value, value.text()))
    } else {
      insertMember("antimeridianCuts", value, inPropertiesOf: feature, &plan)
    }
  }

  // MARK: Members

  /// A new member of a feature's properties, which are made where they are missing.
  func insertMember(
    _ name: String, _ value: JSONValue, inPropertiesOf feature: GeoJSONFeature,
    _ plan: inout EditPlan
  ) {
    guard let properties = feature.members.last(where: { json.string($0.key) == "properties" })
    else {
      return insertMember("properties", .object([(name, value)]), in: feature.range, &plan)
    }
    if bytes[properties.value.lowerBound] == 0x7B {
      insertMember(name, value, in: properties.value, &plan)
    } else {
      plan.texts.append(TextEdit(properties.value, JSONValue.object([(name, value)]).text()))
    }
  }

  /// A new member behind the first of an object, as far from it as the others are from each other.
  func insertMember(
    _ name: String, _ value: JSONValue, in object: Range<Int>, _ plan: inout EditPlan
  ) {
    var text: [UInt8] = []
    JSONText.append(name, to: &text)
    text.append(contentsOf: ": ".utf8)
    text += value.text()
    let members = json.members(of: object)
    guard let first = members.first else {
      plan.claims.append(object)
      plan.texts.append(TextEdit(object, [0x7B] + text + [0x7D]))
      return
    }
    let gap =
      members.count > 1
      ? first.value.upperBound..<members[1].key.lowerBound : 0..<0
    let separator = gap.isEmpty ? Array(", ".utf8) : Array(bytes[gap])
    plan.claims.append(first.key)
    plan.texts.append(
      TextEdit(first.value.upperBound..<first.value.upperBound, separator + text))
  }

  mutating func removeMember(at offset: Int) throws(EditError) -> EditPlan {
    try require(format == .geojson, "members are there in GeoJSON only")
    _ = try checked(offset)
    if let member = json.member(at: offset) { return EditPlan(removals: [member.range]) }
    guard let value = json.value(at: offset), let before = json.lastNonSpace(before: offset),
      bytes[before] == 0x2C || bytes[before] == 0x5B
    else { throw nothing(at: offset) }
    return EditPlan(removals: [value])
  }
}
