import Foundation
import Testing

/// `docs/threat-model.md` names the file that holds each rule and the test that shows it: all of
/// them exist.
@Suite struct ThreatModelTests {
  private static let page = Result { try NamedPage("docs/threat-model.md") }
  /// What stands in place of a test where there is none.
  private static let noTest = "no test"
  /// The forms of names that the page explains.
  private static let forms: Set<String> = ["Suite.function", "file.function"]

  @Test func everyPathIsThere() throws {
    let page = try Self.page.get()
    #expect(page.brokenLines.isEmpty)
    #expect(page.paths.count > 50)
    for path in Set(page.paths).sorted() {
      let file = Tree.root.appending(path: path).path
      #expect(FileManager.default.fileExists(atPath: file), "there is no \(path)")
    }
  }

  @Test func everyTestIsThere() throws {
    let named = Set(try Self.page.get().tests).subtracting(Self.forms)
    #expect(named.count > 100)
    for test in named.sorted() {
      #expect(Declarations.tests.contains(test), "there is no \(test)")
    }
  }

  @Test func everyTargetIsThere() throws {
    let targets = Set(try Self.page.get().targets)
    #expect(targets.count > 5)
    for target in targets.sorted() {
      #expect(Declarations.targets.contains(target), "there is no make \(target)")
    }
  }

  /// A threat names what checks it, and its test or that there is none.
  @Test func everyThreatHasACheckAndATest() throws {
    let rows = try Self.page.get().rows
    let threats = rows.filter { NamedPage.spans(in: $0.cells[1]).contains(where: NamedPage.isPath) }
    #expect(threats.count > 80)
    // The table of assets has three cells as well, and names no files.
    #expect(rows.count - threats.count == 8)
    for threat in threats {
      let spans = NamedPage.spans(in: threat.cells[2])
      #expect(
        spans.contains { NamedPage.isTest($0) || NamedPage.isTarget($0) }
          || threat.cells[2] == Self.noTest, "\(threat.cells[0])")
    }
  }

  @Test func thePageIsReadAsItIsWritten() {
    let page = NamedPage(
      text: """
        Not `Sources`, but `Sources/A.swift`, `ATests.one`, `web_b.a_story` and `make c`.

        | Threat | Check | Test |
        | --- | --- | --- |
        | a | `Sources/A.swift` | `ATests.one` |
        | b | `docs/b.md` | no test |

        | Two | cells |
        | --- | --- |
        | `a.b.c` | `1.5` |

        A `half.
        """)
    #expect(page.brokenLines == ["A `half."])
    #expect(page.paths == ["Sources/A.swift", "Sources/A.swift", "docs/b.md"])
    #expect(page.tests == ["ATests.one", "web_b.a_story", "ATests.one"])
    #expect(page.targets == ["c"])
    #expect(
      page.rows == [
        NamedPage.Row(cells: ["a", "`Sources/A.swift`", "`ATests.one`"]),
        NamedPage.Row(cells: ["b", "`docs/b.md`", "no test"]),
      ])
  }

  @Test func declarationsAreFound() {
    let text = """
      @Suite struct ATests {
        @Test func one() throws {}
        @Test(arguments: [1]) func two<Value>(_ value: Value) {}
      }
      extension World: Sendable { func three() {} }
      """
    let found = Declarations.swift(text)
    #expect(found.isSuperset(of: ["ATests.one", "ATests.two", "World.three"]))
    #expect(!found.contains("ATests.four"))
    #expect(Declarations.python("def a(b):\n    def c():\nx = 1\n") == ["a"])
    let rules = "A := b\nall: one ## help\n\techo: no\n.PHONY: all\ndeb-check: deb\n"
    #expect(Declarations.makeTargets(in: rules) == ["all", "deb-check"])
  }
}
