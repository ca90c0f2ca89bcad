import CivilTime
import Foundation
import JSON
import TestSupport
import Testing

@testable import Providers

/// The Python of the benchmarks' peers.
private enum Peer {
  static let python = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../benchmarks/.venv/bin/python").standardized.path

  static let isThere =
    (try? Home.run(python, ["-W", "ignore", "-c", "import boto3, moto.cognitoidp.models"]).status)
    == 0
}

/// Tokens of moto's Cognito, which knows nothing of us, count by its key set.
@Suite(
  .enabled(
    if: Peer.isThere,
    "benchmarks/.venv has no Python with the package “moto”; make identity puts it there"))
struct CognitoPeerTests {
  /// Signs somebody up and in, and says what that gives and which keys belong to it.
  private static let text = """
    import json, os, warnings
    warnings.simplefilter("ignore")
    os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-west-1")
    import boto3, moto
    from moto.cognitoidp.responses import CognitoIdpJsonWebKeyResponse
    with moto.mock_aws():
        pools = boto3.client("cognito-idp")
        pool = pools.create_user_pool(PoolName="walkers")["UserPool"]["Id"]
        client = pools.create_user_pool_client(
            UserPoolId=pool, ClientName="phone", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
        )["UserPoolClient"]["ClientId"]
        pools.admin_create_user(UserPoolId=pool, Username="ann", TemporaryPassword="Aa1!aaaa")
        pools.admin_set_user_password(
            UserPoolId=pool, Username="ann", Password="Bb2!bbbb", Permanent=True)
        tokens = pools.admin_initiate_auth(
            UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ann", "PASSWORD": "Bb2!bbbb"})["AuthenticationResult"]
    print(json.dumps({
        "issuer": f"https://cognito-idp.eu-west-1.amazonaws.com/{pool}", "client": client,
        "access": tokens["AccessToken"], "id": tokens["IdToken"],
        "keys": json.loads(CognitoIdpJsonWebKeyResponse.json_web_key)}), flush=True)
    """

  @Test func accessAndIDTokensCount() async throws {
    let program = try PythonProgram(Self.text, python: Peer.python)
    let said = try JSONReader.read(Array(program.greeting.utf8))
    let (client, name) = (said["client"]?.string ?? "", said["issuer"]?.string ?? "")
    let keys = try #require(
      await KeySet(JSONValue.object([("keys", .array(Self.values(said["keys"]?["keys"])))]).text()))
    let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    for kind in ["access", "id"] {
      let token = try #require(said[kind]?.string.flatMap { SignedToken($0) })
      guard case .signed = keys.finding(token) else {
        Issue.record("\(kind): the signature is not taken")
        continue
      }
      let claims = try #require(IssuedClaims(token.payload))
      for (audience, fault) in [(client, nil), ("other", .audience)] as [(String, TokenFault?)] {
        let rules = TokenRules(
          issuer: try OpenIDIssuer(
            name: "pool", issuer: name, shape: .cognito, audiences: [audience]))
        var found: TokenFault?
        do throws(TokenFault) { try rules.check(claims, for: .bearer, at: now) } catch {
          found = error
        }
        #expect(found == fault, "\(kind) for \(audience)")
      }
    }
  }

  /// The members of keys, all of which are texts.
  private static func values(_ node: JSONNode?) -> [JSONValue] {
    (node?.array ?? []).map { key in
      .object((key.object ?? []).map { ($0.name, .optional($0.value.string)) })
    }
  }
}
