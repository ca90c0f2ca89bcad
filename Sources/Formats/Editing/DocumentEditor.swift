internal import Geodesy
internal import JSON
internal import Routes

/// What an edit comes to in the bytes of one format. The planner has checked that the vertices,
/// parts and waypoints are there.
protocol DocumentEditor {
  var source: EditedDocument { get }
  var separation: Separation { get }

  // MARK: Vertices

  /// The bytes of a vertex: its element, its array, its tuple or its pair of values.
  mutating func range(ofVertex i: Int, in part: Int) throws(EditError) -> Range<Int>
  /// Refuses what stands twice in the file.
  mutating func refuseDoubled(_ part: Int, _ i: Int) throws(EditError)
  mutating func removeVertex(_ i: Int, in part: Int) throws(EditError) -> EditPlan
  /// - Parameter range: the bytes of the vertex behind which the new one comes.
  mutating func insert(
    _ vertex: Coordinate, after i: Int, in part: Int, at range: Range<Int>
  ) throws(EditError) -> EditPlan
  mutating func setElevation(
    _ meters: Double?, ofVertexAt offset: Int
  ) throws(EditError) -> EditPlan
  /// A byte that no move of a vertex changes, to stand for its elevation.
  func elevationMark(ofVertexAt offset: Int) throws(EditError) -> Int
  /// Writes other degrees into whatever stands at a byte.
  func rewrite(
    at offset: Int, latitude: Double, longitude: Double
  ) throws(EditError) -> EditPlan

  // MARK: Parts and tracks

  /// The bytes of a part: its element, its array or its line of text.
  mutating func range(ofPart part: Int) throws(EditError) -> Range<Int>
  mutating func range(ofTrack track: Int) throws(EditError) -> Range<Int>
  mutating func removePart(_ part: Int) throws(EditError) -> EditPlan
  mutating func reversePart(_ part: Int) throws(EditError) -> EditPlan
  /// Refuses an exchange that the places do not allow.
  func checkExchange(of part: Int, to slot: Int) throws(EditError)
  mutating func cut(_ part: Int) throws(EditError) -> EditPlan
  /// Lines of an encoded polyline with all their changes.
  func lineTexts(_ changes: [(part: Int, change: EditPlan.LineChange)]) -> [TextEdit]

  // MARK: Waypoints

  mutating func place(ofWaypoint index: Int) throws(EditError) -> WaypointPlace
  mutating func removeWaypoint(_ index: Int) throws(EditError) -> EditPlan
  mutating func insertWaypoints(
    _ waypoints: [Waypoint], before index: Int
  ) throws(EditError) -> EditPlan
  mutating func nameWaypoint(_ index: Int, _ name: String) throws(EditError) -> EditPlan

  // MARK: Statements

  /// All places where a property of the route is stated.
  mutating func sites(of name: String) -> [StatementSite]
  /// A statement as it stands at a site.
  func bytes(of value: StatedValue) -> [UInt8]
  /// States a property where the file does not yet.
  mutating func insert(
    _ name: String, _ value: StatedValue, track: Int?
  ) throws(EditError) -> EditPlan

  // MARK: The file's own structure

  mutating func sortChildren(ofElementAt offset: Int) throws(EditError) -> EditPlan
  mutating func removeElement(at offset: Int) throws(EditError) -> EditPlan
  func insertAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan
  func setAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan
  func removeAttribute(_ name: String, inTagAt offset: Int) throws(EditError) -> EditPlan
  mutating func makeElement(
    _ name: String, ofAttribute attribute: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan
  func setText(_ text: String, ofElementAt offset: Int) throws(EditError) -> EditPlan
  func removeMember(at offset: Int) throws(EditError) -> EditPlan
  func replaceValue(at offset: Int, with bytes: [UInt8]) throws(EditError) -> EditPlan
}

/// Where a waypoint stands: what holds it and nothing else, and which others it may change places
/// with.
struct WaypointPlace {
  let range: Range<Int>
  /// Waypoints of equal scope may change places.
  let scope: Int
}

/// Where a file states something about its route, and what it speaks for.
struct StatementSite {
  /// The value: what stands between the quotes in XML, the whole value in JSON.
  let range: Range<Int>
  /// The track that it speaks for; nil for the whole file.
  let track: Int?
}

/// What is stated about a route, as each kind of file writes it.
struct StatedValue {
  let json: JSONValue
  let text: String

