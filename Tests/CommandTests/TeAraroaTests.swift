import BuiltProgram
import Foundation
import Geodesy
import Testing

/// The whole chain on the longest real file of the corpus: 464 segments and a marker for each of
/// 3,027 kilometres.
@Suite(
  .enabled(if: Program.hasTeAraroa, "the corpus of other people's files is not at ../shared/corpus")
)
struct TeAraroaTests {
  private struct Marker {
    let kilometer: Int
    let place: Coordinate
  }

  /// The segments and the markers, by regular expression.
  private static let trail: (segments: [[Coordinate]], markers: [Marker]) = {
    let text = (try? String(contentsOfFile: Program.teAraroa, encoding: .utf8)) ?? ""
    var segments: [[Coordinate]] = []
    var markers: [Marker] = []
    var place: Coordinate?
    let pattern = "<(trkseg)>|<(trkpt|wpt) lat=\"([^\"]*)\" lon=\"([^\"]*)\"|<name>(\\d+) km</name>"
    guard let expression = try? NSRegularExpression(pattern: pattern) else { return ([], []) }
    let whole = text as NSString
    expression.enumerateMatches(
      in: text, range: NSRange(location: 0, length: whole.length)
    ) { match, _, _ in
      guard let match else { return }
      func group(_ index: Int) -> String? {
        let range = match.range(at: index)
        return range.location == NSNotFound ? nil : whole.substring(with: range)
      }
      if group(1) != nil {
        segments.append([])
      } else if let kind = group(2), let latitude = group(3).flatMap({ Double($0) }),
        let longitude = group(4).flatMap({ Double($0) })
      {
        place = try? Coordinate(latitude: latitude, longitude: longitude)
        if kind == "trkpt", let place { segments[segments.count - 1].append(place) }
      } else if let kilometer = group(5).flatMap({ Int($0) }), let place {
        markers.append(Marker(kilometer: kilometer, place: place))
      }
    }
    return (segments, markers)
  }()

  private static func meters(_ a: Coordinate, _ b: Coordinate) -> Double {
    Geodesic.wgs84.inverse(from: a, to: b).distanceMeters
  }

  @Test func lengthsToAMillimetreAKilometre() throws {
    let (segments, markers) = Self.trail
    #expect(segments.count == 464 && markers.count == 3_027)
    let parts = segments.map { segment in
      zip(segment, segment.dropFirst()).reduce(0) { $0 + Self.meters($1.0, $1.1) }
    }
    let gaps = zip(segments, segments.dropFirst()).map { a, b in
      Self.meters(a[a.count - 1], b[0])
    }
    let partsMeters = parts.reduce(0, +)
    let joinsMeters = gaps.reduce(0, +)
    let short = gaps.filter { $0 <= 1_000 }.reduce(0, +)
    let bound = 1e-6 * partsMeters
    for (arguments, due) in [
      ([], partsMeters + short), (["--joins", "walk"], partsMeters + joinsMeters),
      (["--joins-above", "0m=ferry", "--join", "7=counted"], partsMeters + gaps[6]),
      (["--joins", "counted", "--join", "463=ferry"], partsMeters + joinsMeters - gaps[462]),
    ] {
      let route = try #require(
        Inspected([Program.teAraroa] + arguments).files.first?.routes.first)
      #expect(route.parts == 464 && route.vertices == segments.reduce(0) { $0 + $1.count })
      #expect(route.waypoints == 3_027)
      #expect(abs(route.lengthMeters - due) < bound, "\(arguments)")
      #expect(abs(route.partsMeters - partsMeters) < bound)
      #expect(abs(route.joinsMeters - joinsMeters) < bound)
      for (join, gap) in zip(route.joins, gaps) { #expect(abs(join.lengthMeters - gap) < 1e-6) }
    }
  }

  /// Calibrated at every tenth kilometre, the other markers are where they should be.
  @Test func kilometresAreWhereTheTrailSaysTheyAre() throws {
    let markers = Self.trail.markers
    let others = markers.enumerated().filter { $0.offset % 10 != 0 }.map(\.element)
    #expect(others.count == 2_724)
    let calibration = ["--joins", "walk", "--calibrate", "markers", "--calibrate-every", "10"]
    // A team for each marker: thousands of --at cost the argument parser seconds.
    let folder = try Folder()
    var csv = "team,distance_km\n"
    for marker in others {
      var left = marker.kilometer
      while left > 0 {
        csv += "\(marker.kilometer),\(min(left, 500))\n"
        left -= min(left, 500)
      }
    }
    let batch = try Program.run(
      ["progress", "--route", Program.teAraroa, "--activities", try folder.file("w.csv", csv)]
        + calibration)
    #expect(batch.status == 0, "\(batch.errors)")
    let rows = batch.text.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    #expect(rows.map { $0[0] } == others.map { "\($0.kilometer)" })
    let offsets = try zip(others, rows).map { marker, row in
      let longitude = try #require(Double(row[4]))
      let latitude = try #require(Double(row[5]))
      return Self.meters(
        marker.place, try Coordinate(latitude: latitude, longitude: longitude))
    }
    let sorted = offsets.sorted()
    let median = sorted[sorted.count / 2]
    let ninth = sorted[sorted.count * 9 / 10]
    print("Te Araroa: the median is \(median) m, the 90th percentile \(ninth) m")
    #expect(median <= 7)
    #expect(ninth <= 35)

    // The command for single positions says the same.
    let some = others.indices.filter { $0 % 40 == 7 }
    func distances(_ arguments: [String]) throws -> [Double] {
      let found = try Positions(
        Program.teAraroa, at: some.map { "\(others[$0].kilometer)km" }, arguments
      ).positions
      return try zip(some, found).map { index, position in
        Self.meters(
          others[index].place,
          try Coordinate(latitude: position.coordinate[1], longitude: position.coordinate[0]))
      }
    }
    for (index, meters) in zip(some, try distances(calibration)) {
      #expect(abs(meters - offsets[index]) < 1e-6)
    }
    // Without the markers the same places are kilometres away.
    let plain = try distances(["--joins", "walk"]).sorted()
    #expect(plain[plain.count / 2] > 1_000)
  }
}
