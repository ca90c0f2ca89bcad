internal import Geodesy
internal import JSON
internal import Routes

/// Reads GeoJSON (RFC 7946, and the `crs` member of its 2008 ancestor) without recursion.
///
/// Lines become tracks, one a feature; points become waypoints; areas are left out.
enum GeoJSONReader {
  static func read(
    _ source: SourceText, limits: ReadLimits, thoroughly: Bool
  ) -> RouteDocument {
    var system = GeoJSONReferenceSystem.Knowledge.none
    var mends: JSONMends?
    // A foreign reference system may be named behind the coordinates that it rules, and whether it
    // rules them at all is seen when all are read.
    while true {
      let walk = GeoJSONWalk(
        source, mends, limits: limits, system: system, thoroughly: thoroughly)
      let document = walk.run()
      if walk.isMalformed, mends == nil, let found = JSONMends(source) {
        mends = found
        continue
      }
      guard let better = walk.betterKnowledge else { return document }
      system = better
    }
  }
}

/// One walk over a document: which object or member comes next, and who takes it.
private final class GeoJSONWalk {
  private let source: SourceText
  /// What is read: the file's bytes, with space for what was mended.
  private let bytes: [UInt8]
  private let limits: ReadLimits
  private let isThorough: Bool
  private var document: RouteDocument
  private var diagnostics = DiagnosticList()
  /// Whether a fault of the JSON text ended the reading.
  private(set) var isMalformed = false
  /// The objects that are open, the innermost last.
  private var objects: [GeoJSONObject] = []
  /// The pointer at which a fault of the JSON text is reported.
  private var place = GeoJSONPath.root
  /// Whether the word occurs at all; most files state no box, and need not be measured.
  private let mayStateBounds: Bool
  private var vertexCount = 0
  private var collectionCount = 0
  /// Where the second text of a sequence begins.
  private var sequence: Int?
  private var system: GeoJSONReferenceSystem
  private var geometries = GeoJSONGeometries()
  /// The first position of more than three numbers, and how many there are in the file.
  private var long: (offset: Int, pointer: String, count: Int)?

  init(
    _ source: SourceText, _ mends: JSONMends?, limits: ReadLimits,
    system: GeoJSONReferenceSystem.Knowledge, thoroughly: Bool
  ) {
    isThorough = thoroughly
    self.source = source
    bytes = mends?.bytes ?? source.bytes
    self.limits = limits
    self.system = GeoJSONReferenceSystem(system)
    mayStateBounds = source.contains("bbox")
    document = RouteDocument(source: source)
    document.format = .geojson
    guard let mends else { return }
    document.isMended = true
    for note in mends.notes { diagnostics.add(note) }
  }

  /// What is known of the reference system now, and asks for another walk; nil for nothing new.
  var betterKnowledge: GeoJSONReferenceSystem.Knowledge? { system.better }

  func run() -> RouteDocument {
    bytes.withUnsafeBufferPointer { bytes in
      var start = 0
      while bytes[start...].starts(with: [0xEF, 0xBB, 0xBF]) { start += 3 }
      if start > 0 {
        let marks = start == 3 ? "a byte order mark" : "\(start / 3) byte order marks"
        diagnostics.note(
          .byteOrderMark, .info,
          "the file begins with \(marks), which RFC 8259 section 8.1 forbids", at: 0,
          pointer: "", remedy: [.text(TextEdit(0..<start))])
      }
      var cursor = JSONCursor(bytes, limits: limits.json, offset: start)
      do throws(JSONFault) {
        if source.encoding != .utf8 {
          throw JSONFault(
            code: .encoding, message: "the file is in UTF-16; GeoJSON must be UTF-8", offset: 0)
        }
        try walk(&cursor)
      } catch {
        isMalformed = error.code == .notWellFormed
        let (fault, remedy) = closing(error)
        diagnostics.addLast(
          Diagnostic(
            Diagnostic.Code(fault.code), .error, fault.message, offset: fault.offset,
            pointer: fault.pointer ?? place.pointer, remedy: remedy))
        keepOpen()
      }
    }
    if let (offset, pointer, count) = long {
      let times = count == 1 ? "" : " (\(count) times in the file, here first)"
      diagnostics.addSummary(
        Diagnostic(
          .positionTooLong, .info,
          "a position should have no more than longitude, latitude and elevation (RFC 7946 section "
            + "3.1.1); the rest is passed over\(times)", offset: offset, pointer: pointer))
    }
    geometries.positions.finish(&diagnostics)
    document.isReprojected = system.isForeign
    if isThorough { document.noteNames(&diagnostics) }
    document.finish(diagnostics)
    return document
  }

