internal import Geodesy
internal import JSON
internal import Routes

/// Turns edits in the route's terms into changes of the bytes of one document.
struct EditPlanner {
  let document: RouteDocument
  let format: RouteFormat
  let bytes: [UInt8]
  let xml: XMLLexer
  let json: JSONLexer
  /// All parts in file order.
  let parts: [SourcePart]
  /// The track of each part.
  let trackOfPart: [Int]
  /// The number of the first vertex of each part, and at the end that of all vertices.
  let firstVertex: [Int]

  // What was found in the file so far, by the byte where it begins.
  var childrenByStart: [Int: [XMLElement]] = [:]
  var features: [Int: GeoJSONFeature] = [:]
  var mendedTracks: [Int: Bool] = [:]
  var placemarks: [Int: [XMLElement]] = [:]
  var timedRows: [Int: [[XMLElement]]] = [:]
  var root: XMLElement?

  /// - Throws: where the document cannot be edited as a whole.
  init(_ document: RouteDocument) throws(EditError) {
    guard let format = document.format, !document.isCutShort else {
      let reason = document.errors.last.map { " (\($0.message))" } ?? ""
      throw EditError(
        .source, "the file could not be read to its end\(reason): mend that by hand first")
    }
    switch document.source.encoding {
    case .utf8, .singleByte: break
    case .utf16LittleEndian, .utf16BigEndian:
      throw EditError(
        .encoding,
        "edits are made in UTF-8 and in encodings of one byte a character, and this file is in "
          + "\(document.source.encoding.rawValue): turn it into UTF-8 first")
    }
    self.document = document
    self.format = format
    bytes = document.source.bytes
    xml = XMLLexer(bytes: bytes)
    json = JSONLexer(bytes: bytes)
    var parts: [SourcePart] = []
    var trackOfPart: [Int] = []
    var firstVertex = [0]
    for (index, track) in document.tracks.enumerated() {
      for part in track.parts {
        parts.append(part)
        trackOfPart.append(index)
        firstVertex.append(firstVertex[firstVertex.count - 1] + part.vertices.count)
      }
    }
    self.parts = parts
    self.trackOfPart = trackOfPart
    self.firstVertex = firstVertex
  }

  mutating func plan(_ edit: RouteEdit) throws(EditError) -> EditPlan {
    switch edit {
    case .removeVertex(let index): return try removeVertex(index)
    case .moveVertex(let index, let to):
      let (part, i) = try place(ofVertex: index)
      try refuseReprojected()
      try refuseDoubled(part, i)
      return try rewrite(
        at: Int(parts[part].offsets[i]), latitude: to.latitude, longitude: to.longitude)
    case .setElevation(let index, let meters): return try setElevation(index, meters)
    case .insertVertex(let index, let vertex): return try insertVertex(after: index, vertex)
    case .replacePosition(let offset, let latitude, let longitude):
      _ = try checked(offset)
      try refuseReprojected()
      guard latitude.isFinite, longitude.isFinite else {
        throw EditError(.range, "\(latitude), \(longitude) is no place")
      }
      return try rewrite(at: offset, latitude: latitude, longitude: longitude)
    case .removePart(let index): return try removePart(index)
    case .reversePart(let index): return try reversePart(index)
    case .orderParts(let order): return try orderParts(order)
    case .cutAtAntimeridian(let index): return try cut(checked(part: index))
    case .removeWaypoint(let index): return try removeWaypoint(index)
    case .orderWaypoints(let order): return try orderWaypoints(order)
    case .setJoins(let policies): return try setJoins(policies)
    case .setOfficialLength(let length):
      return try state("officialLength", json: .string(length.statedText), text: length.statedText)
    case .sortChildren(let offset): return try sortChildren(ofElementAt: offset)
    case .removeElement(let offset): return try removeElement(at: offset)
    case .removeMember(let offset): return try removeMember(at: offset)
    case .insertAttribute(let name, let value, let offset):
      return try insertAttribute(name, value, inTagAt: offset)
    case .replaceValue(let offset, let replacement):
      try require(format == .geojson, "JSON values are there in GeoJSON only")
      guard let value = json.value(at: offset) else { throw nothing(at: offset) }
      return EditPlan(texts: [TextEdit(value, replacement)])
    case .text(let edit):
      guard edit.range.lowerBound >= 0, edit.range.upperBound <= bytes.count else {
        throw EditError(
          .range,
          "the bytes \(edit.range.lowerBound) to \(edit.range.upperBound) are not all in the file, "
            + "which has \(bytes.count)")
      }
      return EditPlan(texts: [edit])
    }
  }

