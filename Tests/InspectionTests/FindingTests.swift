import Inspection
import Testing

@Suite struct FindingTests {
  @Test func aFindingStandsForItselfUnlessItSaysMore() {
    let finding = Finding(.noLine, .warning, "the file holds no line")
    #expect(finding.count == 1)
    #expect(finding.fix == nil)
  }
}
