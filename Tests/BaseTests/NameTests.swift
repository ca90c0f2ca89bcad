import Base
import Foundation
import TestSupport
import Testing

@Suite struct NameTests {
  @Test(arguments: [
    ("Owls", "Owls"), (" Owls\t", "Owls"), ("Z\u{FC}rich", "Z\u{FC}rich"),
    ("Zu\u{308}rich", "Z\u{FC}rich"), ("Z\u{FC}rich\u{A0}\n", "Z\u{FC}rich"),
    ("\u{3000}山の会\u{2028}", "山の会"),
    // Joiners that emoji and Persian need, and marks of direction that turn nothing around.
    ("👩\u{200D}👧", "👩\u{200D}👧"), ("می\u{200C}خواهم", "می\u{200C}خواهم"),
    ("\u{200F}אב", "\u{200F}אב"),
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