  // MARK: Checks

  var isXML: Bool { format == .gpx || format == .kml }

  func require(_ condition: Bool, _ message: @autoclosure () -> String) throws(EditError) {
    if !condition { throw EditError(.format, message()) }
  }

  func nothing(at offset: Int) -> EditError {
    EditError(.range, "nothing that this edit could change begins at byte \(offset)")
  }

  func unsupported(_ message: String) -> EditError { EditError(.unsupported, message) }

  func checked(_ offset: Int) throws(EditError) -> Int {
    guard offset >= 0, offset < bytes.count else {
      throw EditError(
        .range, "the byte \(offset) is not in the file, which has \(bytes.count)")
    }
    return offset
  }

  func checked(part index: Int) throws(EditError) -> Int {
    guard parts.indices.contains(index) else {
      throw EditError(
        .range, "there is no part \(index): the file has \(parts.count), counted from 0")
    }
    return index
  }

  func checked(waypoint index: Int) throws(EditError) -> Int {
    guard document.waypoints.indices.contains(index) else {
      throw EditError(
        .range,
        "there is no waypoint \(index): the file has \(document.waypoints.count), counted from 0")
    }
    return index
  }

  func checked(order: [Int], of count: Int, _ what: String) throws(EditError) -> [Int] {
    var isSeen = [Bool](repeating: false, count: count)
    for index in order where (0..<count).contains(index) { isSeen[index] = true }
    guard order.count == count, isSeen.allSatisfy({ $0 }) else {
      throw EditError(
        .range, "an order of \(count) \(what) names each of them once, counted from 0")
    }
    return order
  }

  /// The part of a vertex and its place in it.
  func place(ofVertex index: Int) throws(EditError) -> (part: Int, index: Int) {
    guard index >= 0, index < firstVertex[parts.count] else {
      throw EditError(
        .range,
        "there is no vertex \(index): the file has \(firstVertex[parts.count]), counted from 0")
    }
    let part = firstVertex.partitioningIndex { $0 > index } - 1
    return (part, index - firstVertex[part])
  }

  func refuseReprojected() throws(EditError) {
    if document.isReprojected {
      throw unsupported(
        "the file's numbers are not degrees but of another reference system: write it anew first")
    }
  }

  // MARK: Vertices

  /// The bytes of a vertex: its element, its array, its tuple or its pair of values.
  mutating func range(ofVertex i: Int, in part: Int) throws(EditError) -> Range<Int> {
    let offset = Int(parts[part].offsets[i])
    switch format {
    case .gpx:
      guard let element = xml.element(at: offset) else { throw nothing(at: offset) }
      return element.range
    case .kml:
      return try isTimed(part) ? timedCoordinate(at: offset, in: part).range : tuple(at: offset)
    case .geojson:
      guard let array = json.value(at: offset) else { throw nothing(at: offset) }
      return array
    case .polyline5, .polyline6: return range(ofPair: i, in: part)
    }
  }

  private mutating func removeVertex(_ index: Int) throws(EditError) -> EditPlan {
    let (part, i) = try place(ofVertex: index)
    guard parts[part].vertices.count > 1 else {
      throw unsupported(
        "vertex \(index) is all that part \(part) has left: remove the part instead")
    }
    try refuseDoubled(part, i)
    let range = try range(ofVertex: i, in: part)
    var plan = EditPlan(shrunkenPart: part)
    switch format {
    case .polyline5, .polyline6:
      plan.claims = [range]
      plan.lineChange = (part, .remove(i))
    case .kml where isTimed(part):
      plan.removals = [range] + (try companions(ofCoordinateAt: range.lowerBound, in: part))
    default: plan.removals = [range]
    }
    return plan
  }

