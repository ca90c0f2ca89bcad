internal import Geodesy
internal import JSON
internal import Routes

/// Turns edits in the route's terms into changes of the bytes of one document: it checks what an
/// edit names, and leaves to the format's editor what that comes to in the file.
struct EditPlanner {
  let source: EditedDocument
  var editor: any DocumentEditor

  /// - Throws: where the document cannot be edited as a whole.
  init(_ document: RouteDocument) throws(EditError) {
    if let error = Self.onlyRead(document) { throw error }
    guard let format = document.format.flatMap(RouteFormat.init), !document.isCutShort,
      !document.isMended
    else {
      throw Self.notSound(document)
    }
    guard !document.isSequence else {
      throw EditError(
        .source,
        "the file is a sequence of GeoJSON texts, in which nothing is edited: convert it to GeoJSON first"
      )
    }
    switch document.source.encoding {
    case .utf8, .singleByte: break
    case .utf16LittleEndian, .utf16BigEndian:
      throw EditError(
        .encoding,
        "edits are made in UTF-8 and in encodings of one byte a character, and this file is in "
          + "\(document.source.encoding.rawValue): turn it into UTF-8 first")
    }
    source = EditedDocument(document)
    switch format {
    case .gpx: editor = GPXEditor(source)
    case .kml: editor = KMLEditor(source)
    case .geojson: editor = GeoJSONEditor(source)
    case .polyline5: editor = PolylineEditor(source: source, digits: 5)
    case .polyline6: editor = PolylineEditor(source: source, digits: 6)
    }
  }

  static func planUTF8(_ source: SourceText) -> EditPlan {
    EditPlan(texts: [TextEdit(source.bytes.indices, source.transcodedToUTF8())])
  }

  /// Why nothing of the file can be edited; nil where its format is written too.
  static func onlyRead(_ document: RouteDocument) -> EditError? {
    guard let format = document.format, RouteFormat(format) == nil else { return nil }
    return EditError(
      .format, "\(format.title) is read and not written: convert the file to GPX first")
  }

  static func notSound(_ document: RouteDocument) -> EditError {
    if document.isMended {
      return EditError(
        .source, "the file is not sound as it stands: make the repairs of its text first")
    }
    let reason = document.errors.last.map { " (\($0.message))" } ?? ""
    return EditError(
      .source, "the file could not be read to its end\(reason): mend that by hand first")
  }

  /// Any bytes may be replaced in a document that is not sound, too.
  static func plan(_ edit: TextEdit, in source: SourceText) throws(EditError) -> EditPlan {
    guard edit.range.lowerBound >= 0, edit.range.upperBound <= source.bytes.count else {
      throw EditError(
        .range,
        "the bytes \(edit.range.lowerBound) to \(edit.range.upperBound) are not all in the file, "
          + "which has \(source.bytes.count)")
    }
    return EditPlan(texts: [edit])
  }

  var document: RouteDocument { source.document }
  var parts: [SourcePart] { source.parts }

  mutating func plan(_ edit: RouteEdit) throws(EditError) -> EditPlan {
    switch edit {
    case .removeVertex(let index): return try removeVertex(index)
    case .moveVertex(let index, let to):
      let (part, i) = try source.place(ofVertex: index)
      try source.refuseReprojected()
      try editor.refuseDoubled(part, i)
      return try editor.rewrite(
        at: Int(parts[part].offsets[i]), latitude: to.latitude, longitude: to.longitude)
    case .setElevation(let index, let meters): return try setElevation(index, meters)
    case .insertVertex(let index, let vertex): return try insertVertex(after: index, vertex)
    case .replacePosition(let offset, let latitude, let longitude):
      let offset = try source.checked(offset: offset)
      try source.refuseReprojected()
      guard latitude.isFinite, longitude.isFinite else {
        throw EditError(.range, "\(latitude), \(longitude) is no place")
      }
      return try editor.rewrite(at: offset, latitude: latitude, longitude: longitude)
    case .removePart(let index):
      let part = try source.checked(part: index)
      var plan = try editor.removePart(part)
      plan.structure = .removesPart(part)
      return plan
    case .reversePart(let index): return try editor.reversePart(source.checked(part: index))
    case .orderParts(let order): return try orderParts(order)
    case .cutAtAntimeridian(let index): return try editor.cut(source.checked(part: index))
    case .removeWaypoint(let index):
      return try editor.removeWaypoint(source.checked(waypoint: index))
    case .orderWaypoints(let order): return try orderWaypoints(order)
    case .insertWaypoints(let waypoints, let index):
      guard 0...document.waypoints.count ~= index, !waypoints.isEmpty else {
        throw EditError(.range, "waypoints cannot be put before waypoint \(index)")
      }
      return try editor.insertWaypoints(waypoints, before: index)
    case .nameWaypoint(let index, let name):
      return try editor.nameWaypoint(source.checked(waypoint: index), name)
    case .setJoins(let policies): return try setJoins(policies)
    case .setOfficialLength(let length):
      return try state("officialLength", StatedValue(length.statedText))
    case .sortChildren(let offset): return try editor.sortChildren(ofElementAt: offset)
    case .removeElement(let offset): return try editor.removeElement(at: offset)
    case .removeMember(let offset): return try editor.removeMember(at: offset)
    case .insertAttribute(let name, let value, let offset):
      return try editor.insertAttribute(name, value, inTagAt: offset)
    case .removeAttribute(let name, let offset):
      return try editor.removeAttribute(name, inTagAt: offset)
    case .makeElement(let name, let attribute, let offset):
      return try editor.makeElement(name, ofAttribute: attribute, inTagAt: offset)
    case .setText(let text, let offset): return try editor.setText(text, ofElementAt: offset)
    case .setAttributes(let attributes, let offset):
      var plan = EditPlan()
      for pair in attributes where pair.count == 2 {
        plan.texts += try editor.setAttribute(pair[0], pair[1], inTagAt: offset).texts
      }
      return plan
    case .replaceValue(let offset, let replacement):
      return try editor.replaceValue(at: offset, with: replacement)
    case .writeInUTF8: return Self.planUTF8(document.source)
    case .text(let edit):
      return try Self.plan(edit, in: document.source)
    }
  }