  init(_ text: String) {
    json = .string(text)
    self.text = text
  }

  init(_ policies: [JoinPolicy]) {
    json = .array(policies.map { .string($0.rawValue) })
    text = policies.map(\.rawValue).joined(separator: " ")
  }
}

// What most formats do, and what only one of them knows.
extension DocumentEditor {
  var document: RouteDocument { source.document }
  var bytes: [UInt8] { source.bytes }
  var parts: [SourcePart] { source.parts }
  var trackOfPart: [Int] { source.trackOfPart }

  /// The tracks that have parts, in file order; without what is left aside.
  var filledTracks: [Int] {
    document.tracks.indices.filter { !document.tracks[$0].parts.isEmpty }
  }

  var separation: Separation { .space }

  func refuseDoubled(_ part: Int, _ i: Int) throws(EditError) {}

  mutating func removeVertex(_ i: Int, in part: Int) throws(EditError) -> EditPlan {
    EditPlan(removals: [try range(ofVertex: i, in: part)])
  }

  func elevationMark(ofVertexAt offset: Int) throws(EditError) -> Int { offset }

  mutating func removePart(_ part: Int) throws(EditError) -> EditPlan {
    EditPlan(removals: [try range(ofPart: part)])
  }

  mutating func reversePart(_ part: Int) throws(EditError) -> EditPlan {
    try exchangeVertices(of: part)
  }

  /// Puts the vertices of a part into the opposite order.
  mutating func exchangeVertices(of part: Int) throws(EditError) -> EditPlan {
    let count = parts[part].vertices.count
    if count < 2 { return EditPlan() }
    var slots: [Range<Int>] = []
    for i in 0..<count { slots.append(try range(ofVertex: i, in: part)) }
    return source.exchange(slots, Array((0..<count).reversed()))
  }

  func checkExchange(of part: Int, to slot: Int) throws(EditError) {}

  func cut(_ part: Int) throws(EditError) -> EditPlan {
    throw EditError(.format, "only GeoJSON wants lines cut at 180 degrees")
  }

  func lineTexts(_ changes: [(part: Int, change: EditPlan.LineChange)]) -> [TextEdit] { [] }

  mutating func removeWaypoint(_ index: Int) throws(EditError) -> EditPlan {
    EditPlan(removals: [try place(ofWaypoint: index).range])
  }

  func insertWaypoints(
    _ waypoints: [Waypoint], before index: Int
  ) throws(EditError) -> EditPlan {
    throw EditError(.format, "an encoded polyline has no waypoints")
  }

  func nameWaypoint(_ index: Int, _ name: String) throws(EditError) -> EditPlan {
    throw EditError(.format, "an encoded polyline has no waypoints")
  }

  func sortChildren(ofElementAt offset: Int) throws(EditError) -> EditPlan {
    throw EditError(.format, "only GPX has an order of elements that is kept here")
  }

  func removeElement(at offset: Int) throws(EditError) -> EditPlan { throw .elementsAreXML }

  func insertAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan { throw .elementsAreXML }

  func setAttribute(
    _ name: String, _ value: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan { throw .elementsAreXML }

  func removeAttribute(_ name: String, inTagAt offset: Int) throws(EditError) -> EditPlan {
    throw .elementsAreXML
  }

  mutating func makeElement(
    _ name: String, ofAttribute attribute: String, inTagAt offset: Int
  ) throws(EditError) -> EditPlan {
    throw EditError(.format, "only GPX has elements that others write as attributes")
  }

  func setText(_ text: String, ofElementAt offset: Int) throws(EditError) -> EditPlan {
    throw .elementsAreXML
  }

  func removeMember(at offset: Int) throws(EditError) -> EditPlan {
    throw EditError(.format, "members are there in GeoJSON only")
  }

  func replaceValue(at offset: Int, with bytes: [UInt8]) throws(EditError) -> EditPlan {
    throw EditError(.format, "JSON values are there in GeoJSON only")
  }
}

extension EditError {
  static func nothing(at offset: Int) -> EditError {
    EditError(.range, "nothing that this edit could change begins at byte \(offset)")
  }

  static func unsupported(_ message: String) -> EditError { EditError(.unsupported, message) }

  fileprivate static let elementsAreXML = EditError(.format, "elements are there in XML only")
}