  private mutating func setElevation(_ index: Int, _ meters: Double?) throws(EditError) -> EditPlan
  {
    let (part, i) = try place(ofVertex: index)
    if let meters, !meters.isFinite {
      throw EditError(.range, "\(meters) is no elevation")
    }
    try refuseDoubled(part, i)
    let offset = Int(parts[part].offsets[i])
    var plan: EditPlan
    switch format {
    case .gpx: plan = try setElement(elevation: meters, ofPointAt: offset)
    case .kml: plan = try setTuple(elevation: meters, at: offset)
    case .geojson: plan = try setPosition(elevation: meters, at: offset)
    case .polyline5, .polyline6:
      throw EditError(.format, "an encoded polyline has no elevations")
    }
    // A vertex has one elevation: a byte that no move of it changes stands for it.
    let mark = try elevationMark(ofVertexAt: offset)
    plan.claims.append(mark..<mark + 1)
    return plan
  }

  /// The bracket of a position, the first of a point's tag, what stands behind a longitude.
  private func elevationMark(ofVertexAt offset: Int) throws(EditError) -> Int {
    format == .kml ? try fields(at: offset).fields[0].upperBound : offset
  }

  private mutating func insertVertex(
    after index: Int, _ vertex: Coordinate
  ) throws(EditError) -> EditPlan {
    let (part, i) = try place(ofVertex: index)
    try refuseReprojected()
    try refuseDoubled(part, i)
    let range = try range(ofVertex: i, in: part)
    var plan = EditPlan(claims: [range])
    switch format {
    case .gpx: plan.texts = [try pointText(vertex, after: range)]
    case .kml: plan.texts = [try tupleText(vertex, after: range, in: part)]
    case .geojson: plan.texts = [positionText(vertex, after: range)]
    case .polyline5, .polyline6:
      plan.lineChange = (
        part, .insert(after: i, latitude: vertex.latitude, longitude: vertex.longitude)
      )
    }
    return plan
  }

