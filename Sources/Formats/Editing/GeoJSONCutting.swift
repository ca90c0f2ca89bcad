internal import Geodesy
internal import JSON
internal import Routes

/// The cut of lines at 180 degrees.
extension GeoJSONEditor {
  mutating func cut(_ part: Int) throws(EditError) -> EditPlan {
    try source.refuseReprojected()
    let feature = try feature(ofPart: part)
    let found = try lines(ofPart: part)
    guard found.count == 1 else {
      throw .unsupported("part \(part) is cut at 180 degrees already")
    }
    guard let geometry = feature.geometry(at: parts[part].offset) else {
      throw .nothing(at: parts[part].offset)
    }
    guard json.items(of: found[0]).count == parts[part].vertices.count else {
      throw .unsupported("part \(part) has positions that were refused: mend these first")
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
        plan.texts += try rewrite(
          at: offset, latitude: vertex.latitude, longitude: vertex.longitude
        ).texts
        i += 1
      }
      guard number < added.count, let array = json.value(at: Int(parts[part].offsets[i - 1])) else {
        continue
      }
      let end = added[number] == 2 ? ", " + position(line[line.count - 1], like: array) : ""
      let start = position(lines[number + 1][0], like: array)
      plan.texts.append(TextEdit(at: array.upperBound, end + "], [" + start))
    }
    if lines.count == 1 { return plan }
    if geometry.type == "LineString" {
      guard let type = geometry.typeRange else { throw .nothing(at: geometry.range.lowerBound) }
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
      guard let found else { throw .unsupported("“antimeridianCuts” is not an array of cuts") }
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
}
