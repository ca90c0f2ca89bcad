import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// What survives writing a route and reading it again, and what does not.
enum Losses {
  enum Feature: String, CaseIterable {
    case name
    case parts
    case elevations
    case joinPolicies = "join policies"
    case officialLength = "official length"
    case laps
    case thereAndBack = "there-and-back"
    case lapJoin = "lap join"
    case waypointName = "waypoint name"
    case waypointStory = "waypoint story"
    case waypointType = "waypoint type"
    case waypointOfficialDistance = "waypoint official distance"
    case waypointElevation = "waypoint elevation"
  }

  /// A column of the table in the documentation, and the formats that it speaks for.
  static let columns: [(title: String, formats: [RouteFormat], holds: Set<Feature>)] = [
    ("GPX", [.gpx], Set(Feature.allCases)),
    ("GeoJSON", [.geojson], Set(Feature.allCases)),
    ("KML", [.kml], Set(Feature.allCases)),
    ("polyline", [.polyline5, .polyline6], [.parts]),
  ]
}

@Suite struct LossesTests {
  @Test(arguments: Losses.Feature.allCases)
  func whatIsHeldSurvivesAndTheRestIsLost(_ feature: Losses.Feature) throws {
    let route = try Self.route(with: feature)
    #expect(Self.has(route, feature))
    for column in Losses.columns {
      for format in column.formats {
        let document = RouteReader.read(RouteWriter.write(route, as: format), as: format.source)
        #expect(document.errors.isEmpty)
        let again = try document.route()
        #expect(
          Self.has(again, feature) == column.holds.contains(feature),
          "\(feature.rawValue) in \(format)")
        // Nothing else appears by the way.
        for other in Losses.Feature.allCases where !Self.has(route, other) {
          #expect(!Self.has(again, other), "\(other.rawValue) in \(format)")
        }
      }
    }
  }

  @Test(
    .enabled(if: Self.documented != nil, "docs/designers.md has no table between the losses marks"))
  func theTableInTheDocumentationIsTrue() throws {
    let rows = try #require(Self.documented)
    let titles = Losses.columns.map(\.title)
    #expect(rows.first == ["feature"] + titles)
    #expect(rows.dropFirst().map { $0[0] } == Losses.Feature.allCases.map(\.rawValue))
    for (feature, row) in zip(Losses.Feature.allCases, rows.dropFirst()) {
      let truth = Losses.columns.map { $0.holds.contains(feature) ? "yes" : "no" }
      #expect(Array(row.dropFirst()) == truth, "\(feature.rawValue)")
    }
  }

  /// The cells of the table between `<!-- losses -->` and `<!-- /losses -->`, its rule left out.
  private static let documented: [[String]]? = {
    let file = Corpus.packageRoot.appending(path: "docs/designers.md")
    guard let text = try? String(contentsOf: file, encoding: .utf8),
      let start = text.range(of: "<!-- losses -->"), let end = text.range(of: "<!-- /losses -->"),
      start.upperBound <= end.lowerBound
    else { return nil }
    let rows = text[start.upperBound..<end.lowerBound].split(separator: "\n")
      .filter { $0.hasPrefix("|") }
      .map { line in
        line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
    return rows.filter { row in !row.allSatisfy { $0.hasPrefix("--") } }
  }()

  // MARK: Features

  private static let line = [place(46, 7), place(46.01, 7.01), place(46.02, 7.02)]
  private static let hut = place(46.01, 7.01)

  /// A route with this feature and, as far as it goes, no other.
  private static func route(with feature: Losses.Feature) throws -> Route {
    var parts = [line]
    var waypoints: [Waypoint] = []
    switch feature {
    case .name: return try Route(name: "North", parts: parts)
    case .parts, .joinPolicies:
      parts.append([place(46.03, 7.03), place(46.04, 7.04)])
      parts.append([place(46.05, 7.05), place(46.06, 7.06)])
      let policies: [JoinPolicy?]? = feature == .parts ? nil : [.ferry, .counted]
      return try Route(parts: parts, joinPolicies: policies)
    case .elevations:
      return try Route(parts: [[line[0], place(46.01, 7.01, 1_200.5), line[2]]])
    case .officialLength: return try Route(parts: parts, officialLength: distance("12.5 mi"))
    case .laps: return try Route(parts: parts, course: Course(laps: 3))
    case .thereAndBack: return try Route(parts: parts, course: Course(thereAndBack: true))
    case .lapJoin: return try Route(parts: parts, course: Course(lapJoin: .counted))
    case .waypointName: waypoints = [Waypoint(name: "Hut", coordinate: hut)]
    case .waypointStory: waypoints = [Waypoint(coordinate: hut, story: "Tea and cake")]
    case .waypointType: waypoints = [Waypoint(coordinate: hut, type: "hut")]
    case .waypointOfficialDistance:
      waypoints = [Waypoint(coordinate: hut, officialDistance: distance("1.3 km"))]
    case .waypointElevation: waypoints = [Waypoint(coordinate: place(46.01, 7.01, 1_200.5))]
    }
    return try Route(parts: parts, waypoints: waypoints)
  }

  private static func has(_ route: Route, _ feature: Losses.Feature) -> Bool {
    let waypoint = route.waypoints.first
    return switch feature {
    case .name: route.name == "North"
    case .parts: route.partStarts == [0, 3, 5]
    case .elevations: route.vertices.map(\.elevationMeters) == [nil, 1_200.5, nil]
    case .joinPolicies: route.joinPolicies == [.ferry, .counted]
    case .officialLength: route.officialLength == distance("12.5 mi")
    case .laps: route.course.laps == 3
    case .thereAndBack: route.course.thereAndBack
    case .lapJoin: route.course.lapJoin == .counted
    case .waypointName: waypoint?.name == "Hut"
    case .waypointStory: waypoint?.story == "Tea and cake"
    case .waypointType: waypoint?.type == "hut"
    case .waypointOfficialDistance: waypoint?.officialDistance == distance("1.3 km")
    case .waypointElevation: waypoint?.coordinate.elevationMeters == 1_200.5
    }
  }
}
