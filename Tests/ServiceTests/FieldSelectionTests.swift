import Formats
import JSON
import Testing

@testable import Service

@Suite struct FieldSelectionTests {
  private let answer = JSONValue.object([
    ("id", .string("q1")), ("name", .string("North")),
    (
      "progress",
      .object([
        ("totalMeters", .number(12.5)),
        (
          "position",
          .object([
            ("coordinate", .array([.number(1), .number(2)])), ("bearing", .null),
            ("nextWaypoint", .null),
          ])
        ),
      ])
    ),
    (
      "milestones",
      .array([
        .object([("name", .string("a")), ("reached", .bool(true))]),
        .object([("name", .null), ("story", .string("s"))]),
      ])
    ),
    ("members", .array([])), ("geometry", .fragment(Array("[[1,2]]".utf8))),
  ])

  private func chosen(_ fields: String) throws -> String {
    String(decoding: try FieldSelection(fields).applied(to: answer).text(), as: UTF8.self)
  }

  private func faults(_ fields: String) -> [String] {
    do throws(FieldFaults) {
      _ = try FieldSelection(fields).applied(to: answer)
      return []
    } catch {
      return error.all.map { "\($0.code.rawValue) \($0.field)" }
    }
  }

  @Test func theChosenFieldsKeepTheirOrder() throws {
    #expect(try chosen("name") == #"{"name":"North"}"#)
    #expect(try chosen("name,id") == #"{"id":"q1","name":"North"}"#)
    #expect(
      try chosen("progress.position.coordinate")
        == #"{"progress":{"position":{"coordinate":[1,2]}}}"#)
    // Through arrays, whose items need not all have it.
    #expect(try chosen("milestones.name") == #"{"milestones":[{"name":"a"},{"name":null}]}"#)
    #expect(try chosen("milestones.story") == #"{"milestones":[{},{"story":"s"}]}"#)
    // A field stands for all that is in it, whatever else was asked for.
    let whole = #"{"milestones":[{"name":"a","reached":true},{"name":null,"story":"s"}]}"#
    #expect(try chosen("milestones,milestones.name") == whole)
    #expect(try chosen("milestones.name,milestones,milestones") == whole)
    #expect(try chosen("geometry") == #"{"geometry":[[1,2]]}"#)
  }

  @Test func whatIsUnknownIsNamedWithWhatIsThere() throws {
    #expect(
      faults("nmae,progress.total,milestones.x,name.first,geometry.type") == [
        "field-unknown geometry.type", "field-unknown milestones.x", "field-unknown name.first",
        "field-unknown nmae", "field-unknown progress.total",
      ])
    do {
      _ = try chosen("progress.total")
      Issue.record("an unknown field was taken")
    } catch let faults as FieldFaults {
      #expect(
        faults.all[0].message
          == "“total” is not a field of “progress”: there are totalMeters, position")
    }
    // Nobody can tell what would be in these.
    #expect(try chosen("members.name") == #"{"members":[]}"#)
    #expect(
      try chosen("progress.position.nextWaypoint.name")
        == #"{"progress":{"position":{"nextWaypoint":null}}}"#)
  }

  @Test(arguments: [
    ("", "field-syntax "), (",", "field-syntax "), ("name,", "field-syntax "),
    ("a..b", "field-syntax a..b"), (".a", "field-syntax .a"), ("a b", "field-syntax a b"),
    ("a\u{0}", "field-syntax a\u{0}"), ("né", "field-syntax né"), ("*", "field-syntax *"),
  ])
  func whatIsNoFieldIsRefused(text: String, expected: String) {
    #expect(faults(text).first == expected)
  }

  @Test func sizesAreBounded() throws {
    let deep = Array(repeating: "a", count: 17).joined(separator: ".")
    #expect(faults(deep) == ["limit \(deep)"])
    #expect(faults(Array(repeating: "id", count: 200).joined(separator: ",")) == [])
    #expect(faults(Array(repeating: "id", count: 201).joined(separator: ",")).count == 1)
    #expect(faults(String(repeating: "a", count: 4_097)).first?.hasPrefix("limit aaa") == true)
    #expect(faults(String(repeating: "a", count: 4_097)).first?.utf8.count ?? 0 < 100)
  }
}
