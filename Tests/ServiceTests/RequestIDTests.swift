import Testing

@testable import Service

@Suite struct RequestIDTests {
  @Test func namesAreSixteenDigitsAndNoneComesTwice() {
    var seen: Set<String> = []
    for _ in 0..<10_000 {
      let name = RequestID.next()
      #expect(name.utf8.count == 16)
      #expect(name.utf8.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
      #expect(seen.insert(name).inserted)
    }
  }
}