  private func rewrite(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan {
    switch format {
    case .gpx: return try rewritePoint(at: offset, latitude: latitude, longitude: longitude)
    case .kml: return try rewriteTuple(at: offset, latitude: latitude, longitude: longitude)
    case .geojson:
      return try rewritePosition(at: offset, latitude: latitude, longitude: longitude)
    case .polyline5, .polyline6:
      return try rewritePair(at: offset, latitude: latitude, longitude: longitude)
    }
  }

  // MARK: Parts

  private mutating func removePart(_ index: Int) throws(EditError) -> EditPlan {
    let part = try checked(part: index)
    var plan = EditPlan(structure: .removesPart(part))
    switch format {
    case .gpx, .polyline5, .polyline6: plan.removals = [try range(ofPart: part)]
    case .kml: plan.removals = [try placemarkOrGeometry(ofPart: part)]
    case .geojson: try removeLine(part, &plan)
    }
    return plan
  }

  /// The bytes of a part: its element, its array or its line of text.
  mutating func range(ofPart part: Int) throws(EditError) -> Range<Int> {
    let offset = parts[part].offset
    switch format {
    case .gpx, .kml:
      guard let element = xml.element(at: offset) else { throw nothing(at: offset) }
      return element.range
    case .geojson:
      try refuseMended(part)
      guard let array = json.value(at: offset) else { throw nothing(at: offset) }
      return array
    case .polyline5, .polyline6: return range(ofLine: part)
    }
  }

  private mutating func reversePart(_ index: Int) throws(EditError) -> EditPlan {
    let part = try checked(part: index)
    let count = parts[part].vertices.count
    if format == .polyline5 || format == .polyline6 {
      return EditPlan(claims: [range(ofLine: part)], lineChange: (part, .reverse))
    }
    if format == .geojson { try refuseMended(part) }
    if count < 2 { return EditPlan() }
    if format == .kml, isTimed(part) { return try reverseTimed(part) }
    var slots: [Range<Int>] = []
    for i in 0..<count { slots.append(try range(ofVertex: i, in: part)) }
    return try exchange(slots, Array((0..<count).reversed()))
  }

  /// Gives each place the bytes of another.
  func exchange(_ slots: [Range<Int>], _ order: [Int]) throws(EditError) -> EditPlan {
    var plan = EditPlan()
    for (slot, source) in order.enumerated() where source != slot {
      plan.texts.append(TextEdit(slots[slot], Array(bytes[slots[source]])))
    }
    return plan
  }

  private mutating func orderParts(_ order: [Int]) throws(EditError) -> EditPlan {
    let order = try checked(order: order, of: parts.count, "parts")
    if order == Array(parts.indices) { return EditPlan() }
    if let tracks = trackOrder(order) {
      var slots: [Range<Int>] = []
      for index in filledTracks { slots.append(try range(ofTrack: index)) }
      var plan = try exchange(slots, tracks)
      let moved = zip(filledTracks, tracks).enumerated().filter { $0.offset != $0.element.1 }
      plan.structure = .ordersParts(order, movedTracks: Set(moved.map(\.element.0)))
      return plan
    }
    var slots: [Range<Int>] = []
    for part in parts.indices { slots.append(try range(ofPart: part)) }
    for (slot, source) in order.enumerated() where slot != source {
      try checkExchange(of: source, to: slot)
    }
    try checkJoins(order)
    var plan = try exchange(slots, order)
    plan.structure = .ordersParts(order, movedTracks: nil)
    return plan
  }

  /// The tracks that have parts, in file order.
  private var filledTracks: [Int] {
    document.tracks.indices.filter { !document.tracks[$0].parts.isEmpty }
  }

  /// The order of the tracks (as places among those with parts) that an order of parts comes to, or
  /// nil where it takes one apart.
  private func trackOrder(_ order: [Int]) -> [Int]? {
    let tracks = filledTracks
    guard tracks.count > 1 else { return nil }
    let place = Dictionary(uniqueKeysWithValues: tracks.enumerated().map { ($1, $0) })
    var found: [Int] = []
    var i = 0
    while i < order.count {
      let track = trackOfPart[order[i]]
      let count = document.tracks[track].parts.count
      guard i + count <= order.count, order[i] == 0 || trackOfPart[order[i] - 1] != track,
        (0..<count).allSatisfy({ order[i + $0] == order[i] + $0 }), let index = place[track]
      else { return nil }
      found.append(index)
      i += count
    }
    // What moves as a whole takes its waypoints along, which nobody asked for.
    let owners = Set(document.waypointOwnerOffsets.map { Int($0) })
    for (slot, source) in found.enumerated() where slot != source {
      if owners.contains(document.tracks[tracks[source]].offset) { return nil }
    }
    return found
  }

  /// Refuses an order in which a pair of parts whose join is stated at their track comes to lie
  /// across two tracks, where nothing could state it.
  private func checkJoins(_ order: [Int]) throws(EditError) {
    var place: [Int: (track: Int, index: Int)] = [:]
    var counts: [Int: Int] = [:]
    for part in parts.indices where !parts[part].vertices.isEmpty {
      place[part] = (trackOfPart[part], counts[trackOfPart[part], default: 0])
      counts[trackOfPart[part], default: 0] += 1
    }
    let slots = order.enumerated().filter { !parts[$0.element].vertices.isEmpty }
    for (a, b) in zip(slots, slots.dropFirst()) {
      guard trackOfPart[a.offset] != trackOfPart[b.offset], let first = place[a.element],
        let second = place[b.element], first.track == second.track, first.index + 1 == second.index
      else { continue }
      if first.index < document.tracks[first.track].properties.joins?.count ?? 0 {
        throw unsupported(
          "the parts \(a.element) and \(b.element) would come to lie in two tracks, where the file "
            + "cannot state their join: state the joins for the whole file first")
      }
    }
  }

  private mutating func range(ofTrack index: Int) throws(EditError) -> Range<Int> {
    let offset = document.tracks[index].offset
    switch format {
    case .gpx, .kml:
      guard let element = xml.element(at: offset) else { throw nothing(at: offset) }
      return element.range
    case .geojson:
      guard let object = json.value(at: offset) else { throw nothing(at: offset) }
      return object
    case .polyline5, .polyline6:
      throw EditError(.format, "an encoded polyline has no tracks")
    }
  }

  /// Refuses an exchange that the places do not allow.
  private mutating func checkExchange(of source: Int, to slot: Int) throws(EditError) {
    guard isXML, trackOfPart[source] != trackOfPart[slot] else { return }
    for part in [source, slot] {
      let offset = document.tracks[trackOfPart[part]].offset
      guard let track = xml.element(at: offset) else { throw nothing(at: offset) }
      // A prefix that is declared around one would mean nothing around the other.
      if xml.attributes(of: track).contains(where: { bytes[$0.name].starts(with: "xmlns".utf8) }) {
        throw unsupported(
          "a track declares a namespace of its own, so its parts cannot move to another")
      }
    }
    if format == .kml, isTimed(source) != isTimed(slot) {
      throw unsupported("a LineString and a gx:Track cannot change places between placemarks")
    }
  }

  // MARK: Waypoints

  /// Where a waypoint stands: what holds it and nothing else, and which others it may change places
  /// with.
  struct WaypointPlace {
    let range: Range<Int>
    /// Waypoints of equal scope may change places.
    let scope: Int
  }

  private mutating func removeWaypoint(_ index: Int) throws(EditError) -> EditPlan {
    let waypoint = try checked(waypoint: index)
    let place = try place(ofWaypoint: waypoint)
    guard format == .geojson, isRoot(place.range) else { return EditPlan(removals: [place.range]) }
    return try emptyRoot()
  }

  private mutating func orderWaypoints(_ order: [Int]) throws(EditError) -> EditPlan {
    let order = try checked(order: order, of: document.waypoints.count, "waypoints")
    var places: [WaypointPlace] = []
    for index in order.indices { places.append(try place(ofWaypoint: index)) }
    for (slot, source) in order.enumerated() where places[slot].scope != places[source].scope {
      throw unsupported(
        "the waypoints \(source) and \(slot) cannot change places: one of them shares its feature "
          + "with something else")
    }
    return try exchange(places.map(\.range), order)
  }

  private mutating func place(ofWaypoint index: Int) throws(EditError) -> WaypointPlace {
    let offset = Int(document.waypointOffsets[index])
    let owner = Int(document.waypointOwnerOffsets[index])
    switch format {
    case .gpx:
      guard let element = xml.element(at: offset) else { throw nothing(at: offset) }
      return WaypointPlace(range: element.range, scope: -1)
    case .kml: return try place(ofPointAt: offset, inPlacemarkAt: owner)
    case .geojson: return try place(ofPositionAt: offset, inFeatureAt: owner)
    case .polyline5, .polyline6:
      throw EditError(.format, "an encoded polyline has no waypoints")
    }
  }

  // MARK: Numbers

  /// A number of degrees with as many decimals as stood there, at least seven.
  func degrees(_ value: Double, like old: Range<Int>?) -> String {
    number(value, decimals: max(decimals(old), 7))
  }

  func number(_ value: Double, decimals: Int) -> String {
    var out: [UInt8] = []
    NumberText.append(value, decimals: decimals, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Decimals of the number that stands in a range, as far as a double holds them.
  func decimals(_ range: Range<Int>?) -> Int {
    guard let range else { return 0 }
    var count = 0
    var isBehindPoint = false
    for byte in bytes[range] {
      if byte == 0x2E {
        isBehindPoint = true
      } else if isBehindPoint, byte &- 0x30 < 10 {
        count += 1
      }
      if byte | 0x20 == 0x65 { break }
    }
    return min(count, WriteOptions.mostDigits)
  }

  /// Whether the bytes are just this number already.
  func holds(_ range: Range<Int>, _ value: Double) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      guard
        let (number, end) = try? DecimalNumber.parse(
          UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), from: range.lowerBound,
          grammar: .xml, mostBytes: 1 << 16)
      else { return false }
      return end == range.upperBound && number == value
    }
  }
}
