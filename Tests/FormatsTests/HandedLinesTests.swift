import Geodesy
import Testing

@testable import Formats

/// What reading nested collections costs, counted and not timed.
@Suite struct HandedLinesTests {
  /// A line goes through all collections around it as it is: the work is linear in the bytes, however
  /// deep it lies.
  @Test func aLinePassesThroughCollectionsWithoutACopy() {
    let object = { GeoJSONObject(role: .member, offset: 0, path: .root, outerPath: .root) }
    let line = object()
    var part = SourcePart()
    for i in 0..<100 { part.append(place(Double(i) / 10, 0), offset: i) }
    line.lines = [part]
    line.points = [(place(1, 2), 3)]
    let addresses = Self.addresses(line)
    var inner = line
    for _ in 0..<60 {
      let outer = object()
      outer.add(inner)
      inner = outer
    }
    #expect(Self.addresses(inner) == addresses)
    #expect(inner.lines.count == 1 && inner.points.count == 1)
  }

  /// What a file has of names that mean nothing does not grow with it.
  @Test func namesBeyondTheMostAreCountedTogether() {
    var tally = NameTally()
    for i in 0..<10_000 { tally.add("n\(i)") }
    for _ in 0..<1_000 { tally.add("n7") }
    var whole = NameTally()
    whole.add(tally)
    whole.add(tally)
    #expect(whole.all.count == NameTally.mostNames + 1)
    #expect(
      whole.all.first == Leftover(name: "others", count: 2 * 9_800) || whole.all[0].name == "n7")
    #expect(whole.all.contains(Leftover(name: "n7", count: 2_002)))
    #expect(whole.all.reduce(0) { $0 + $1.count } == 22_000)
  }

  /// Cuts that undo nothing are not kept.
  @Test func cutsOfNoLineAreDropped() {
    let marks = String(
      repeating: "{},{\"line\":0,\"added\":2},{\"line\":1,\"added\":3},", count: 100)
    let text = """
      {"type":"Feature","properties":{"antimeridianCuts":[\(marks){"line":1,"added":2}]},
      "geometry":{"type":"MultiLineString","coordinates":[[[179,1],[180,2]],[[-180,2],[-179,3]]]}}
      """
    #expect(read(text).shape == [[2]])
    #expect(read(text.replacing(",\"added\":2}]", with: ",\"added\":0}]")).shape == [[2, 2]])
  }

  private static func addresses(_ object: GeoJSONObject) -> [UnsafeRawPointer?] {
    [
      object.lines.withUnsafeBytes { $0.baseAddress },
      object.points.withUnsafeBytes { $0.baseAddress },
      object.lines.first?.vertices.withUnsafeBytes { $0.baseAddress },
    ]
  }
}
