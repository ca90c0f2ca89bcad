import Foundation
import Geodesy
import Routes
import Testing

@testable import Formats

func read(_ text: String, as format: RouteFormat? = nil) -> RouteDocument {
  RouteReader.read(Array(text.utf8), as: format?.source)
}

/// Reads as an inspection does.
func examine(_ text: String, as format: RouteFormat? = nil) -> RouteDocument {
  RouteReader.read(Array(text.utf8), as: format?.source, thoroughly: true)
}

/// A coordinate whose numbers the test vouches for.
func place(_ latitude: Double, _ longitude: Double, _ elevation: Double = .nan) -> Coordinate {
  Coordinate(uncheckedLatitude: latitude, longitude: longitude, elevation: elevation)
}

func distance(_ text: String) -> Distance {
  guard let value = try? Distance(text) else { fatalError("“\(text)” is not a distance") }
  return value
}

extension RouteDocument {
  /// `3:14 latitude-range`, one for each diagnostic of a severity.
  func found(_ severity: Severity? = nil) -> [String] {
    diagnostics.filter { severity == nil || $0.severity == severity }.map {
      "\($0.line ?? 0):\($0.column ?? 0) \($0.code.rawValue)"
    }
  }

  var codes: [Diagnostic.Code] { diagnostics.map(\.code) }

  /// All vertices in the order of the file.
  var vertices: [Coordinate] { tracks.flatMap { $0.parts.flatMap(\.vertices) } }

  /// The bytes of all vertices in the order of the file.
  var vertexOffsets: [UInt32] { tracks.flatMap { $0.parts.flatMap(\.offsets) } }

  /// The numbers of vertices of the parts, for each track.
  var shape: [[Int]] { tracks.map { $0.parts.map(\.vertices.count) } }
}

extension Diagnostic {
  var summary: String { "\(line ?? 0):\(column ?? 0) \(code.rawValue): \(message)" }
}

/// What is true of every document, whatever the bytes were.
func expectSane(
  _ document: RouteDocument, _ note: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let count = document.source.bytes.count
  var faults: [String] = []
  if document.diagnostics.count > 2_210 { faults.append("diagnostics without bound") }
  var last = 0
  for diagnostic in document.diagnostics {
    // A file that is no text has neither lines nor columns.
    let start = document.format?.hasLines == false ? 1 : nil
    guard let offset = diagnostic.offset, let line = diagnostic.line ?? start,
      let column = diagnostic.column ?? start
    else {
      faults.append("no place: \(diagnostic)")
      continue
    }
    if offset < last || offset > count { faults.append("offset out of order: \(diagnostic)") }
    last = offset
    if line < 1 || column < 1 { faults.append("line or column below 1: \(diagnostic)") }
    if diagnostic.message.isEmpty || diagnostic.message.utf8.count > 1_000 {
      faults.append("message of \(diagnostic.message.utf8.count) bytes: \(diagnostic.code)")
    }
  }
  for track in document.tracks {
    for part in track.parts {
      if part.vertices.count != part.offsets.count { faults.append("offsets missing") }
      if !part.times.isEmpty, part.times.count != part.vertices.count {
        faults.append("times missing")
      }
      if !part.deviceMeters.isEmpty, part.deviceMeters.count != part.vertices.count {
        faults.append("the device's distances missing")
      }
      for (vertex, offset) in zip(part.vertices, part.offsets) {
        if !isOnEarth(vertex) { faults.append("not on the Earth: \(vertex)") }
        if offset >= count { faults.append("the offset \(offset) is beyond the file") }
      }
    }
  }
  if document.waypoints.count != document.waypointOffsets.count {
    faults.append("offsets of waypoints missing")
  }
  for waypoint in document.waypoints where !isOnEarth(waypoint.coordinate) {
    faults.append("not on the Earth: \(waypoint)")
  }
  if !faults.isEmpty {
    Issue.record("\(faults.prefix(3)) in \(note())", sourceLocation: sourceLocation)
  }
}

private func isOnEarth(_ coordinate: Coordinate) -> Bool {
  abs(coordinate.latitude) <= 90 && abs(coordinate.longitude) <= 180
    && (coordinate.elevationMeters ?? 0).isFinite
}

/// The bytes as text that can be pasted into a test.
func shown(_ bytes: [UInt8]) -> String {
  "“\(String(decoding: bytes.prefix(600), as: UTF8.self).debugDescription)”"
    + (bytes.count > 600 ? " and \(bytes.count - 600) bytes more" : "")
}

/// The place of every vertex and waypoint is where its tag or its opening bracket begins.
func expectOffsets(
  _ document: RouteDocument, _ line: [String], waypoints: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let bytes = document.source.bytes
  func begins(_ offset: UInt32, _ texts: [String]) -> Bool {
    texts.contains { bytes[Int(offset)...].starts(with: $0.utf8) }
  }
  let offsets = document.tracks.flatMap { $0.parts.flatMap(\.offsets) }
  let wrong = offsets.filter { !begins($0, line) }
  let wrongWaypoints = document.waypointOffsets.filter { !begins($0, waypoints) }
  #expect(wrong.isEmpty && wrongWaypoints.isEmpty, sourceLocation: sourceLocation)
  #expect(Set(offsets).count == offsets.count, sourceLocation: sourceLocation)
}
