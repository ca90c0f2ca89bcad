internal import Geodesy
internal import JSON
internal import Routes

/// The properties of a feature, or of a file, that mean something here.
struct FeatureFields {
  private static let names = [
    "name", "Name", "NAME", "title", "Title", "TITLE", "label", "Label", "LABEL", "story",
    "description", "Description", "DESCRIPTION", "desc", "cmt", "type",
    "officialDistance",
    "officialLength", "joins", "laps",
    "thereAndBack", "lapJoin", "antimeridianCuts",
  ]

  private(set) var name: String?
  /// The name as programs call it that do not call it “name”, the most telling first.
  private var otherNames: [String: String] = [:]
  private(set) var story: String?
  private var description: String?
  private var comment: String?
  private(set) var type: String?
  private(set) var officialDistance: Distance?
  private(set) var route = RouteProperties()
  private(set) var cuts: [AntimeridianCut] = []
  /// The names of properties that mean nothing here.
  private(set) var passedOver = NameTally()

  /// The name, or what other programs write for it: “Name” (ogr2ogr), “title” (simplestyle), or else what
  /// describes it and can be a name.
  var title: String? {
    name ?? Self.otherNames.lazy.compactMap { otherNames[$0] }.first
      ?? (story == nil
        ? [description, comment].lazy.compactMap { $0.flatMap(NameText.name) }.first : nil)
  }

  private static let otherNames = [
    "Name", "NAME", "title", "Title", "TITLE", "label", "Label", "LABEL",
  ]

  /// The text of a point, nil where that is its name already.
  var text: String? { story ?? (description == title ? nil : description) }

  /// The names of what a route has no place for: properties that mean nothing here, further names, and
  /// what only a point has.
  ///
  /// - Parameter isLine: whether the feature is a line and no point.
  func leftOver(isLine: Bool) -> NameTally {
    var names = passedOver
    for (name, text) in otherNames where text != title { names.add(name) }
    if isLine {
      if story != nil { names.add("story") }
      if type != nil { names.add("type") }
    }
    if let description, description != title,
      isLine || story.map({ $0 != description }) ?? false
    {
      names.add("description")
    }
    if let comment, comment != title { names.add("cmt") }
    return names
  }

  /// Reads the object that comes next.
  ///
  /// - Parameters:
  ///   - keepsAll: whether its members mean anything; else they are passed over.
  ///   - mostTextBytes: of a text; the rest is cut off.
  mutating func read(
    _ cursor: inout JSONCursor, pointer: String, keepsAll: Bool, mostTextBytes: Int,
    _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) {
    try cursor.enter()
    var isFirst = true
    var seen: UInt32 = 0
    while let (key, keyOffset) = try cursor.nextKey(isFirst: isFirst) {
      isFirst = false
      do throws(JSONFault) {
        _ = try cursor.kind()
        guard keepsAll, let index = Self.names.firstIndex(of: key) else {
          if keepsAll { passedOver.add(key) }
          try cursor.skipValue()
          continue
        }
        let bit: UInt32 = 1 << UInt32(index)
        let place = pointer + "/" + JSONPointer.escaped(key)
        if seen & bit != 0 { diagnostics.noteRepeated(key, at: keyOffset, pointer: place) }
        seen |= bit
        try readValue(
          of: key, &cursor, pointer: place, mostTextBytes: mostTextBytes, &diagnostics)
      } catch {
        var fault = error
        if fault.pointer == nil { fault.pointer = pointer + "/" + JSONPointer.escaped(key) }
        throw fault
      }
    }
  }

  /// Reads the value that comes next; one that cannot be used changes nothing.
  mutating func readValue(
    of key: String, _ cursor: inout JSONCursor, pointer: String, mostTextBytes: Int,
    _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) {
    let value = FieldValue(
      key: key, kind: try cursor.kind(), offset: cursor.offset, pointer: pointer,
      mostTextBytes: mostTextBytes)
    if cursor.isNull(value.kind) { return try cursor.skipValue() }
    switch key {
    case "name":
      // A blank one says as much as none.
      let text = try text(value, &cursor, &diagnostics)
      name = text.flatMap { $0.contains { !$0.isWhitespace } ? $0 : nil } ?? name
    case _ where Self.otherNames.contains(key):
      let text = try text(value, &cursor, &diagnostics)
      if let text, text.contains(where: { !$0.isWhitespace }) { otherNames[key] = text }
    case "story": story = try text(value, &cursor, &diagnostics) ?? story
    case "description": description = try text(value, &cursor, &diagnostics) ?? description
    case "Description", "DESCRIPTION", "desc":
      let text = try text(value, &cursor, &diagnostics)
      description = description ?? text
    case "cmt": comment = try text(value, &cursor, &diagnostics) ?? comment
    case "type":
      // A kind is a word.
      if value.kind == .number {
        passedOver.add(key)
        return try cursor.skipValue()
      }
      type = try text(value, &cursor, &diagnostics) ?? type
    case "officialDistance":
      officialDistance = try value.distance(&cursor, &diagnostics) ?? officialDistance
    case "officialLength":
      route.officialLength = try value.distance(&cursor, &diagnostics) ?? route.officialLength
    case "laps": route.laps = try value.laps(&cursor, &diagnostics) ?? route.laps
    case "thereAndBack":
      route.thereAndBack = try value.flag(&cursor, &diagnostics) ?? route.thereAndBack
    case "lapJoin": route.lapJoin = try value.policy(&cursor, &diagnostics) ?? route.lapJoin
    case "joins": route.joins = try value.policies(&cursor, &diagnostics) ?? route.joins
    case "antimeridianCuts": cuts = try value.cuts(&cursor, &diagnostics) ?? cuts
    default: try cursor.skipValue()
    }
  }

