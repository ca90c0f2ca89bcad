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
    // A foreign reference system may be named behind the coordinates that it rules.
    let first = GeoJSONPass(source, limits: limits, system: nil, thoroughly: thoroughly)
    let document = first.run()
    guard let late = first.lateSystem else { return document }
    return GeoJSONPass(source, limits: limits, system: late, thoroughly: thoroughly).run()
  }
}

/// The types that RFC 7946 knows.
private enum GeoJSONType: String, CaseIterable {
  case featureCollection = "FeatureCollection"
  case feature = "Feature"
  case point = "Point"
  case multiPoint = "MultiPoint"
  case lineString = "LineString"
  case multiLineString = "MultiLineString"
  case polygon = "Polygon"
  case multiPolygon = "MultiPolygon"
  case geometryCollection = "GeometryCollection"

  /// How deep the positions nest; nil where there are none.
  var depth: Int? {
    switch self {
    case .point: 1
    case .lineString, .multiPoint: 2
    case .multiLineString, .polygon: 3
    case .multiPolygon: 4
    case .featureCollection, .feature, .geometryCollection: nil
    }
  }

  var isGeometry: Bool { self != .feature && self != .featureCollection }
}

/// One walk over a file.
private final class GeoJSONPass {
  /// What an object may be, by where it stands.
  private enum Role { case root, feature, geometry, member }

  /// An object that is open.
  private struct Frame {
    var role: Role
    var offset: Int
    var pointer: String
    var isFirst = true
    var type: GeoJSONType?
    var hasType = false
    var tape: CoordinateTape?
    var hasCoordinates = false
    /// Where null stands for coordinates, which only a geometry must not have.
    var nullCoordinates: Int?
    var hasFeatures = false
    var hasGeometry = false
    var hasGeometries = false
    var geometryCount = 0
    var hasProperties = false
    var keys: Set<String> = []
    var keyOffsets: [String: Int] = [:]
    var name: String?
    /// What the geometries inside have given.
    var lines: [SourcePart] = []
    var points: [(vertex: Coordinate, offset: Int)] = []
    var fields = FeatureFields()
    /// Positions of lines and points that were refused; the track is not known yet.
    var rejected: [RejectedPosition] = []
    /// Members that look like a known one, by that one's name.
    var misspelt: [String: (key: String, offset: Int)] = [:]
    var bounds: (stated: StatedBounds, offset: Int)?
  }

  /// What an object's geometries hold, for the box that it may state.
  private struct Held {
    var bounds = PositionBounds()
    var hasAreas = false
    /// Whether longitudes beyond 180 were brought back, so that no box can be compared.
    var isWrapped = false
  }

  private enum Level {
    case object(Frame)
    case features(pointer: String, index: Int)
    case geometries(pointer: String, index: Int)
  }

  private let source: SourceText
  private let limits: ReadLimits
  private let isThorough: Bool
  private var document: RouteDocument
  private var diagnostics = DiagnosticList()
  private var levels: [Level] = []
  /// One for each object that is open.
  private var held: [Held] = []
  /// Whether the word occurs at all; most files state no box, and need not be measured.
  private let mayStateBounds: Bool
  private var vertexCount = 0
  /// The name of the reference system that rules the coordinates, where it is not WGS84.
  private var system: String?
  private let wasGiven: Bool
  /// Made once: looking a system up costs milliseconds.
  private var reprojection: Reprojection?
  /// A reference system that was named too late for coordinates that were read before it.
  private(set) var lateSystem: String?

  init(_ source: SourceText, limits: ReadLimits, system: String?, thoroughly: Bool) {
    isThorough = thoroughly
    self.source = source
    self.limits = limits
    self.system = system
    wasGiven = system != nil
    mayStateBounds = source.contains("bbox")
    document = RouteDocument(source: source)
    document.format = .geojson
  }

