internal import JSON

/// What GeoJSON states about its route: members of a feature's properties, or of the whole file.
extension GeoJSONEditor {
  mutating func sites(of name: String) -> [StatementSite] {
    let filledTracks = filledTracks
    guard let root = json.value(at: rootStart) else { return [] }
    let isTrack =
      filledTracks.count == 1 && document.allTracks[filledTracks[0]].offset == root.lowerBound
    var sites = json.members(of: root, named: name).map {
      StatementSite(range: $0.value, track: isTrack ? filledTracks[0] : nil)
    }
    for track in filledTracks {
      guard let feature = try? feature(at: document.allTracks[track].offset) else { continue }
      for member in feature.members where json.string(member.key) == "properties" {
        sites += json.members(of: member.value, named: name).map {
          StatementSite(range: $0.value, track: track)
        }
      }
    }
    return sites
  }

  func bytes(of value: StatedValue) -> [UInt8] { value.json.text() }

  mutating func insert(
    _ name: String, _ value: StatedValue, track: Int?
  ) throws(EditError) -> EditPlan {
    var plan = EditPlan()
    if let track {
      let feature = try feature(at: document.allTracks[track].offset)
      if feature.isFeature {
        insertMember(name, value.json, inPropertiesOf: feature, &plan)
        return plan
      }
    }
    guard let root = json.value(at: rootStart) else { throw .nothing(at: 0) }
    insertMember(name, value.json, in: root, &plan)
    return plan
  }

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
}
