import Foundation
import Testing

@testable import Providers

@Suite struct OpenIDSettingsTests {
  private func load(
    _ text: String, secret: String? = "s3cret\n", mode: Int = 0o600
  ) throws -> OpenIDSettings {
    let folder = try Folder()
    let path = folder.path + "/issuers.json"
    try Data(text.utf8).write(to: URL(filePath: path))
    if let secret {
      let file = folder.path + "/web.secret"
      try Data(secret.utf8).write(to: URL(filePath: file))
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
    }
    return try OpenIDSettings.load(file: path)
  }

  @Test func everySettingIsRead() throws {
    let settings = try load(
      """
      {"passwords": false, "issuers": [
        {"name": "work", "title": "Work", "shape": "cognito", "issuer": "https://id.example/pool",
         "audiences": ["a"], "clients": ["b"], "clientId": "c", "secretFile": "web.secret",
         "scopes": ["openid", "email"]},
        {"name": "home", "issuer": "https://home.example/", "audiences": ["a"]}]}
      """)
    #expect(!settings.allowsPasswords)
    let (work, home) = (settings.issuers[0], settings.issuers[1])
    #expect(work.title == "Work" && work.shape.name == "cognito" && work.clientID == "c")
    #expect(work.clientSecret?.text == "s3cret" && work.scopes == ["openid", "email"])
    #expect(work.audiences == ["a"] && work.clients == ["b"])
    #expect(home.title == "home" && home.clientID == nil && home.clientSecret == nil)
    #expect("\(settings)".contains("s3cret") == false)
  }

  private static let good = #""name": "a", "issuer": "https://a.example", "audiences": ["x"]"#

  @Test(arguments: [
    ("[]", "not an object"), ("{", "line 1"), ("{}", "“issuers”"),
    (#"{"issuers": []}"#, "“issuers”"), (#"{"issuers": [1]}"#, "issuer 1: it is not an object"),
    (#"{"issuers": [{}]}"#, "issuer 1: “name” is missing"),
    (#"{"issuers": [{\#(good)}], "password": true}"#, "“password” is not a setting"),
    (#"{"issuers": [{\#(good)}], "passwords": 1}"#, "“passwords”"),
    (#"{"issuers": [{\#(good), "audience": "y"}]}"#, "issuer “a”: “audience” is not a setting"),
    (#"{"issuers": [{\#(good), "shape": "okta"}]}"#, "issuer “a”: “shape” is not one of standard"),
    (#"{"issuers": [{\#(good), "scopes": ["email"]}]}"#, "“scopes”"),
    (#"{"issuers": [{\#(good), "clients": "y"}]}"#, "“clients” is not an array"),
    (#"{"issuers": [{\#(good), "secretFile": "web.secret"}]}"#, "“clientId”"),
    (#"{"issuers": [{\#(good)}, {\#(good)}]}"#, "“name” is that of another"),
    (#"{"issuers": [{"name": "A", "issuer": "https://a.example"}]}"#, "“name” is not"),
    (#"{"issuers": [{"name": "a", "issuer": "https://a.example"}]}"#, "“audiences” or “clientId”"),
    (#"{"issuers": [{"name": "a", "issuer": "http://a.example", "audiences": ["x"]}]}"#, "https"),
    (
      #"{"issuers": [{\#(good)}, {"name": "b", "issuer": "https://a.example", "clientId": "c"}]}"#,
      "issuer “b”: “issuer” is that of another"
    ),
  ])
  func whatIsWrongIsNamed(_ text: String, _ named: String) throws {
    let error = #expect(throws: IdentityError.self) { try load(text) }
    #expect(error?.code == .settings)
    #expect(error?.message.contains("issuers.json: ") == true)
    #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
  }

  @Test func aSecretThatIsMissingIsNamed() throws {
    let text = """
      {"issuers": [{"name": "a", "issuer": "https://a.example", "clientId": "c",
        "secretFile": "web.secret"}]}
      """
    for (secret, mode, named) in [
      (nil, 0o600, "web.secret is not there"), ("s", 0o644, "chmod 600"), ("", 0o600, "is empty"),
      ("a\nb", 0o600, "on one line"), ("s\n\n", 0o644, "chmod 600"),
    ] as [(String?, Int, String)] {
      let error = #expect(throws: IdentityError.self) {
        try load(text, secret: secret, mode: mode)
      }
      #expect(error?.message.contains("issuer “a”: “secretFile”") == true)
      #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    }
    #expect(throws: IdentityError.self) { try OpenIDSettings.load(file: "/nowhere/issuers.json") }
  }
}