  func run() -> RouteDocument {
    source.bytes.withUnsafeBufferPointer { bytes in
      var cursor = JSONCursor(bytes, limits: limits.json)
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
        cursor = JSONCursor(bytes, limits: limits.json, offset: 3)
        note(
          .byteOrderMark, .info,
          "the file begins with a byte order mark, which RFC 8259 section 8.1 forbids", 0, "",
          remedy: [.text(TextEdit(0..<3))])
      }
      do throws(JSONFault) {
        if source.encoding != .utf8 {
          throw JSONFault(
            code: .encoding, message: "the file is in UTF-16; GeoJSON must be UTF-8", offset: 0)
        }
        try walk(&cursor)
      } catch {
        diagnostics.addLast(
          Diagnostic(
            Diagnostic.Code(error.code), .error, error.message, offset: error.offset,
            pointer: error.pointer ?? currentPointer))
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
    if let wrapped {
      diagnostics.addSummary(
        Diagnostic(
          .longitudeWrapped, .warning, wrapped.message, offset: wrapped.offset,
          pointer: wrapped.pointer, remedy: wrapped.remedy))
    }
    document.isReprojected = system != nil
    document.finish(diagnostics)
    return document
  }

  private func note(
    _ code: Diagnostic.Code, _ severity: Severity, _ message: @autoclosure () -> String,
    _ offset: Int, _ pointer: @autoclosure () -> String,
    remedy: @autoclosure () -> [RouteEdit] = []
  ) {
    diagnostics.add(
      Diagnostic(
        code, severity, message(), offset: offset, pointer: pointer(), remedy: remedy()),
      severity: severity)
  }

  /// The pointer of the member whose value is being read.
  private var openMember: String?

  private var currentPointer: String {
    if let openMember { return openMember }
    return switch levels.last {
    case .object(let frame): frame.pointer
    case .features(let pointer, let index), .geometries(let pointer, let index):
      "\(pointer)/\(index)"
    case nil: ""
    }
  }

  // MARK: Walk

  private func walk(_ cursor: inout JSONCursor) throws(JSONFault) {
    guard try cursor.kind() == .object else {
      throw cursor.fault(
        "a GeoJSON file is an object, which begins with “{”", code: JSONFault.Code(.memberType))
    }
    try open(&cursor, role: .root, pointer: "")
    while let level = levels.popLast() {
      if diagnostics.isHopeless {
        throw cursor.fault(DiagnosticList.hopelessMessage, code: .limit)
      }
      switch level {
      case .object(var frame):
        let next = try cursor.nextKey(isFirst: frame.isFirst)
        frame.isFirst = false
        if let next {
          try member(next.key, at: next.offset, frame, &cursor)
          openMember = nil
        } else {
          close(frame)
        }
      case .features(let pointer, let index):
        guard try cursor.nextItem(isFirst: index < 0) else { continue }
        levels.append(.features(pointer: pointer, index: index + 1))
        try item(&cursor, role: .feature, pointer: "\(pointer)/\(index + 1)")
      case .geometries(let pointer, let index):
        guard try cursor.nextItem(isFirst: index < 0) else { continue }
        levels.append(.geometries(pointer: pointer, index: index + 1))
        try item(&cursor, role: .member, pointer: "\(pointer)/\(index + 1)")
      }
    }
    if cursor.peek() != nil {
      throw cursor.fault("there is more after the end of the document")
    }
  }

  private func open(
    _ cursor: inout JSONCursor, role: Role, pointer: String
  ) throws(JSONFault) {
    _ = cursor.peek()
    let offset = cursor.offset
    try cursor.enter()
    levels.append(.object(Frame(role: role, offset: offset, pointer: pointer)))
    held.append(Held())
  }

  private func item(
    _ cursor: inout JSONCursor, role: Role, pointer: String
  ) throws(JSONFault) {
    let kind = try cursor.kind()
    if kind == .object {
      try open(&cursor, role: role, pointer: pointer)
    } else {
      let what = role == .feature ? "features holds Feature objects" : "geometries holds geometries"
      note(
        .memberType, .error, "\(what); this is \(described(kind))", cursor.offset, pointer)
      try cursor.skipValue()
    }
  }

  private func described(_ kind: JSONCursor.Kind) -> String {
    switch kind {
    case .object: "an object"
    case .array: "an array"
    case .string: "a text"
    case .number: "a number"
    case .literal: "true, false or null"
    }
  }

  // MARK: Members

  /// Takes a member's value; puts the frame back unless it opened a level above it.
  private func member(
    _ key: String, at keyOffset: Int, _ frame: Frame, _ cursor: inout JSONCursor
  ) throws(JSONFault) {
    var frame = frame
    let pointer = frame.pointer + "/" + JSONPointer.escaped(key)
    openMember = pointer
    let kind = try cursor.kind()
    let offset = cursor.offset
    if Self.known.contains(key) {
      if !frame.keys.insert(key).inserted {
        note(
          .memberDuplicate, .error,
          "the member “\(key)” stands in this object twice; readers take either", keyOffset, pointer
        )
      }
      frame.keyOffsets[key] = keyOffset
    }
    switch key {
    case "type":
      frame.hasType = true
      if kind == .string {
        let name = try cursor.string()
        frame.type = GeoJSONType(rawValue: name)
        if frame.type == nil || !fits(frame.type, frame.role) {
          noteType(name, frame, offset, pointer)
          frame.type = nil
        }
      } else {
        note(.memberType, .error, "“type” must be a text, not \(described(kind))", offset, pointer)
        try cursor.skipValue()
      }
    case "coordinates":
      frame.hasCoordinates = true
      if kind == .array {
        let tape = try CoordinateTape.read(
          &cursor, pointer: pointer, room: limits.route.vertices - vertexCount,
          most: limits.route.vertices,
          diagnostics: &diagnostics)
        vertexCount += tape.count
        if isThorough, let found = tape.long {
          long = long.map { ($0.offset, $0.pointer, $0.count + found.count) } ?? found
        }
        frame.tape = tape
      } else {
        if isNull(cursor, kind) {
          frame.nullCoordinates = offset
        } else {
          note(
            .memberType, .error, "“coordinates” must be an array, not \(described(kind))", offset,
            pointer)
          // The type of the value has been told; that it is missing would be the same fault.
          frame.tape = nil
        }
        try cursor.skipValue()
      }
    case "features":
      frame.hasFeatures = true
      if kind == .array {
        try cursor.enter()
        levels.append(.object(frame))
        levels.append(.features(pointer: pointer, index: -1))
        return
      }
      note(
        .memberType, .error, "“features” must be an array, not \(described(kind))", offset, pointer)
      try cursor.skipValue()
    case "geometries":
      frame.hasGeometries = true
      if kind == .array {
        try cursor.enter()
        levels.append(.object(frame))
        levels.append(.geometries(pointer: pointer, index: -1))
        return
      }
      note(
        .memberType, .error, "“geometries” must be an array, not \(described(kind))", offset,
        pointer)
      try cursor.skipValue()
    case "geometry":
      frame.hasGeometry = true
      if kind == .object {
        levels.append(.object(frame))
        try open(&cursor, role: .geometry, pointer: pointer)
        return
      }
      if !isNull(cursor, kind) {
        note(
          .memberType, .error, "“geometry” must be an object or null, not \(described(kind))",
          offset,
          pointer)
      }
      try cursor.skipValue()
    case "properties":
      frame.hasProperties = true
      if kind == .object {
        let isFeature =
          frame.role == .feature || (frame.role == .root && frame.type != .featureCollection)
        try readFields(&cursor, into: &frame.fields, pointer: pointer, keepsAll: isFeature)
      } else {
        if !isNull(cursor, kind) {
          note(
            .memberType, .error, "“properties” must be an object or null, not \(described(kind))",
            offset, pointer)
        }
        try cursor.skipValue()
      }
    case "id":
      if frame.role == .feature || frame.role == .root, kind != .string, kind != .number {
        note(
          .memberType, .error,
          "a feature's “id” must be a text or a number, not \(described(kind))",
          offset, pointer)
      }
      try cursor.skipValue()
    case "bbox":
      if let stated = try readBounds(&cursor, kind, pointer) { frame.bounds = (stated, offset) }
    case "crs": try readSystem(&cursor, kind, frame.role, pointer)
    case "name" where frame.role == .root && kind == .string:
      noteRepeated(key, isRepeated: !frame.keys.insert(key).inserted, keyOffset, pointer)
      frame.name = try cursor.string()
    case "joins", "officialLength", "laps", "thereAndBack", "lapJoin":
      // Beside the features the members speak for the whole file.
      if frame.role == .root {
        noteRepeated(key, isRepeated: !frame.keys.insert(key).inserted, keyOffset, pointer)
        try readField(key, &cursor, into: &frame.fields, pointer: pointer)
      } else {
        try cursor.skipValue()
      }
    default:
      if let meant = Spelling.nearest(to: key, among: Self.required), frame.misspelt[meant] == nil {
        frame.misspelt[meant] = (key, keyOffset)
      }
      try cursor.skipValue()
    }
    levels.append(.object(frame))
  }

  private func noteRepeated(_ key: String, isRepeated: Bool, _ offset: Int, _ pointer: String) {
    guard isRepeated else { return }
    note(
      .memberDuplicate, .warning,
      "the member “\(key)” stands in this object twice; the last is used", offset, pointer)
  }

  /// Members that an object of one type or another must have.
  private static let required = [
    "type", "coordinates", "features", "geometries", "geometry", "properties",
  ]

  private static let known: Set<String> = [
    "type", "coordinates", "features", "geometries", "geometry", "properties", "id", "bbox", "crs",
  ]

  private func isNull(_ cursor: JSONCursor, _ kind: JSONCursor.Kind) -> Bool {
    kind == .literal && cursor.bytes[cursor.offset] == 0x6E
  }

  private func fits(_ type: GeoJSONType?, _ role: Role) -> Bool {
    guard let type else { return false }
    switch role {
    case .root: return true
    case .feature: return type == .feature
    case .geometry, .member: return type.isGeometry
    }
  }

  private func noteType(_ name: String, _ frame: Frame, _ offset: Int, _ pointer: String) {
    let wanted =
      switch frame.role {
      case .root: "FeatureCollection, Feature or a geometry type"
      case .feature: "Feature"
      case .geometry, .member:
        "Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon or GeometryCollection"
      }
    let fitting = GeoJSONType.allCases.filter { fits($0, frame.role) }.map(\.rawValue)
    let hint = Spelling.nearest(to: name, among: fitting).map { "; was “\($0)” meant?" } ?? ""
    note(
      .typeUnknown, .error, "the type is “\(shortened(name))” where \(wanted) is due\(hint)",
      offset, pointer)
  }

  // MARK: Properties

  private func readFields(
    _ cursor: inout JSONCursor, into fields: inout FeatureFields, pointer: String, keepsAll: Bool
  ) throws(JSONFault) {
    try cursor.enter()
    var isFirst = true
    var seen: UInt32 = 0
    while let (key, keyOffset) = try cursor.nextKey(isFirst: isFirst) {
      isFirst = false
      do throws(JSONFault) {
        _ = try cursor.kind()
        guard keepsAll, let index = FeatureFields.names.firstIndex(of: key) else {
          try cursor.skipValue()
          continue
        }
        let bit: UInt32 = 1 << UInt32(index)
        let place = pointer + "/" + JSONPointer.escaped(key)
        noteRepeated(key, isRepeated: seen & bit != 0, keyOffset, place)
        seen |= bit
        try readField(key, &cursor, into: &fields, pointer: place)
      } catch {
        var fault = error
        if fault.pointer == nil { fault.pointer = pointer + "/" + JSONPointer.escaped(key) }
        throw fault
      }
    }
  }

  private func readField(
    _ key: String, _ cursor: inout JSONCursor, into fields: inout FeatureFields, pointer: String
  ) throws(JSONFault) {
    let kind = try cursor.kind()
    let offset = cursor.offset
    if isNull(cursor, kind) { return try cursor.skipValue() }
    func wrong(_ due: String) {
      note(
        .routeProperty, .error, "“\(key)” must be \(due), not \(described(kind))", offset, pointer)
    }
    switch key {
    case "name", "story", "description", "type":
      guard kind == .string else { return try cursor.skipValue() }
      let text = limited(try cursor.string(), offset, pointer)
      switch key {
      case "name": fields.name = text
      case "story": fields.story = text
      case "type": fields.type = text
      default: fields.description = text
      }
    case "officialDistance", "officialLength":
      guard kind == .string || kind == .number else {
        wrong("a text with a unit, or a number of metres")
        return try cursor.skipValue()
      }
      let start = cursor.offset
      let text: String
      if kind == .string {
        text = try cursor.string()
      } else {
        _ = try cursor.number()
        text = String(decoding: cursor.bytes[start..<cursor.offset], as: UTF8.self)
      }
      do throws(GeodesyError) {
        let distance = try Distance(text, defaultUnit: .meters)
        if key == "officialLength" {
          fields.route.officialLength = distance
        } else {
          fields.officialDistance = distance
        }
      } catch { note(.routeProperty, .error, error.message, offset, pointer) }
    case "laps":
      guard kind == .number else {
        wrong("a whole number from 1")
        return try cursor.skipValue()
      }
      let value = try cursor.number()
      if value >= 1, value == value.rounded(), value <= 1e9 {
        fields.route.laps = Int(value)
      } else {
        let text = String(decoding: cursor.bytes[offset..<cursor.offset], as: UTF8.self)
        note(
          .routeProperty, .error,
          "“laps” must be a whole number from 1 to 1,000,000,000, not \(shortened(text))", offset,
          pointer)
      }
    case "thereAndBack":
      guard kind == .literal, let value = try cursor.literal() else {
        wrong("true or false")
        return try cursor.skipValue()
      }
      fields.route.thereAndBack = value
    case "lapJoin":
      guard kind == .string else {
        wrong("a join policy")
        return try cursor.skipValue()
      }
      let word = try cursor.string()
      if let policy = JoinPolicy(rawValue: word) {
        fields.route.lapJoin = policy
      } else {
        note(.routeProperty, .error, RouteProperties.unknownPolicy(word), offset, pointer)
      }
    case "joins":
      guard kind == .array else {
        wrong("an array of join policies")
        return try cursor.skipValue()
      }
      try cursor.enter()
      var policies: [JoinPolicy] = []
      while try cursor.nextItem(isFirst: policies.isEmpty) {
        let at = cursor.offset
        guard try cursor.kind() == .string else {
          throw cursor.fault(
            "“joins” holds join policies in double quotes", code: JSONFault.Code(.routeProperty))
        }
        let word = try cursor.string()
        if let policy = JoinPolicy(rawValue: word) {
          policies.append(policy)
        } else {
          note(
            .routeProperty, .error, RouteProperties.unknownPolicy(word), at,
            "\(pointer)/\(policies.count)")
          policies.append(.unresolved)
        }
      }
      fields.route.joins = policies
    case "antimeridianCuts":
      guard kind == .array else {
        wrong("an array of cuts")
        return try cursor.skipValue()
      }
      fields.cuts = try AntimeridianCut.read(&cursor)
    default: try cursor.skipValue()
    }
  }

  private func limited(_ text: String, _ offset: Int, _ pointer: String) -> String {
    guard text.utf8.count > limits.textBytes else { return text }
    note(
      .textCut, .warning,
      "the text has more than \(limits.textBytes) bytes, the limit; the rest is left out", offset,
      pointer)
    var bytes = text.utf8.prefix(limits.textBytes)
    while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
    if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: Bounds and reference systems

  private func readBounds(
    _ cursor: inout JSONCursor, _ kind: JSONCursor.Kind, _ pointer: String
  ) throws(JSONFault) -> StatedBounds? {
    let offset = cursor.offset
    guard kind == .array else {
      if !isNull(cursor, kind) {
        note(
          .bbox, .error, "“bbox” must be an array of numbers, not \(described(kind))", offset,
          pointer)
      }
      try cursor.skipValue()
      return nil
    }
    try cursor.enter()
    var count = 0
    var sides: [StatedBounds.Side] = []
    while try cursor.nextItem(isFirst: count == 0) {
      let kind = try cursor.kind()
      if kind == .number {
        let start = cursor.offset
        let value = try cursor.number()
        if count < 6 {
          sides.append(
            StatedBounds.Side(
              degrees: value,
              decimals: StatedBounds.Side.decimals(cursor.bytes[start..<cursor.offset])))
        }
      } else {
        note(
          .bbox, .error, "“bbox” holds numbers; this is \(described(kind))", cursor.offset,
          "\(pointer)/\(count)")
        try cursor.skipValue()
      }
      count += 1
    }
    if count != 4, count != 6 {
      note(
        .bbox, .error,
        "“bbox” has \(count) numbers; west, south, east, north are due (or 6 with elevations)",
        offset,
        pointer)
      return nil
    }
    guard sides.count == count else { return nil }
    let (west, south, east, north) = count == 4 ? (0, 1, 2, 3) : (0, 1, 3, 4)
    return StatedBounds(
      south: sides[south], west: sides[west], north: sides[north], east: sides[east])
  }

  private func checkBounds(_ frame: Frame, _ inside: Held) {
    // In a foreign reference system the numbers are not degrees.
    guard let (stated, offset) = frame.bounds, system == nil, !inside.isWrapped else { return }
    var problem = stated.shapeFault ?? stated.fault(of: inside.bounds)
    // The box of an area may be larger than its corners, around a pole; and positions that were
    // refused are not in the other.
    if problem == nil, !inside.hasAreas, !diagnostics.hasErrors {
      problem = stated.excess(over: inside.bounds)
    }
    guard let problem else { return }
    note(
      .bboxWrong, .warning, "the “bbox” does not agree with what it is around: \(problem)", offset,
      frame.pointer + "/bbox", remedy: [.removeMember(atOffset: offset)])
  }

  private func readSystem(
    _ cursor: inout JSONCursor, _ kind: JSONCursor.Kind, _ role: Role, _ pointer: String
  ) throws(JSONFault) {
    let offset = cursor.offset
    if isNull(cursor, kind) { return try cursor.skipValue() }
    guard kind == .object else {
      note(.crsUnknown, .error, "“crs” must be an object, not \(described(kind))", offset, pointer)
      return try cursor.skipValue()
    }
    try cursor.enter()
    var isFirst = true
    var name: String?
    var type: String?
    while let (key, _) = try cursor.nextKey(isFirst: isFirst) {
      isFirst = false
      let kind = try cursor.kind()
      if key == "type", kind == .string {
        type = try cursor.string()
      } else if key == "properties", kind == .object {
        try cursor.enter()
        var isFirstInner = true
        while let (inner, _) = try cursor.nextKey(isFirst: isFirstInner) {
          isFirstInner = false
          if inner == "name", try cursor.kind() == .string {
            name = try cursor.string()
          } else {
            _ = try cursor.kind()
            try cursor.skipValue()
          }
        }
      } else {
        try cursor.skipValue()
      }
    }
    guard type != "link", let name, name.utf8.count <= 200 else {
      note(
        .crsUnknown, .error,
        type == "link"
          ? "the coordinate reference system is a link, and nothing is fetched: name it instead"
          : "the coordinate reference system has no name", offset, pointer)
      return
    }
    if Self.isWGS84(name) {
      note(
        .crsLegacy, .info,
        "“crs” was dropped from GeoJSON in 2016; WGS84 is what it means without it", offset,
        pointer,
        remedy: [.removeMember(atOffset: offset)])
      return
    }
    guard role == .root else {
      note(
        .crsUnknown, .error, "“crs” is understood at the top of the file only", offset, pointer)
      return
    }
    if wasGiven { return noteReprojected(name, offset, pointer) }
    guard Reprojection(from: name) != nil else {
      note(
        .crsUnknown, .error,
        "the coordinate reference system “\(shortened(name))” is not known: reproject the file to WGS84",
        offset, pointer)
      return
    }
    if vertexCount > 0 {
      lateSystem = name
    } else {
      system = name
      noteReprojected(name, offset, pointer)
    }
  }

  private func noteReprojected(_ name: String, _ offset: Int, _ pointer: String) {
    note(
      .crsLegacy, .warning,
      "the coordinates are in “\(shortened(name))” and were reprojected to WGS84; GeoJSON has no other "
        + "since 2016", offset, pointer)
  }

  private static func isWGS84(_ name: String) -> Bool {
    // Old GeoJSON wrote longitude first also where EPSG says otherwise.
    let name = name.lowercased()
    let code = name.split { $0 == ":" || $0 == "/" }.last ?? ""
    return ["crs84", "crs84h", "wgs84"].contains(code)
      || (name.contains("epsg") && ["4326", "4979"].contains(code))
  }

  // MARK: Closing an object

  private func close(_ frame: Frame) {
    var frame = frame
    checkMembers(frame)
    if let type = frame.type, type.isGeometry { takeGeometry(type, &frame) }
    let inside = held.removeLast()
    checkBounds(frame, inside)
    if mayStateBounds, let outer = held.indices.last {
      held[outer].bounds.add(inside.bounds)
      if inside.hasAreas { held[outer].hasAreas = true }
      if inside.isWrapped { held[outer].isWrapped = true }
    }
    switch frame.role {
    case .geometry, .member: hand(frame)
    case .feature: takeFeature(frame)
    case .root:
      document.name = frame.name
      if frame.type == .featureCollection {
        document.properties = frame.fields.route
      } else {
        takeFeature(frame)
        if document.name == nil { document.name = frame.fields.name }
      }
    }
  }

  /// Gives what a geometry holds to the feature or collection around it.
  private func hand(_ inner: Frame) {
    for i in levels.indices.reversed() {
      guard case .object(var frame) = levels[i] else { continue }
      // Taken out, so that its arrays have one owner and grow in place.
      levels[i] = .geometries(pointer: "", index: 0)
      frame.geometryCount += 1
      for var position in inner.rejected where frame.rejected.count < RouteDocument.mostRejected {
        if position.isWaypoint {
          position.vertex += frame.points.count
        } else {
          position.part += frame.lines.count
        }
        frame.rejected.append(position)
      }
      frame.lines += inner.lines
      frame.points += inner.points
      levels[i] = .object(frame)
      return
    }
  }

  private func checkMembers(_ frame: Frame) {
    func missing(_ member: String) {
      let found = frame.misspelt[member]
      let hint = found.map { "; “\(shortened($0.key))” looks like it" } ?? ""
      note(
        .memberMissing, .error, "the member “\(member)” is missing\(hint)", frame.offset,
        frame.pointer)
      guard let found else { return }
      note(
        .memberMisspelt, .warning,
        "the member “\(shortened(found.key))” is not known; was “\(member)” meant?", found.offset,
        frame.pointer + "/" + JSONPointer.escaped(found.key))
    }
    func forbidden(_ members: [String], in what: String) {
      for member in members where frame.keys.contains(member) {
        note(
          .memberForbidden, .error,
          "\(what) must not have a member “\(member)” (RFC 7946 section 7.1)",
          frame.keyOffsets[member] ?? frame.offset, frame.pointer + "/" + member)
      }
    }
    guard let type = frame.type else {
      if !frame.hasType { missing("type") }
      return
    }
    switch type {
    case .featureCollection:
      if !frame.hasFeatures { missing("features") }
      forbidden(["coordinates", "geometries", "geometry", "properties"], in: "a FeatureCollection")
    case .feature:
      if !frame.hasGeometry { missing("geometry") }
      if !frame.hasProperties { missing("properties") }
      forbidden(["coordinates", "geometries", "features"], in: "a Feature")
    case .geometryCollection:
      if !frame.hasGeometries { missing("geometries") }
      forbidden(["geometry", "properties", "features", "coordinates"], in: "a geometry")
      if frame.role == .member {
        note(
          .collectionNested, .info,
          "a GeometryCollection inside another is better taken apart (RFC 7946 section 3.1.8)",
          frame.offset, frame.pointer)
      }
      if frame.hasGeometries, frame.geometryCount == 1 {
        note(
          .collectionSingle, .info,
          "a GeometryCollection of one geometry is better that geometry alone (RFC 7946 section 3.1.8)",
          frame.keyOffsets["geometries"] ?? frame.offset, frame.pointer + "/geometries")
      }
    default:
      if !frame.hasCoordinates { missing("coordinates") }
      if let offset = frame.nullCoordinates {
        note(
          .memberType, .error,
          "“coordinates” must be an array, not null; a place that nobody knows is a Feature whose "
            + "“geometry” is null", offset, frame.pointer + "/coordinates")
      }
      forbidden(["geometry", "properties", "features", "geometries"], in: "a geometry")
    }
  }

  // MARK: Geometries

  private func takeGeometry(_ type: GeoJSONType, _ frame: inout Frame) {
    guard var tape = frame.tape, let depth = type.depth else { return }
    let pointer = frame.pointer + "/coordinates"
    if tape.depth != 0, tape.depth != depth {
      if !tape.isFaulty {
        let relation = tape.depth < depth ? "too shallow" : "too deep"
        note(
          .coordinatesDepth, .error,
          "the positions of a \(type.rawValue) are nested \(depth) deep; these are \(tape.depth) deep, "
            + relation, Int(tape.offsets.first ?? UInt32(tape.offset)), tape.firstPointer)
      }
      return
    }
    if tape.isFaulty { return }
    guard checkEmpties(tape, type, depth) else { return }
    if let system {
      if reprojection == nil { reprojection = Reprojection(from: system) }
      guard reprojection != nil else { return }
      reprojection?.transform(&tape.values)
    }
    if mayStateBounds { hold(tape, type) }
    switch type {
    case .point, .multiPoint:
      for i in 0..<tape.count {
        let path = type == .point ? pointer : "\(pointer)/\(i)"
        if let vertex = coordinate(tape, i, path) {
          frame.points.append((vertex, Int(tape.offsets[i])))
        } else {
          reject(tape, i, &frame, isWaypoint: true, vertex: frame.points.count)
        }
      }
    case .lineString, .multiLineString:
      for run in tape.runs.indices {
        let range = tape.run(run)
        let path = type == .lineString ? pointer : "\(pointer)/\(tape.runs[run].index)"
        if range.count == 1 {
          note(
            .onePointPart, .warning,
            "a line needs two positions or more; this one has one", tape.runs[run].bracket, path)
        }
        var part = SourcePart()
        part.offset = tape.runs[run].bracket
        part.vertices.reserveCapacity(range.count)
        part.offsets.reserveCapacity(range.count)
        var uncut = UncutLegs()
        for i in range {
          if let vertex = coordinate(tape, i, "\(path)/\(i - range.lowerBound)") {
            part.append(vertex, offset: Int(tape.offsets[i]))
            uncut.add(vertex, index: i, written: tape.values[3 * i])
          } else {
            reject(tape, i, &frame, isWaypoint: false, vertex: part.vertices.count)
            uncut.interrupt()
          }
        }
        if let first = uncut.first, system == nil {
          note(
            .antimeridianUncut, .warning,
            (uncut.count == 1
              ? "a leg of this line spans" : "\(uncut.count) legs of this line span")
              + " more than 180 degrees of longitude: RFC 7946 section 3.1.9 wants the line cut at "
              + "180 degrees; here it is walked the short way round",
            Int(tape.offsets[first]), "\(path)/\(first - range.lowerBound)")
        }
        frame.lines.append(part)
      }
    case .polygon, .multiPolygon: checkRings(type, tape, pointer)
    case .feature, .featureCollection, .geometryCollection: break
    }
  }

  private func reject(
    _ tape: CoordinateTape, _ i: Int, _ frame: inout Frame, isWaypoint: Bool, vertex: Int
  ) {
    // Metres of another reference system cannot be mended as degrees.
    guard system == nil, frame.rejected.count < RouteDocument.mostRejected else { return }
    frame.rejected.append(
      RejectedPosition(
        latitude: tape.values[3 * i + 1], longitude: tape.values[3 * i],
        offset: Int(tape.offsets[i]), isWaypoint: isWaypoint, track: 0,
        part: isWaypoint ? 0 : frame.lines.count, vertex: vertex))
  }

  /// Notes what a geometry's positions span.
  private func hold(_ tape: CoordinateTape, _ type: GeoJSONType) {
    let last = held.count - 1
    if type == .polygon || type == .multiPolygon { held[last].hasAreas = true }
    for i in 0..<tape.count {
      let (longitude, latitude) = (tape.values[3 * i], tape.values[3 * i + 1])
      if abs(longitude) > 180 { held[last].isWrapped = true }
      if abs(longitude) <= 180, abs(latitude) <= 90 {
        held[last].bounds.add(latitude: latitude, longitude: longitude)
      }
    }
  }

  /// Tells what arrays without anything in them mean; false where they make the geometry faulty.
  private func checkEmpties(_ tape: CoordinateTape, _ type: GeoJSONType, _ depth: Int) -> Bool {
    for (level, empty) in tape.empties.sorted(by: { $0.key < $1.key }) {
      if level == 1 || (level < depth && type == .multiLineString) {
        let what = level == 1 ? "a \(type.rawValue)" : "a line"
        note(
          .emptyPart, .info, "\(what) without positions is left out", empty.offset, empty.pointer,
          remedy: level == 1 ? [] : [.removeMember(atOffset: empty.offset)])
      } else if level == depth {
        note(
          .positionTooShort, .error,
          "a position needs a longitude and a latitude; this one is empty", empty.offset,
          empty.pointer)
        return false
      } else if level > depth {
        note(
          .coordinatesDepth, .error,
          "the positions of a \(type.rawValue) are nested \(depth) deep; this array is \(level)",
          empty.offset, empty.pointer)
        return false
      }
    }
    return true
  }

  private func coordinate(
    _ tape: CoordinateTape, _ i: Int, _ pointer: @autoclosure () -> String
  ) -> Coordinate? {
    let longitude = tape.values[3 * i]
    let latitude = tape.values[3 * i + 1]
    let elevation = tape.values[3 * i + 2]
    if abs(longitude) <= 180, abs(latitude) <= 90 {
      return Coordinate(uncheckedLatitude: latitude, longitude: longitude, elevation: elevation)
    }
    let offset = Int(tape.offsets[i])
    if system != nil, !longitude.isFinite || !latitude.isFinite {
      note(
        .crsUnknown, .error, "this position has no place on WGS84 in the file's reference system",
        offset, pointer())
      return nil
    }
    // Metres of a reference system that is named behind them look like this too.
    if abs(latitude) > 90 || abs(longitude) > 360, system == nil { diagnostics.excuse() }
    guard abs(latitude) <= 90 else {
      let hint =
        abs(longitude) <= 90 ? "; GeoJSON writes the longitude first: are the two swapped?" : ""
      note(
        .latitudeRange, .error, "the latitude \(latitude) is outside -90…90\(hint)", offset,
        pointer())
      return nil
    }
    guard abs(longitude) <= 360 else {
      note(
        .longitudeRange, .error, "the longitude \(longitude) is outside -180…180", offset, pointer()
      )
      return nil
    }
    let turned = Coordinate.normalized(longitude: longitude)
    if wrapped == nil {
      wrapped = (
        "the longitude \(longitude) is outside -180…180 and was brought back by a turn, here and "
          + "wherever it happens again", offset, pointer(), []
      )
    }
    if wrapped?.remedy.count ?? 0 < Self.mostWrapped {
      wrapped?.remedy.append(
        .replacePosition(atOffset: offset, latitude: latitude, longitude: turned))
    }
    return Coordinate(
      uncheckedLatitude: latitude, longitude: turned,
      elevation: elevation)
  }

  /// The first position of more than three numbers, and how many there are in the file.
  private var long: (offset: Int, pointer: String, count: Int)?
  /// The first longitude beyond ±180, and what mends all of them.
  private var wrapped: (message: String, offset: Int, pointer: String, remedy: [RouteEdit])?
  /// More of them than this are not kept for a repair.
  private static let mostWrapped = 1_000_000
  private var hasNotedArea = false

  /// Areas are not walked, but what is wrong with them is told.
  private func checkRings(_ type: GeoJSONType, _ tape: CoordinateTape, _ pointer: String) {
    if !hasNotedArea {
      hasNotedArea = true
      note(
        .area, .info,
        "a \(type.rawValue) is an area and not a line, so it is left out; a LineString is walked",
        tape.offset, pointer)
    }
    var group = -1
    var isOuter = true
    for run in tape.runs.indices {
      let range = tape.run(run)
      isOuter = type == .polygon ? run == 0 : tape.groups[run] != group
      group = tape.groups[run]
      let path =
        type == .polygon
        ? "\(pointer)/\(tape.runs[run].index)" : "\(pointer)/\(group)/\(tape.runs[run].index)"
      for i in range { _ = coordinate(tape, i, "\(path)/\(i - range.lowerBound)") }
      func at(_ i: Int) -> (Double, Double) { (tape.values[3 * i], tape.values[3 * i + 1]) }
      let last = range.upperBound - 1
      if range.count < 4 || at(range.lowerBound) != at(last) {
        note(
          .ringOpen, .error,
          range.count < 4
            ? "a ring needs four positions or more; this one has \(range.count)"
            : "a ring must end where it begins", tape.runs[run].bracket, path)
        continue
      }
      var area = 0.0
      for i in range.lowerBound..<last {
        area += at(i).0 * at(i + 1).1 - at(i + 1).0 * at(i).1
      }
      if area != 0, (area > 0) != isOuter {
        note(
          .ringWinding, .info,
          "an outer ring runs counterclockwise and a hole clockwise (RFC 7946 section 3.1.6)",
          tape.runs[run].bracket, path)
      }
    }
  }

  private func takeFeature(_ frame: Frame) {
    let fields = frame.fields
    for var position in frame.rejected {
      if position.isWaypoint {
        position.vertex += document.waypoints.count
      } else if fields.cuts.isEmpty {
        position.track = document.tracks.count
      } else {
        // Undoing the cuts numbers parts and vertices anew.
        continue
      }
      document.reject(position)
    }
    if !frame.lines.isEmpty {
      var track = Track()
      track.name = fields.name
      track.offset = frame.offset
      track.properties = fields.route
      track.parts = AntimeridianCut.mended(frame.lines, fields.cuts)
      document.tracks.append(track)
    }
    for (vertex, offset) in frame.points {
      if document.waypoints.count == limits.route.waypoints {
        note(
          .limit, .error, "the file has more than \(limits.route.waypoints) waypoints, the limit",
          offset, frame.pointer)
      }
      if document.waypoints.count >= limits.route.waypoints { return }
      document.waypoints.append(
        Waypoint(
          name: fields.name, coordinate: vertex, story: fields.story ?? fields.description,
          type: fields.type, officialDistance: fields.officialDistance))
      document.waypointOffsets.append(UInt32(truncatingIfNeeded: offset))
      document.waypointOwnerOffsets.append(UInt32(truncatingIfNeeded: frame.offset))
    }
  }
}

/// The properties of a feature that mean something here.
private struct FeatureFields {
  static let names = [
    "name", "story", "description", "type", "officialDistance", "officialLength", "joins", "laps",
    "thereAndBack", "lapJoin", "antimeridianCuts",
  ]

  var name: String?
  var story: String?
  var description: String?
  var type: String?
  var officialDistance: Distance?
  var route = RouteProperties()
  var cuts: [AntimeridianCut] = []
}
