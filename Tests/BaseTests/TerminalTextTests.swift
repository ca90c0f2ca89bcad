import Base
import Testing

@Suite struct TerminalTextTests {
  @Test(arguments: [
    "\u{1B}", "\u{7}", "\u{8}", "\r", "\0", "\u{7F}", "\u{80}", "\u{9B}", "\u{9F}", "\u{202A}",
    "\u{202E}", "\u{2066}", "\u{2069}",
  ])
  func whatATerminalObeysIsReplaced(_ control: String) {
    #expect(TerminalText.clean("a\(control)[31mb") == "a\u{FFFD}[31mb")
  }

  @Test func theRestStays() {
    for text in [
      "", "a\tb\nc\n", "Zürich–Chur “É” 東京 🚶🏽‍♀️", "\u{A0}", "\u{2029}", "\u{FFFD}", "שלום",
    ] {
      #expect(TerminalText.clean(text) == text)
    }
    #expect(TerminalText.clean("a\r\nb") == "a\u{FFFD}\nb")
  }
}
