internal import JSON

/// What RFC 7946 says about the members of an object: which must be there, which must not, and of
/// which type the object may be.
extension GeoJSONObject {
  /// Members that an object of one type or another must have.
  private static let required = [
    "type", "coordinates", "features", "geometries", "geometry", "properties",
  ]

  private static let known = required + ["id", "bbox", "crs"]

  private static let forbiddenInCollection = ["coordinates", "geometries", "geometry"]
  private static let forbiddenInFeature = ["coordinates", "geometries", "features"]
  private static let forbiddenInGeometries = ["geometry", "properties", "features", "coordinates"]
  private static let forbiddenInGeometry = ["geometry", "properties", "features", "geometries"]

  /// Notes a member that RFC 7946 knows and that stands in the object a second time.
  func enter(
    _ key: String, at offset: Int, pointer: @autoclosure () -> String,
    _ diagnostics: inout DiagnosticList
  ) {
    guard Self.known.contains(key), keys.enter(key, at: offset) else { return }
    diagnostics.note(
      .memberDuplicate, .error,
      "the member “\(key)” stands in this object twice; readers take either", at: offset,
      pointer: pointer())
  }

  /// Notes a member of our own that stands in the object a second time.
  func enterOwn(
    _ key: String, at offset: Int, pointer: String, _ diagnostics: inout DiagnosticList
  ) {
    if keys.enter(key, at: offset) {
      diagnostics.noteRepeated(key, at: offset, pointer: pointer)
    }
  }

  /// Keeps the name of a member that is not known, where it looks like one that is.
  func enterUnknown(_ key: String, at offset: Int) {
    if let meant = Spelling.nearest(to: key, among: Self.required), misspelt[meant] == nil {
      misspelt[meant] = (key, offset)
    }
  }

  /// Takes the value of `type`.
  func setType(
    _ name: String, at offset: Int, pointer: @autoclosure () -> String,
    _ diagnostics: inout DiagnosticList
  ) {
    type = GeoJSONType(rawValue: name)
    if let type, role.allows(type) { return }
    type = nil
    diagnostics.note(
      .typeUnknown, .error,
      "the type is “\(shortened(name))” where \(role.allowedTypes) is due\(hint(for: name))",
      at: offset, pointer: pointer())
  }

  private func hint(for name: String) -> String {
    let fitting = GeoJSONType.allCases.filter(role.allows).map(\.rawValue)
    return Spelling.nearest(to: name, among: fitting).map { "; was “\($0)” meant?" } ?? ""
  }

  /// Checks the members of an object that was read to its end.
  func checkMembers(_ diagnostics: inout DiagnosticList) {
    guard let type else { return require("type", &diagnostics) }
    switch type {
    case .featureCollection:
      require("features", &diagnostics)
      forbid(Self.forbiddenInCollection, in: "a FeatureCollection", &diagnostics)
      noteCollectionProperties(&diagnostics)
    case .feature:
      require("geometry", &diagnostics)
      require("properties", &diagnostics)
      forbid(Self.forbiddenInFeature, in: "a Feature", &diagnostics)
    case .geometryCollection:
      require("geometries", &diagnostics)
      forbid(Self.forbiddenInGeometries, in: "a geometry", &diagnostics)
      checkCollection(&diagnostics)
    default:
      require("coordinates", &diagnostics)
      if let nullCoordinates {
        diagnostics.note(
          .memberType, .error,
          "“coordinates” must be an array, not null; a place that nobody knows is a Feature whose "
            + "“geometry” is null", at: nullCoordinates, pointer: pointer + "/coordinates")
      }
      forbid(Self.forbiddenInGeometry, in: "a geometry", &diagnostics)
    }
  }

  /// Programs write the name of the whole there, and no reader draws anything else for it.
  private func noteCollectionProperties(_ diagnostics: inout DiagnosticList) {
    guard let key = keys["properties"] else { return }
    diagnostics.note(
      .collectionProperties, .warning,
      "a FeatureCollection has no “properties” of its own (RFC 7946 section 7.1)", at: key,
      pointer: pointer + "/properties", remedy: [.text(collectionPropertiesEdit(at: key))])
  }

  /// Keeps what the member holds under a name that any object may have, and the route's name where it
  /// is looked for.
  private func collectionPropertiesEdit(at key: Int) -> TextEdit {
    var text: [UInt8] = []
    if name == nil, let title {
      text += Array("\"name\": ".utf8)
      JSONText.append(title, to: &text)
      text += Array(", ".utf8)
    }
    text += Array("\"metadata\"".utf8)
    return TextEdit(key..<key + "\"properties\"".utf8.count, text)
  }

  private func checkCollection(_ diagnostics: inout DiagnosticList) {
    if role == .member {
      diagnostics.note(
        .collectionNested, .info,
        "a GeometryCollection inside another is better taken apart (RFC 7946 section 3.1.8)",
        at: offset, pointer: pointer)
    }
    if geometryCount == 1, let key = keys["geometries"] {
      diagnostics.note(
        .collectionSingle, .info,
        "a GeometryCollection of one geometry is better that geometry alone (RFC 7946 section 3.1.8)",
        at: key, pointer: pointer + "/geometries")
    }
  }

  private func require(_ member: String, _ diagnostics: inout DiagnosticList) {
    if keys[member] != nil { return }
    let found = misspelt[member]
    let hint = found.map { "; “\(shortened($0.key))” looks like it" } ?? ""
    diagnostics.note(
      .memberMissing, .error, "the member “\(member)” is missing\(hint)", at: offset,
      pointer: pointer)
    guard let found else { return }
    diagnostics.note(
      .memberMisspelt, .warning,
      "the member “\(shortened(found.key))” is not known; was “\(member)” meant?",
      at: found.offset, pointer: pointer + "/" + JSONPointer.escaped(found.key))
  }

  private func forbid(
    _ members: [String], in what: String, _ diagnostics: inout DiagnosticList
  ) {
    for member in members {
      guard let key = keys[member] else { continue }
      diagnostics.note(
        .memberForbidden, .error,
        "\(what) must not have a member “\(member)” (RFC 7946 section 7.1)", at: key,
        pointer: pointer + "/" + member)
    }
  }
}

extension DiagnosticList {
  /// Notes a member of our own, of which the last is used.
  mutating func noteRepeated(_ key: String, at offset: Int, pointer: String) {
    note(
      .memberDuplicate, .warning,
      "the member “\(key)” stands in this object twice; the last is used", at: offset,
      pointer: pointer)
  }
}

extension JSONCursor.Kind {
  /// What messages call it.
  var noun: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a text"
    case .number: "a number"
    case .literal: "true, false or null"
    }
  }
}

extension JSONCursor {
  /// Whether a value of this kind, which comes next, is null.
  func isNull(_ kind: Kind) -> Bool { kind == .literal && bytes[offset] == 0x6E }
}