  // MARK: Vertices

  private mutating func removeVertex(_ index: Int) throws(EditError) -> EditPlan {
    let (part, i) = try source.place(ofVertex: index)
    guard parts[part].vertices.count > 1 else {
      throw .unsupported(
        "vertex \(index) is all that part \(part) has left: remove the part instead")
    }
    try editor.refuseDoubled(part, i)
    var plan = try editor.removeVertex(i, in: part)
    plan.shrunkenPart = part
    return plan
  }

  private mutating func setElevation(_ index: Int, _ meters: Double?) throws(EditError) -> EditPlan
  {
    let (part, i) = try source.place(ofVertex: index)
    if let meters, !meters.isFinite {
      throw EditError(.range, "\(meters) is no elevation")
    }
    try editor.refuseDoubled(part, i)
    let offset = Int(parts[part].offsets[i])
    var plan = try editor.setElevation(meters, ofVertexAt: offset)
    // A vertex has one elevation, which two edits may not set.
    let mark = try editor.elevationMark(ofVertexAt: offset)
    plan.claims.append(mark..<mark + 1)
    return plan
  }

  private mutating func insertVertex(
    after index: Int, _ vertex: Coordinate
  ) throws(EditError) -> EditPlan {
    let (part, i) = try source.place(ofVertex: index)
    try source.refuseReprojected()
    try editor.refuseDoubled(part, i)
    let range = try editor.range(ofVertex: i, in: part)
    var plan = try editor.insert(vertex, after: i, in: part, at: range)
    plan.claims = [range]
    return plan
  }

  // MARK: Waypoints

  private mutating func orderWaypoints(_ order: [Int]) throws(EditError) -> EditPlan {
    let order = try source.checked(order: order, of: document.waypoints.count, "waypoints")
    var places: [WaypointPlace] = []
    for index in order.indices { places.append(try editor.place(ofWaypoint: index)) }
    for (slot, source) in order.enumerated() where places[slot].scope != places[source].scope {
      throw .unsupported(
        "the waypoints \(source) and \(slot) cannot change places: one of them shares its feature "
          + "with something else")
    }
    return source.exchange(places.map(\.range), order)
  }

  // MARK: Statements

  private mutating func setJoins(_ policies: [JoinPolicy]) throws(EditError) -> EditPlan {
    let filled = parts.prefix(source.routePartCount).count { !$0.vertices.isEmpty }
    let count = max(filled - 1, 0)
    guard policies.count == count else {
      throw EditError(
        .range, "\(policies.count) join policies are given for \(count) joins")
    }
    var plan = try state("joins", StatedValue(policies))
    plan.structure = .statesJoins
    return plan
  }

  /// Writes a property of the route where the file states it or, where it does not, where reading
  /// looks for it: at the only track, or at the top of the file where there are several.
  private mutating func state(
    _ name: String, _ value: StatedValue
  ) throws(EditError) -> EditPlan {
    let filled = document.tracks.indices.filter { document.allTracks[$0].vertexCount > 0 }
    let only = filled.count == 1 ? filled[0] : nil
    let sites = editor.sites(of: name)
    var stated: [StatementSite] = []
    // A track speaks louder than the file, and the file alone for several tracks.
    if let only { stated = sites.filter { $0.track == only } }
    if stated.isEmpty { stated = sites.filter { $0.track == nil } }
    if stated.isEmpty { return try editor.insert(name, value, track: only) }
    return EditPlan(texts: stated.map { TextEdit($0.range, editor.bytes(of: value)) })
  }
}
