import Formats
import Foundation
import Geodesy
import Routes

@testable import Inspection

/// A sample quest as text that is written with one vertex a line, so that a test knows the line of
/// everything in it.
struct Quest {
  struct Vertex {
    var latitude: Double
    var longitude: Double
    var elevation: Double?
    /// Seconds after the start.
    var seconds: Int?
    /// What is written in place of the two numbers.
    var text: String?

    init(_ latitude: Double, _ longitude: Double, _ elevation: Double? = nil, seconds: Int? = nil) {
      self.latitude = latitude
      self.longitude = longitude
      self.elevation = elevation
      self.seconds = seconds
    }

    var coordinate: Coordinate {
      Coordinate(uncheckedLatitude: latitude, longitude: longitude)
    }
  }

  struct Stop {
    var name: String?
    var vertex: Vertex
    var official: String?
  }

  var name = "Quest"
  var parts: [[Vertex]] = []
  var stops: [Stop] = []
  var joins: [String]?
  var officialLength: String?
  var digits = 6
  /// Further members of the line's feature, or of the first tag.
  var extra = ""

  /// The quest in a file of `routes/`, with a gentle profile and a walker's times.
  static func sample(_ name: String) throws -> Quest {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "routes")
    let bytes = Array(try Data(contentsOf: folder.appending(path: name + ".geojson")))
    let document = RouteReader.read(bytes)
    var quest = Quest()
    quest.name = document.name ?? name
    var index = 0
    for part in document.tracks.flatMap(\.parts) {
      quest.parts.append(
        part.vertices.map { vertex in
          index += 1
          let height = 200 + 80 * sin(Double(index) / 9)
          return Vertex(
            vertex.latitude, vertex.longitude, (height * 10).rounded() / 10, seconds: index * 3_600)
        })
    }
    quest.stops = document.waypoints.map {
      Stop(
        name: $0.name, vertex: Vertex($0.coordinate.latitude, $0.coordinate.longitude),
        official: $0.officialDistance.map { $0.exactText(in: .kilometers) + " km" })
    }
    let properties = document.tracks[0].properties
    quest.joins = (properties.joins ?? document.properties.joins)?.map(\.rawValue)
    quest.officialLength = properties.officialLength.map { $0.exactText(in: .kilometers) + " km" }
    return quest
  }

  /// The file, and the line (from 1) of every vertex and waypoint.
  struct Written {
    var text = ""
    var vertexLines: [[Int]] = []
    var partLines: [Int] = []
    var stopLines: [Int] = []
    fileprivate var line = 1

    fileprivate mutating func add(_ text: String) -> Int {
      self.text += text + "\n"
      line += 1
      return line - 1
    }
  }

  private func number(_ value: Double) -> String { String(format: "%.\(digits)f", value) }

  func geojson() -> Written {
    var out = Written()
    _ = out.add("{\"type\": \"FeatureCollection\", \"name\": \"\(name)\", \"features\": [")
    var properties = ["\"name\": \"\(name)\""]
    if let joins {
      properties.append("\"joins\": [\(joins.map { "\"\($0)\"" }.joined(separator: ", "))]")
    }
    if let officialLength { properties.append("\"officialLength\": \"\(officialLength)\"") }
    _ = out.add(
      "{\"type\": \"Feature\", \(extra)\"properties\": {\(properties.joined(separator: ", "))},")
    _ = out.add("\"geometry\": {\"type\": \"MultiLineString\", \"coordinates\": [")
    for (p, part) in parts.enumerated() {
      out.partLines.append(out.add("["))
      var lines: [Int] = []
      for (v, vertex) in part.enumerated() {
        lines.append(out.add(position(vertex) + (v + 1 < part.count ? "," : "")))
      }
      out.vertexLines.append(lines)
      _ = out.add(p + 1 < parts.count ? "]," : "]")
    }
    _ = out.add("]}}" + (stops.isEmpty ? "" : ","))
    for (s, stop) in stops.enumerated() {
      var properties = stop.name.map { ["\"name\": \"\($0)\""] } ?? []
      if let official = stop.official { properties.append("\"officialDistance\": \"\(official)\"") }
      _ = out.add(
        "{\"type\": \"Feature\", \"properties\": {\(properties.joined(separator: ", "))},")
      _ = out.add("\"geometry\": {\"type\": \"Point\", \"coordinates\":")
      out.stopLines.append(out.add(position(stop.vertex) + "}}" + (s + 1 < stops.count ? "," : "")))
    }
    _ = out.add("]}")
    return out
  }

  private func position(_ vertex: Vertex) -> String {
    if let text = vertex.text { return "[\(text)]" }
    let elevation = vertex.elevation.map { ", \($0)" } ?? ""
    return "[\(number(vertex.longitude)), \(number(vertex.latitude))\(elevation)]"
  }

  func gpx() -> Written {
    var out = Written()
    _ = out.add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>")
    _ = out.add(
      "<gpx version=\"1.1\" creator=\"test\" xmlns=\"http://www.topografix.com/GPX/1/1\""
        + " xmlns:mq=\"urn:milequest:route:1\">")
    for stop in stops {
      out.stopLines.append(out.add("<wpt \(degrees(stop.vertex))>"))
      if let name = stop.name { _ = out.add("<name>\(name.replacing("&", with: "&amp;"))</name>") }
      if let official = stop.official {
        _ = out.add("<extensions><mq:waypoint officialDistance=\"\(official)\"/></extensions>")
      }
      _ = out.add("</wpt>")
    }
    _ = out.add("<trk>")
    _ = out.add("<name>\(name.replacing("&", with: "&amp;"))</name>")
    var properties = ""
    if let joins { properties += " joins=\"\(joins.joined(separator: " "))\"" }
    if let officialLength { properties += " officialLength=\"\(officialLength)\"" }
    if !properties.isEmpty { _ = out.add("<extensions><mq:route\(properties)/></extensions>") }
    for part in parts {
      out.partLines.append(out.add("<trkseg>"))
      var lines: [Int] = []
      for vertex in part {
        let elevation = vertex.elevation.map { "<ele>\($0)</ele>" } ?? ""
        let time = vertex.seconds.map { "<time>\(Self.time($0))</time>" } ?? ""
        lines.append(out.add("<trkpt \(degrees(vertex))>\(elevation)\(time)</trkpt>"))
      }
      out.vertexLines.append(lines)
      _ = out.add("</trkseg>")
    }
    _ = out.add("</trk>")
    _ = out.add("</gpx>")
    return out
  }

  private func degrees(_ vertex: Vertex) -> String {
    vertex.text
      ?? "lat=\"\(number(vertex.latitude))\" lon=\"\(number(vertex.longitude))\""
  }

  private static func time(_ seconds: Int) -> String {
    let date = Date(timeIntervalSince1970: 1_700_000_000 + Double(seconds))
    return date.ISO8601Format()
  }
}

/// The report on a text, read as an inspection reads.
func inspected(
  _ text: String, _ options: InspectionOptions = InspectionOptions()
) -> Report {
  Inspector.inspect(RouteReader.read(Array(text.utf8), thoroughly: true), options: options)
}

extension Report {
  /// `12:3 spike`, one for each finding.
  var summary: [String] {
    findings.map { "\($0.line ?? 0):\($0.column ?? 0) \($0.code.rawValue)" }
  }

  func findings(_ code: Diagnostic.Code) -> [Finding] { findings.filter { $0.code == code } }
}