  /// What programs write for numbers that are none, and for values that are missing.
  private static let notNumbers = [
    "NaN", "nan", "-NaN", "-nan", "Infinity", "-Infinity", "undefined", "None",
  ]

  /// A fault with what closes the file where it is cut off.
  private func closing(_ fault: JSONFault) -> (JSONFault, [RouteEdit]) {
    var fault = fault
    if fault.code == .numberSyntax,
      !bytes[fault.offset...].contains(where: GeoJSONClosing.isDelimiter)
    {
      fault = JSONFault(
        code: .notWellFormed, message: "the file ends inside a number: it is cut off",
        offset: fault.offset, pointer: fault.pointer)
    }
    let rest = bytes[min(fault.offset, bytes.count)...]
    if [.notWellFormed, .numberSyntax].contains(fault.code),
      let word = Self.notNumbers.first(where: { rest.starts(with: $0.utf8) })
    {
      fault = JSONFault(
        code: fault.code,
        message: "JSON has no “\(word)”: leave the number out of a position, and write "
          + "null elsewhere", offset: fault.offset, pointer: fault.pointer)
    }
    guard fault.code == .notWellFormed else { return (fault, []) }
    let edit = GeoJSONClosing.edit(of: bytes, nesting: limits.json.nesting)
    return (fault, edit.map { [.text($0)] } ?? [])
  }

  // MARK: Objects

  private func walk(_ cursor: inout JSONCursor) throws(JSONFault) {
    var count = 0
    while hasText(&cursor, after: count) {
      if count == 1 {
        sequence = cursor.offset
        // What stands alone names the file, and one of several names itself.
        document.name = nil
      }
      count += 1
      try walkText(&cursor)
    }
    if cursor.peek() != nil {
      throw cursor.fault("there is more after the end of the document")
    }
    guard let sequence else { return }
    document.isSequence = true
    diagnostics.addSummary(
      Diagnostic(
        .sequence, .info,
        "the file is a sequence of \(count) GeoJSON texts, read as one collection",
        offset: sequence))
  }

  /// Passes over a record separator, and answers whether a text is to be read: always a first one, and
  /// others on lines of their own.
  private func hasText(_ cursor: inout JSONCursor, after count: Int) -> Bool {
    let end = cursor.offset
    var next = cursor.peek()
    let isApart = bytes[end..<cursor.offset].contains(0x0A)
    var isSeparated = false
    while next == 0x1E {
      isSeparated = true
      cursor.advance()
      next = cursor.peek()
    }
    if count == 0 { return true }
    return (isApart || isSeparated) && next == 0x7B
  }

  private func walkText(_ cursor: inout JSONCursor) throws(JSONFault) {
    guard try cursor.kind() == .object else {
      throw cursor.fault(
        ForeignFile.adviceOfValue(source, bytes, at: cursor.offset),
        code: JSONFault.Code(.memberType))
    }
    try open(&cursor, role: .root, path: .root, within: .root)
    while let object = objects.last {
      switch try step(object, &cursor) {
      case .member: break
      case .object(let role, let path, let outer):
        try open(&cursor, role: role, path: path, within: outer)
      case .end: close(object)
      }
    }
    place = .root
  }

  /// What was found in an object: a member or an item that was taken, an object that is to be opened,
  /// or its end.
  private enum Step {
    case member, end
    case object(role: GeoJSONRole, path: GeoJSONPath, outer: GeoJSONPath)
  }

  private func step(
    _ object: GeoJSONObject, _ cursor: inout JSONCursor
  ) throws(JSONFault) -> Step {
    place = object.items == nil ? object.outerPath : object.path
    if diagnostics.isHopeless {
      throw cursor.fault(DiagnosticList.hopelessMessage, code: .limit)
    }
    if var items = object.items {
      guard try cursor.nextItem(isFirst: items.index < 0) else {
        object.items = nil
        return .member
      }
      items.index += 1
      object.items = items
      let next = try item(&cursor, role: items.role, path: items.path.item(items.index))
      if case .member = next { object.geometryCount += 1 }
      return next
    }
    guard let (key, offset) = try cursor.nextKey(isFirst: object.isEmpty) else {
      return .end
    }
    object.isEmpty = false
    place = object.path.member(key)
    let isGeometry = try member(key, at: offset, object, &cursor)
    return isGeometry ? .object(role: .geometry, path: place, outer: object.path) : .member
  }

