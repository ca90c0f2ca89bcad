import Testing

@testable import JSON

/// One spelling for each value, with a tree and without one.
@Suite struct CanonicalTextTests {
  @Test(arguments: [
    (#"{"b":[1,2.50,{}],"a":null}"#, #" { "a" : null , "b" : [ 1.0, 25e-1 , { } ] } "#),
    ("[]", " [ ] "), (#""\u00e4\/""#, #""ä/""#), ("-0.0", "0"), ("1000", "1E3"),
    (#"{"a":{"d":1,"c":[[true]]},"Z":"x"}"#, #"{"Z":"x","a":{"c":[[true]],"d":1}}"#),
  ])
  func equalValuesAreSpeltAlike(_ text: String, _ other: String) throws {
    let (bytes, others) = (Array(text.utf8), Array(other.utf8))
    let canonical = try JSONReader.canonicalText(of: bytes)
    #expect(try JSONReader.canonicalText(of: others) == canonical)
    #expect(try JSONReader.read(bytes).canonicalText == canonical)
    #expect(try JSONReader.read(others).canonicalText == canonical)
  }

  @Test(arguments: [("[1]", "[10]"), (#"{"a":1}"#, #"{"a":"1"}"#), ("[[1],2]", "[[1,2]]")])
  func otherValuesAreNot(_ text: String, _ other: String) throws {
    #expect(
      try JSONReader.canonicalText(of: Array(text.utf8))
        != JSONReader.canonicalText(of: Array(other.utf8)))
  }

  @Test(arguments: ["", "[1,]", "{}{}", "<gpx/>", "[\"a"])
  func whatIsNoJSONHasNoSpelling(_ text: String) {
    #expect(throws: JSONFault.self) { try JSONReader.canonicalText(of: Array(text.utf8)) }
  }
}
