import Testing

@testable import Service

@Suite struct HostCheckTests {
  @Test(arguments: [
    "a", "quests.example", "quests.example:8080", "quests.example:", "QUESTS.example.",
    "127.0.0.1:80",
    "[::1]", "[::1]:8080", "[2001:db8::1]", "[::ffff:10.0.0.1]:1", "[v1.fe80::a+en1]", "x_y~z",
    "a%20b",
    "a,b", "1",
  ])
  func hostsAreTaken(text: String) { #expect(HostCheck.isHost(text)) }

  @Test(arguments: [
    "", ":80", "a b", " a", "a\t", "a/b", "a?b", "a#b", "a\\b", "user@a", "<a>", "\"a\"", "a:b",
    "a:80:90",
    "a:-1", "a:８", "::1", "[", "[]", "[::1", "::1]", "[::1]x", "[::1]:x", "[::1]]", "[10.0.0.1]",
    "[a]",
    "[:::1]", "[fe80::1%25en0]", "[v.a]", "[vg.a]", "[v1.]", "a%2", "a%zz", "ä", "a\u{0}",
  ])
  func whatIsNotAHostIsRefused(text: String) { #expect(!HostCheck.isHost(text)) }
}