  private func open(
    _ cursor: inout JSONCursor, role: GeoJSONRole, path: GeoJSONPath, within outer: GeoJSONPath
  ) throws(JSONFault) {
    _ = cursor.peek()
    let offset = cursor.offset
    try cursor.enter()
    objects.append(GeoJSONObject(role: role, offset: offset, path: path, outerPath: outer))
  }

  private func item(
    _ cursor: inout JSONCursor, role: GeoJSONRole, path: GeoJSONPath
  ) throws(JSONFault) -> Step {
    place = path
    let kind = try cursor.kind()
    if kind == .object { return .object(role: role, path: path, outer: path) }
    let what = role == .feature ? "features holds Feature objects" : "geometries holds geometries"
    diagnostics.note(
      .memberType, .error, "\(what); this is \(kind.noun)", at: cursor.offset,
      pointer: path.pointer)
    try cursor.skipValue()
    return .member
  }

  /// Takes an object that was read to its end.
  private func close(_ object: GeoJSONObject) {
    objects.removeLast()
    object.checkMembers(&diagnostics)
    if let type = object.type, type.isGeometry { takeGeometry(type, object) }
    checkBounds(of: object)
    if mayStateBounds, let outer = objects.indices.last { objects[outer].extent.add(object.extent) }
    hand(object)
  }

  /// Keeps what was read of the objects that a fault has left open. What they lack may have come later.
  private func keepOpen() {
    geometries.isCutShort = true
    while let object = objects.popLast() {
      if let tape = object.tape, tape.count > 0,
        let type = object.type ?? .ofLine(depth: tape.depth), type.isGeometry
      {
        takeGeometry(type, object)
      }
      hand(object)
    }
  }

  /// Gives what an object holds to what is around it.
  private func hand(_ object: GeoJSONObject) {
    switch object.role {
    case .geometry, .member: objects[objects.count - 1].add(object)
    case .feature: document.add(object, limits, &diagnostics)
    case .root where sequence != nil && object.type != .featureCollection:
      document.add(object, limits, &diagnostics)
    case .root:
      document.name = object.name ?? object.title
      if object.type == .featureCollection {
        if document.name == nil { document.name = object.fields.title }
        document.properties = object.fields.route
        document.passedOver.add(object.passedOver)
        document.passedOver.add(object.fields.leftOver(isLine: true))
      } else {
        document.add(object, limits, &diagnostics)
        if document.name == nil { document.name = object.fields.title }
      }
    }
  }

  private func takeGeometry(_ type: GeoJSONType, _ object: GeoJSONObject) {
    guard var tape = object.tape, let depth = type.depth,
      tape.nests(as: type, depth: depth, &diagnostics), system.transform(&tape.values)
    else { return }
    if mayStateBounds { object.extent.add(tape, type) }
    geometries.positions.isReprojected = system.isForeign
    geometries.take(tape, as: type, into: object, &diagnostics)
  }

  private func checkBounds(of object: GeoJSONObject) {
    // In a foreign reference system the numbers are not degrees.
    guard let (stated, offset) = object.bounds, !system.isForeign,
      let fault = object.extent.fault(of: stated, isComplete: !diagnostics.hasErrors)
    else { return }
    diagnostics.note(
      .bboxWrong, .warning, "the “bbox” does not agree with what it is around: \(fault)",
      at: offset, pointer: object.pointer + "/bbox", remedy: [.removeMember(atOffset: offset)])
  }

  // MARK: Members