  /// A text that comes next; what is none is among what means nothing here.
  private mutating func text(
    _ value: FieldValue, _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> String? {
    let text = try value.text(&cursor, &diagnostics)
    if text == nil { passedOver.add(value.key) }
    return text
  }
}

/// The value of one of our members, which comes next. Each way of reading it takes the value, and
/// answers nil where it is not what it should be.
private struct FieldValue {
  let key: String
  let kind: JSONCursor.Kind
  let offset: Int
  let pointer: String
  let mostTextBytes: Int

  /// Passes over the value, which is of another kind than is due.
  private func refuse<Value>(
    _ due: String, _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> Value? {
    note("“\(key)” must be \(due), not \(kind.noun)", &diagnostics)
    try cursor.skipValue()
    return nil
  }

  private func note(_ message: String, _ diagnostics: inout DiagnosticList) {
    diagnostics.note(.routeProperty, .error, message, at: offset, pointer: pointer)
  }

  /// The value as it stands in the file, once it was read.
  private func written(_ cursor: JSONCursor) -> String {
    String(decoding: cursor.bytes[offset..<cursor.offset], as: UTF8.self)
  }

  /// A text, or a number as it is written: stages and control points are called by it.
  func text(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> String? {
    if kind == .number {
      _ = try cursor.number()
      return written(cursor)
    }
    guard kind == .string else {
      try cursor.skipValue()
      return nil
    }
    let text = try cursor.string()
    guard text.utf8.count > mostTextBytes else { return text }
    diagnostics.noteCut(limit: mostTextBytes, at: offset, pointer: pointer)
    return String(decoding: text.utf8.prefix(mostTextBytes).withoutCutCharacter, as: UTF8.self)
  }

  func distance(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> Distance? {
    let text: String
    switch kind {
    case .string: text = try cursor.string()
    case .number:
      _ = try cursor.number()
      text = written(cursor)
    default:
      return try refuse("a text with a unit, or a number of metres", &cursor, &diagnostics)
    }
    do throws(GeodesyError) {
      return try Distance(text, defaultUnit: .meters)
    } catch {
      note(error.message, &diagnostics)
      return nil
    }
  }

  func laps(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> Int? {
    guard kind == .number else { return try refuse("a whole number from 1", &cursor, &diagnostics) }
    let value = try cursor.number()
    if value >= 1, value == value.rounded(), value <= 1e9 { return Int(value) }
    note(
      "“laps” must be a whole number from 1 to 1,000,000,000, not \(shortened(written(cursor)))",
      &diagnostics)
    return nil
  }

  func flag(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> Bool? {
    guard kind == .literal else { return try refuse("true or false", &cursor, &diagnostics) }
    return try cursor.literal()
  }

  func policy(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> JoinPolicy? {
    guard kind == .string else { return try refuse("a join policy", &cursor, &diagnostics) }
    let word = try cursor.string()
    let policy = JoinPolicy(rawValue: word)
    if policy == nil { note(RouteProperties.unknownPolicy(word), &diagnostics) }
    return policy
  }

  func policies(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> [JoinPolicy]? {
    guard kind == .array else {
      return try refuse("an array of join policies", &cursor, &diagnostics)
    }
    try cursor.enter()
    var policies: [JoinPolicy] = []
    while try cursor.nextItem(isFirst: policies.isEmpty) {
      let item = FieldValue(
        key: key, kind: try cursor.kind(), offset: cursor.offset,
        pointer: "\(pointer)/\(policies.count)", mostTextBytes: mostTextBytes)
      guard item.kind == .string else {
        throw cursor.fault(
          "“joins” holds join policies in double quotes", code: JSONFault.Code(.routeProperty))
      }
      policies.append(try item.policy(&cursor, &diagnostics) ?? .unresolved)
    }
    return policies
  }

  func cuts(
    _ cursor: inout JSONCursor, _ diagnostics: inout DiagnosticList
  ) throws(JSONFault) -> [AntimeridianCut]? {
    guard kind == .array else { return try refuse("an array of cuts", &cursor, &diagnostics) }
    return try AntimeridianCut.read(&cursor)
  }
}
