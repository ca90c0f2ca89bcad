import Foundation
import Geodesy
import Routes
import TestSupport
import Testing

@testable import Drawing

/// Cards and certificates, and the text of all pictures.
@Suite struct QuestPictureTests {
  /// Names in the writings of the world.
  static let names = [
    "Land's End to John o' Groats", "من القاهرة إلى الأقصر", "מתל אביב לירושלים 12 km",
    "दिल्ली से मुंबई", "江戸から京都へ", "서울에서 부산까지", "เชียงใหม่ ถึง กรุงเทพ", "🏃👟 Walk & roll 🎉",
    "Ω ≠ ქართული հայերեն",
  ]

  private func facts(
    quest: String, team: String, walked: Double = 0.37, of route: MeasuredRoute
  ) throws -> QuestFacts {
    let done = try #require(Distance(roundingMeters: route.length.meters * walked))
    return QuestFacts(
      questName: quest, teamName: team, walked: done, length: route.length, place: done,
      units: .metric)
  }

  private func check(_ drawing: Drawing) {
    let page = Box(
      minX: 0, minY: 0, maxX: Double(drawing.widthPixels), maxY: Double(drawing.heightPixels))
    var runs: [TextRun] = []
    for layer in drawing.layers where ["card", "certificate"].contains(layer.name) {
      for case .text(let run) in layer.shapes { runs.append(run) }
    }
    for (index, run) in runs.enumerated() {
      #expect(page.contains(run.box), "“\(run.text)” leaves the page")
      for other in runs[(index + 1)...] {
        #expect(!run.box.intersects(other.box), "“\(run.text)” and “\(other.text)” overlap")
      }
    }
  }

  @Test(arguments: names) func namesOfEveryWritingAreDrawn(_ name: String) throws {
    let route = try Sample.quest("lands-end-to-john-o-groats")
    for walked in [0, 0.37, 1] {
      let card = try QuestCard(
        route, try facts(quest: name, team: name, walked: walked, of: route))
      check(card.drawing)
      let png = try card.png()
      #expect(try card.png() == png, "the same bytes for the same card")
    }
    let certificate = try QuestCertificate(
      route, try facts(quest: name, team: name, walked: 1, of: route), startedOn: "2026-03-01",
      completedOn: "2026-05-09", walks: 1_204)
    check(certificate.drawing)
    let pdf = try certificate.pdf()
    #expect(pdf.starts(with: "%PDF-1.".utf8))
  }

  @Test func thePageIsTheSameAtAnyTime() async throws {
    let route = try Sample.quest("lands-end-to-john-o-groats")
    let certificate = try QuestCertificate(
      route, try facts(quest: "A", team: "B", walked: 1, of: route), startedOn: "2026-03-01",
      completedOn: "2026-05-09", walks: 1)
    let pdf = try certificate.pdf()
    // A file says when it was made, to the second.
    try await Task.sleep(for: .seconds(1.1))
    #expect(try certificate.pdf() == pdf)
  }

  /// Neither the dots nor the names of waypoints ahead are on the map, where the quest hides them.
  @Test func whatIsAheadIsLeftOut() throws {
    let route = try Sample.quest("lands-end-to-john-o-groats")
    func layers(_ walked: Double, hidesAhead: Bool) throws -> (names: [String], shapes: Int) {
      var facts = try facts(quest: "A", team: "B", walked: walked, of: route)
      facts.hidesAhead = hidesAhead
      let card = try QuestCard(route, facts).drawing
      var names: [String] = []
      for layer in card.layers {
        for case .text(let run) in layer.shapes { names.append(run.text) }
      }
      return (names, card.layers.first { $0.name == "signs" }?.shapes.count ?? 0)
    }
    func own(_ names: [String]) -> Set<String> {
      Set(names).intersection(route.waypoints.compactMap(\.waypoint.name))
    }
    let (open, hiding) = (
      try layers(0.37, hidesAhead: false), try layers(0.37, hidesAhead: true)
    )
    let shown = ShownWaypoints(
      route, reached: try #require(Distance(roundingMeters: route.length.meters * 0.37)),
      hidesAhead: true)
    let ahead = Set(
      route.waypoints.filter { !shown.contains($0.index) }.compactMap(\.waypoint.name))
    #expect(!own(open.names).isDisjoint(with: ahead))
    #expect(own(hiding.names).isDisjoint(with: ahead))
    #expect(hiding.shapes < open.shapes)
    #expect(try own(layers(1, hidesAhead: true).names) == own(layers(1, hidesAhead: false).names))
  }

  /// A letter that no font has is drawn as a box of its number.
  @Test(arguments: names) func everyLetterHasAFont(_ name: String) {
    #expect(TextSetter().unknownLetters(name) == 0)
  }

  @Test func longNamesAreCutOff() throws {
    let route = try Sample.quest("lands-end-to-john-o-groats")
    for name in [
      String(repeating: "Very long ", count: 40), String(repeating: "w", count: 400),
      String(repeating: "江戸", count: 200), "a\u{0}\u{202E}b\n\u{2028}c", "",
    ] {
      let facts = try facts(quest: name, team: name, of: route)
      check(try QuestCard(route, facts).drawing)
      check(
        try QuestCertificate(
          route, facts, startedOn: "2026-03-01", completedOn: "2026-03-01", walks: 1
        ).drawing)
    }
  }

  @Test func lettersAreShapedAndOrdered() {
    let setter = TextSetter()
    // Arabic letters join, and are narrower for it than each by itself.
    let alone = "ك ت ا ب".split(separator: " ").reduce(0) {
      $0 + setter.width(String($1), size: 20, isBold: false)
    }
    #expect(setter.width("كتاب", size: 20, isBold: false) < alone - 5)
    let ruler = TextRuler()
    func isFromRight(_ text: String) -> Bool {
      ruler.run(text, at: Point(x: 0, y: 0), size: 10, color: Color(0)).isFromRight
    }
    #expect(isFromRight("שלום Bob") && !isFromRight("Bob שלום") && !isFromRight("12"))
    // What joins letters stays, what turns the writing does not.
    #expect("نمی\u{200C}خواهم\u{202E}".drawable(most: 40) == "نمی\u{200C}خواهم")
  }
}