  /// Takes a member's value, but for the object that is the value of `geometry`: then it answers
  /// true. An array of objects is left open in the object.
  private func member(
    _ key: String, at keyOffset: Int, _ object: GeoJSONObject, _ cursor: inout JSONCursor
  ) throws(JSONFault) -> Bool {
    let path = place
    var pointer: String { path.pointer }
    let kind = try cursor.kind()
    let offset = cursor.offset
    func refuse(_ due: String) throws(JSONFault) {
      diagnostics.note(
        .memberType, .error, "\(due), not \(kind.noun)", at: offset, pointer: pointer)
      try cursor.skipValue()
    }
    object.enter(key, at: keyOffset, pointer: pointer, &diagnostics)
    switch key {
    case "type":
      guard kind == .string else {
        try refuse("“type” must be a text")
        break
      }
      object.setType(try cursor.string(), at: offset, pointer: pointer, &diagnostics)
    case "coordinates":
      if kind == .array {
        var tape = CoordinateTape()
        defer { object.tape = tape }
        try readCoordinates(into: &tape, &cursor, path)
      } else if cursor.isNull(kind) {
        object.nullCoordinates = offset
        try cursor.skipValue()
      } else {
        // The type of the value has been told; that it is missing would be the same fault.
        object.tape = nil
        try refuse("“coordinates” must be an array")
      }
    case "features", "geometries":
      guard kind == .array else {
        try refuse("“\(key)” must be an array")
        break
      }
      if key == "geometries" {
        collectionCount += 1
        guard collectionCount <= limits.collections else {
          throw cursor.fault(
            "the file has more than \(limits.collections) collections of geometries, the limit",
            code: .limit)
        }
      }
      try cursor.enter()
      object.items = GeoJSONObject.Items(
        role: key == "features" ? .feature : .member, path: path)
    case "geometry":
      if kind == .object { return true }
      try cursor.isNull(kind) ? cursor.skipValue() : refuse("“geometry” must be an object or null")
    case "properties":
      if kind == .object {
        // Those of a collection are not in RFC 7946, but may name the whole.
        let isCollection = object.role == .root && object.type == .featureCollection
        var fields = isCollection ? FeatureFields() : object.fields
        try fields.read(
          &cursor, pointer: pointer, keepsAll: object.role == .feature || object.role == .root,
          mostTextBytes: limits.textBytes, &diagnostics)
        if isCollection {
          object.title = object.title ?? fields.title
        } else {
          object.fields = fields
        }
      } else {
        try cursor.isNull(kind)
          ? cursor.skipValue() : refuse("“properties” must be an object or null")
      }
    case "id":
      let isFeature = object.role == .feature || object.role == .root
      object.passedOver.add(key)
      try !isFeature || kind == .string || kind == .number
        ? cursor.skipValue() : refuse("a feature's “id” must be a text or a number")
    case "bbox":
      let stated = try StatedBounds.read(&cursor, kind, pointer: pointer, &diagnostics)
      if let stated { object.bounds = (stated, offset) }
    case "crs":
      try system.read(
        &cursor, kind, isAtTop: object.role == .root, hasPositions: vertexCount > 0,
        pointer: pointer, &diagnostics)
    case "name" where object.role == .root && (kind == .string || kind == .number):
      object.enterOwn(key, at: keyOffset, pointer: pointer, &diagnostics)
      object.name = try cursor.word(kind)
    case "title" where object.role == .root && (kind == .string || kind == .number):
      object.title = try cursor.word(kind)
    case "joins", "officialLength", "laps", "thereAndBack", "lapJoin":
      // Beside the features the members speak for the whole file.
      guard object.role == .root else {
        try cursor.skipValue()
        break
      }
      object.enterOwn(key, at: keyOffset, pointer: pointer, &diagnostics)
      try object.fields.readValue(
        of: key, &cursor, pointer: pointer, mostTextBytes: limits.textBytes, &diagnostics)
    default:
      object.enterUnknown(key, at: keyOffset)
      object.passedOver.add(key)
      try cursor.skipValue()
    }
    return false
  }

  private func readCoordinates(
    into tape: inout CoordinateTape, _ cursor: inout JSONCursor, _ path: GeoJSONPath
  ) throws(JSONFault) {
    try CoordinateTape.read(
      &cursor, at: path, room: limits.route.vertices - vertexCount,
      most: limits.route.vertices, into: &tape, diagnostics: &diagnostics)
    vertexCount += tape.count
    if let found = tape.long { document.longPositionCount += found.count }
    if isThorough, let found = tape.long {
      long = long.map { ($0.offset, $0.pointer, $0.count + found.count) } ?? found
    }
  }
}

extension JSONCursor {
  /// A text that comes next, or a number as it is written.
  fileprivate mutating func word(_ kind: Kind) throws(JSONFault) -> String {
    if kind == .string { return try string() }
    let start = offset
    _ = try number()
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }
}
