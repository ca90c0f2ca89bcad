public import Geodesy
public import JSON
public import Routes

/// Heights of the ground, such as those of a file of a land survey.
public protocol ElevationModel: Sendable {
  /// The heights at some places in metres; nil where the model says nothing.
  ///
  /// - Throws: `edit-unsuitable` where the model cannot be read.
  func elevations(at places: [Coordinate]) throws(AuthoringError) -> [Double?]
}

/// Takes the heights of all vertices from a model of the ground.
///
/// A list of edits names the model's file; the program that makes the edits opens it.
public struct SetElevation: Edit {
  public static let kind = "elevation"
  public static let note =
    "Takes the heights of all vertices from a model of the ground. Where the model says nothing, "
    + "heights stay."

  /// As it was named.
  public let file: String
  private let model: (any ElevationModel)?

  public init(_ model: any ElevationModel, file: String) {
    self.model = model
    self.file = file
  }

  public init(_ fields: inout EditFields) {
    file = fields.text("file", "The model, such as a GeoTIFF.")
    model = nil
  }

  /// The same edit with the model that the file is.
  public func reading(_ model: any ElevationModel) -> SetElevation {
    SetElevation(model, file: file)
  }

  public var members: [(String, JSONValue)] { [("file", .string(file))] }

  public static func == (a: Self, b: Self) -> Bool { a.file == b.file }
  public func hash(into hasher: inout Hasher) { hasher.combine(file) }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    let route = measured.route
    guard let model else {
      throw AuthoringError(.unsuitable, "“\(file)” is not opened here: heights come by the command")
    }
    let heights = try model.elevations(at: Array(route.vertices))
    var parts: [[Coordinate]] = []
    var known = 0
    for index in 0..<route.partCount {
      let first = route.partStarts[index]
      parts.append(
        route.part(index).enumerated().map { offset, vertex in
          guard let height = heights[first + offset] else { return vertex }
          known += 1
          return Coordinate(
            uncheckedLatitude: vertex.latitude, longitude: vertex.longitude,
            elevation: Wording.millimeters(height))
        })
    }
    guard known > 0 else {
      throw AuthoringError(
        .unsuitable, "“\(file)” has no height for any vertex: it may show another part of the Earth"
      )
    }
    let raised = parts
    let made = try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: route.name, parts: raised, joinPolicies: route.joinPolicies,
        waypoints: route.waypoints, officialLength: route.officialLength, course: route.course)
    }
    let count = route.vertices.count
    var did = ["\(Wording.count(known, "height")) taken from “\(file)”"]
    if known < count {
      let left = Wording.count(count - known, "vertex", "vertices")
      did.append(
        "“\(file)” says nothing about \(left), which \(count - known == 1 ? "keeps its" : "keep their") height"
      )
    }
    did += Wording.climbs(from: route, to: made)
    return Edited(made, did)
  }
}
