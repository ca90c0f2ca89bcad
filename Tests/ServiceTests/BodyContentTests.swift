import CivilTime
import Formats
import Geodesy
import JSON
import Testing

@testable import Service

/// Bodies: one initialiser describes them, and reads them.
@Suite struct BodyContentTests {
  private struct Sample: BodyContent {
    static let schemaName = "Sample"
    static let schemaNote = "A sample."

    let name: String
    let note: String??
    let lengths: [Distance]
    let count: Int

    init(_ fields: inout BodyFields) {
      name = fields.required("name", .text(1...5), "What it is called.")
      note = fields.optional("note", .nullable(.text()))
      lengths =
        fields.optional("lengths", .list(of: .distanceOrMeters(0...9e12), count: 0...9)) ?? []
      count = fields.optional("count", .integer(1...9)) ?? 7
      if name == count.description { fields.refuse("count", "is the name") }
    }
  }

  private func read(_ text: String) throws -> Sample {
    try Sample.read(
      try JSONReader.read(Array(text.utf8)), at: "/items/3",
      by: BodyRules(schemas: NamedSchemas([]), zones: ZoneCatalog(), limits: .standard),
      now: TestService.dawn)
  }

  @Test func itDescribesItself() {
    guard case .object(let properties) = Sample.schema else {
      Issue.record("no object")
      return
    }
    #expect(properties.map(\.name) == ["name", "note", "lengths", "count"])
    #expect(properties.map(\.isRequired) == [true, false, false, false])
    #expect(properties[0].note == "What it is called.")
  }

  @Test func itIsRead() throws {
    let sample = try read(#"{"name":"a","note":null,"lengths":["1 km",2.5],"count":1e0}"#)
    #expect(sample.name == "a" && sample.count == 1)
    // Null is not the same as nothing.
    #expect(sample.note == .some(nil))
    #expect(sample.lengths.map(\.meters) == [1_000, 2.5])
    let short = try read(#"{"name":"b"}"#)
    #expect(short.note == nil && short.lengths.isEmpty && short.count == 7)
  }

  @Test func whatDoesNotGoTogetherIsToldWithItsPlace() throws {
    do {
      _ = try read(#"{"name":"3","count":3,"lengths":["1 km","-2 km"]}"#)
      Issue.record("it was taken")
    } catch let problem as Problem {
      #expect(problem.code == .invalid)
      #expect(
        problem.faults.map(\.place) == [
          .body(pointer: "/items/3/lengths/1"), .body(pointer: "/items/3/count"),
        ])
    }
  }

  /// What is described and what is read are made alike for all bodies that are served.
  @Test func everyServedBodyDescribesFieldsOnce() {
    for case .json(let content) in API().endpoints.map(\.body) {
      // What somebody else defines is taken as it is.
      if content.named.name == "RealtimeNotices" { continue }
      guard case .object(let properties) = content.named.schema else {
        Issue.record("\(content.named.name) is no object")
        continue
      }
      #expect(!properties.isEmpty, "\(content.named.name)")
      #expect(Set(properties.map(\.name)).count == properties.count, "\(content.named.name)")
    }
  }
}
