import Base
import Foundation
import TestSupport
import Testing

@Suite struct NameTests {
  @Test(arguments: [
    ("Owls", "Owls"), (" Owls\t", "Owls"), ("Z\u{FC}rich", "Z\u{FC}rich"),
    ("Zu\u{308}rich", "Z\u{FC}rich"), ("Z\u{FC}rich\u{A0}\n", "Z\u{FC}rich"),
    ("\u{3000}山の会\u{2028}", "山の会"),
    // Joiners that emoji, Persian and Indian scripts need, variants, and the tags of a flag.
    ("👩\u{200D}👧", "👩\u{200D}👧"), ("می\u{200C}خواهم", "می\u{200C}خواهم"),
    ("क्\u{200D}ष", "क्\u{200D}ष"), ("ന്\u{200D}", "ന്\u{200D}"), ("葛\u{E0100}城", "葛\u{E0100}城"),
    ("1\u{FE0F}\u{20E3}", "1\u{FE0F}\u{20E3}"),
    (
      "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
      "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"
    ),
    // Characters that show nothing.
    ("\u{FEFF}Owls\u{200B}", "Owls"), ("Ow\u{AD}ls", "Owls"), ("O\u{2060}w\u{34F}ls", "Owls"),
    ("\u{200F}אב", "אב"), ("Owls\u{200E}", "Owls"), ("Ow\u{200D}ls\u{200C}", "Owls"),
    ("Owls\u{200B} ", "Owls"), ("Owls \u{200D}", "Owls"), ("Owl\u{FE0F}s", "Owls"),
    ("O\u{E0061}wls", "Owls"), ("Zu\u{200B}\u{308}rich", "Z\u{FC}rich"), ("O\u{3164}wls", "Owls"),
    ("می\u{200C}\u{200C}\u{200B}خواهم", "می\u{200C}خواهم"), ("O\u{2064}w\u{FFF9}ls", "Owls"),
    ("❤\u{FE0F}", "❤\u{FE0F}"), ("\u{1100}\u{1161}", "가"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
  ])
  func isKept(_ text: String, _ name: String) throws {
    let read = try Name.read(text)
    // Equal texts may differ in their bytes.
    #expect(Array(read.utf8) == Array(name.utf8))
    #expect(Array(try Name.read(read).utf8) == Array(name.utf8))
    #expect(Name.folded(text).utf8.elementsEqual(name.utf8))
    #expect(Name.salvaged(text)?.utf8.elementsEqual(name.utf8) == true)
  }

  @Test(
    arguments: [
      ("", Name.Fault.empty, nil), (" \t\u{2029}", .empty, nil),
      ("\u{200D}", .invisible, nil), ("\u{FEFF}\u{200B}", .invisible, nil),
      ("\u{2800}", .invisible, nil),
      ("\u{3164}", .invisible, nil), ("\u{301}", .invisible, nil),
      ("a\0b", .forbidden("\0"), "ab"), ("a\nb", .forbidden("\n"), "a b"),
      ("a\u{85}b", .forbidden("\u{85}"), "a b"), ("a\u{7F}", .forbidden("\u{7F}"), "a"),
      ("a\u{2028}b", .forbidden("\u{2028}"), "a b"), ("a\u{202E}b", .forbidden("\u{202E}"), "ab"),
      ("\u{2067}ab\u{2069}", .forbidden("\u{2067}"), "ab"),
    ] as [(String, Name.Fault, String?)])
  func isRefused(_ text: String, _ fault: Name.Fault, _ salvaged: String?) {
    #expect(throws: fault) { try Name.read(text) }
    #expect(Name.salvaged(text) == salvaged)
  }

  /// A folded name is one that is kept, whatever it is made of.
  @Test func foldingAgainChangesNothing() {
    var random = SplitMix64(seed: 14)
    let parts: [Unicode.Scalar] = [
      "a", "e", "\u{301}", "\u{323}", "\u{308}", "\u{200D}", "\u{200C}", "\u{200B}", "\u{AD}", " ",
      "\u{FE0F}", "👩", "م", "क", "\u{94D}", "\u{1100}", "\u{1161}", "\u{11A8}", "\u{E0067}", "🏴",
      "\u{3000}", "\u{202E}", "1", "\u{1EB9}", "\u{3B1}",
    ]
    for _ in 0..<20_000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.int(1...8) { scalars.append(parts[random.int(0...parts.count - 1)]) }
      let once = Name.folded(String(scalars))
      #expect(Name.folded(once).utf8.elementsEqual(once.utf8), "\(scalars.map(\.value))")
    }
  }

  /// The tables of another library, on texts of all of Unicode.
  @Test func composesAsOthersDo() throws {
    var random = SplitMix64(seed: 24)
    for _ in 0..<20_000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<random.int(1...6) {
        let value = UInt32(
          random.int(0...1) == 0 ? random.int(0xC0...0x3FF) : random.int(0...0x2FFFF))
        if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
      }
      let text = String(scalars)
      let ours = text.nfc
      #expect(ours.nfc.utf8.elementsEqual(ours.utf8))
      #expect(ours == text, "canonically equal")
    }
    for text in ["é", "e\u{301}", "\u{1E9B}\u{323}", "\u{212B}", "각", "\u{1100}\u{1161}\u{11A8}"] {
      #expect(text.nfc.utf8.elementsEqual(text.precomposedStringWithCanonicalMapping.utf8))
    }
  }
}
