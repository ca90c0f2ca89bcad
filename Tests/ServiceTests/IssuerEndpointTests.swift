import HTTPTypes
import Providers
import Testing

@testable import Service

/// Signing in with an issuer in a browser, as browsers see it.
@Suite struct IssuerEndpointTests {
  /// An issuer in the inside network, where nothing is asked.
  private static func service() throws -> TestService {
    try TestService(
      issuer: OpenIDIssuer(name: "test", issuer: "http://127.0.0.1:9", clientID: "web"))
  }

  @Test func anIssuerThatCannotBeAskedSendsTheBrowserBack() async throws {
    let service = try Self.service()
    let answer = try await service.send(
      .get, "/v1/auth/oidc/test/start?return=/here", as: nil)
    #expect(answer.status == 303, "\(answer.text)")
    #expect(answer.headers[.location] == "/here#sign-in-error=unavailable")
    #expect(answer.headers[values: .setCookie].isEmpty)
    #expect(!answer.text.contains("127.0.0.1"))
  }

  /// A callback that belongs to no sign-in of the browser leaves those that there are.
  @Test func anAnswerOfAnotherSignInChangesNoCookie() async throws {
    let service = try Self.service()
    let own = "milequest_sign_in_" + BrowserSignIn.cookieKey(of: "own")
    for query in ["state=forged&code=x", "code=x", "state=own&code=x"] {
      let answer = try await service.send(
        .get, "/v1/auth/oidc/test/callback?\(query)", as: nil, headers: ["Cookie": "\(own)=abc"])
      #expect(answer.status == 303, "\(answer.text)")
      #expect(answer.headers[.location] == "/#sign-in-error=expired")
      #expect(answer.headers[values: .setCookie].isEmpty)
    }
  }

  @Test func whatIsInsideStaysInside() {
    let fault = IdentityError(
      .issuer, "test cannot say who people are: http://10.0.0.7:8080 refuses the connection",
      retryAfterSeconds: 30)
    let problem = Problem(fault)
    #expect(problem.code == .unavailable && problem.retryAfterSeconds == 30)
    #expect(!problem.detail.contains("10.0.0.7") && !problem.detail.contains("refuses"))
  }
}
