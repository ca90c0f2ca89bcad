import Base
import CivilTime
import Crypto
import Foundation
import Quests
import Testing

@testable import Providers

@Suite struct AccessTokenTests {
  static let now = Office.dawn
  static let person = PersonID(high: 1, low: 2)
  static let session = SessionID(high: 3, low: 4)
  static let secret = Array("0123456789abcdef0123456789abcdef".utf8)

  func tokens(
    issuer: String = "https://quest.example.org", audience: String = "milequest",
    secret: [UInt8] = secret, previous: [UInt8]? = nil
  ) throws -> AccessTokens {
    try AccessTokens(
      issuer: issuer, audience: audience, secret: SigningSecret(bytes: secret),
      previous: try previous.map { try SigningSecret(bytes: $0) })
  }

  func issue(_ tokens: AccessTokens) -> String {
    tokens.issue(
      to: Self.person, session: Self.session, at: Self.now, random: .repeatable("token")
    ).token
  }

  func code(_ tokens: AccessTokens, _ token: String, at now: Instant = now) -> IdentityError.Code? {
    do throws(IdentityError) {
      _ = try tokens.claims(of: token, at: now)
      return nil
    } catch { return error.code }
  }

  static func base64(_ text: String) -> String {
    Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  /// Signs whatever it is given, as an independent library would.
  static func sign(_ header: String, _ payload: String, _ secret: [UInt8] = secret) -> String {
    let signed = base64(header) + "." + base64(payload)
    let mac = HMAC<SHA256>.authenticationCode(
      for: Array(signed.utf8), using: SymmetricKey(data: secret))
    let text = Data(mac).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
    return signed + "." + text
  }

  static let header = #"{"alg":"HS256","typ":"at+jwt"}"#

  static func payload(
    iss: String = "https://quest.example.org", aud: String = "milequest", iat: Int64? = nil,
    exp: Int64? = nil
  ) -> String {
    let iat = iat ?? now.seconds
    return #"{"iss":"\#(iss)","aud":"\#(aud)","sub":"\#(person)","sid":"\#(session)","iat":\#(iat)"#
      + #","exp":\#(exp ?? iat + 900),"jti":"00000000-0000-4000-8000-000000000000"}"#
  }

  @Test func aTokenSaysWhatItWasIssuedFor() throws {
    let tokens = try tokens()
    let (token, expires) = tokens.issue(to: Self.person, session: Self.session, at: Self.now)
    let claims = try tokens.claims(of: token, at: Self.now)
    #expect(claims.person == Self.person)
    #expect(claims.session == Self.session)
    #expect(claims.issuedAt == Self.now)
    #expect(claims.expiresAt == Self.now.advanced(bySeconds: 900))
    #expect(expires == claims.expiresAt)
    // Each has a name of its own.
    let other = tokens.issue(to: Self.person, session: Self.session, at: Self.now).token
    #expect(try tokens.claims(of: other, at: Self.now).id != claims.id)
    // Another program reads it too.
    let words = token.split(separator: ".").map(String.init)
    #expect(words.count == 3)
    let bytes = try #require(Base64URL.decode(Array(words[1].utf8)))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(Set(json.keys) == ["iss", "aud", "sub", "sid", "iat", "exp", "jti"])
    #expect(json["sub"] as? String == "\(Self.person)")
    #expect(code(tokens, Self.sign(Self.header, String(decoding: bytes, as: UTF8.self))) == nil)
  }

  @Test func aTokenEnds() throws {
    let tokens = try tokens()
    let token = issue(tokens)
    let end = Self.now.advanced(bySeconds: 900)
    #expect(code(tokens, token, at: end.advanced(byMicroseconds: -1)) == nil)
    #expect(code(tokens, token, at: end) == .tokenExpired)
    // From a clock that runs a minute ahead, and from one of tomorrow.
    #expect(code(tokens, token, at: Self.now.advanced(bySeconds: -60)) == nil)
    #expect(code(tokens, token, at: Self.now.advanced(bySeconds: -61)) == .tokenInvalid)
  }

  @Test func whateverIsChangedIsRefused() throws {
    let tokens = try tokens()
    let token = Array(issue(tokens).utf8)
    #expect(code(tokens, String(decoding: token, as: UTF8.self)) == nil)
    for index in token.indices {
      for byte in [token[index] ^ 1, 0x2E, 0x3D, 0x41, 0x7A] where byte != token[index] {
        var changed = token
        changed[index] = byte
        #expect(code(tokens, String(decoding: changed, as: UTF8.self)) == .tokenInvalid, "\(index)")
      }
      let cut = String(decoding: token[..<index], as: UTF8.self)
      #expect(code(tokens, cut) == .tokenInvalid, "cut at \(index)")
      var removed = token
      removed.remove(at: index)
      #expect(code(tokens, String(decoding: removed, as: UTF8.self)) == .tokenInvalid)
    }
    for added in ["=", ".", "A", " ", "\n", "\0"] {
      let text = String(decoding: token, as: UTF8.self)
      #expect(code(tokens, text + added) == .tokenInvalid)
      #expect(code(tokens, added + text) == .tokenInvalid)
    }
  }

  /// Signed with the right secret, and yet nothing that is issued here.
  @Test func otherFormsAreRefused() throws {
    let tokens = try tokens()
    #expect(code(tokens, Self.sign(Self.header, Self.payload())) == nil)
    for header in [
      #"{"alg":"none","typ":"at+jwt"}"#, #"{"alg":"HS512","typ":"at+jwt"}"#,
      #"{"alg":"HS256","typ":"JWT"}"#, #"{"alg":"HS256"}"#, #"{"typ":"at+jwt","alg":"HS256"}"#,
      #"{"alg":"HS256","typ":"at+jwt","kid":"x"}"#, #"{"alg":"HS256","typ":"at+jwt"} "#, "", "{}",
      #"{"alg":"RS256","typ":"at+jwt"}"#,
    ] {
      #expect(code(tokens, Self.sign(header, Self.payload())) == .tokenInvalid, "\(header)")
    }
    let right = Self.payload()
    for payload in [
      "", "{}", "null", right + " ", right.replacing(#""sub""#, with: #""sub2""#),
      right.replacing("{", with: #"{"extra":1,"#), right.replacing(#","jti""#, with: #", "jti""#),
      right.replacing(#""exp":"#, with: #""exp":0"#),
      right.replacing(#""exp":"#, with: #""exp":-"#),
      right.replacing(#""iat":"#, with: #""iat":9999999999999"#),
      right.replacing("00000000-0000-4000", with: "00000000-0000-400g"),
      right.replacing(#""aud":"milequest""#, with: #""aud":["milequest"]"#),
      Self.payload(iss: "https://quest.example.org/"), Self.payload(aud: "other"),
      Self.payload(exp: Self.now.seconds + 86_401),
    ] {
      #expect(code(tokens, Self.sign(Self.header, payload)) == .tokenInvalid, "\(payload)")
    }
    #expect(
      code(tokens, Self.sign(Self.header, Self.payload(exp: Self.now.seconds))) == .tokenExpired)
    let long = String(repeating: "A", count: 1_000_000)
    #expect(code(tokens, Self.base64(Self.header) + "." + long) == .tokenInvalid)
    // Without a signature, as some take it.
    let unsigned = Self.base64(#"{"alg":"none"}"#) + "." + Self.base64(right) + "."
    #expect(code(tokens, unsigned) == .tokenInvalid)
  }

  @Test func secretsTakeTurns() throws {
    let new = Array("another-secret-another-secret-!!".utf8)
    let old = issue(try tokens())
    #expect(code(try tokens(secret: new), old) == .tokenInvalid)
    let both = try tokens(secret: new, previous: Self.secret)
    #expect(code(both, old) == nil)
    // What is issued now is signed with the new one.
    #expect(code(try tokens(secret: new), issue(both)) == nil)
    #expect(code(try tokens(), issue(both)) == .tokenInvalid)
  }

  @Test func settingsAreChecked() async throws {
    for (issuer, audience) in [("", "a"), ("a", ""), ("a\"b", "a"), ("a", "b c"), ("ä", "a")] {
      #expect(
        await refusal { try tokens(issuer: issuer, audience: audience) }?.code == .settings)
    }
    #expect(await refusal { try SigningSecret(bytes: Array(repeating: 1, count: 31)) } != nil)
  }

  /// RFC 4231's second case, and RFC 7515's example of HS256.
  @Test func theSignatureIsTheStandardOne() throws {
    let mac = HMAC<SHA256>.authenticationCode(
      for: Array("what do ya want for nothing?".utf8),
      using: SymmetricKey(data: Array("Jefe".utf8)))
    #expect(
      ContentHash(bytes: Array(mac))?.description
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let key = try #require(
      Base64URL.decode(
        Array(
          ("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .utf8)))
    let header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}"
    let payload =
      "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
    #expect(
      Self.sign(header, payload, key).hasSuffix(".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"))
  }

  @Test func base64HasOneTextForEachValue() {
    // RFC 4648, section 10.
    for (text, coded) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foobar", "Zm9vYmFy")] {
      #expect(Base64URL.text(text.utf8) == coded)
    }
    var random = SplitMix64("base64")
    for count in 0...40 {
      let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let text = Base64URL.encode(bytes)
      #expect(Base64URL.decode(text) == bytes)
      let standard = Data(bytes).base64EncodedString()
      #expect(
        String(decoding: text, as: UTF8.self)
          == standard.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""))
    }
    for text in ["A", "AB", "AAB", "AA=", "A A", "AAA+", "AA\n", "ÄÄ"] {
      #expect(Base64URL.decode(Array(text.utf8)) == nil, "\(text)")
    }
  }
}
