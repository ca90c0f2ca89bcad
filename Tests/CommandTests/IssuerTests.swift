import BuiltProgram
import Foundation
import Testing

/// What the program says of the issuers that it is configured with.
@Suite struct IssuerTests {
  private static let issuer = """
    {"issuers": [{"name": "work", "issuer": "http://127.0.0.1:9", "clientId": "c", \
    "secretFile": "work.secret"}]}
    """

  @Test(arguments: ["serve", "doctor"])
  func whatIsMissingIsNamedAtTheStart(_ command: String) throws {
    let folder = try Folder()
    let file = try folder.file("issuers.json", Self.issuer)
    let store = ["--store", "sqlite:" + folder.path("ledger.sqlite")]
    let answer = try Program.run([command, "--identity", file] + store)
    #expect(answer.status == 64)
    for part in ["--identity", "issuer “work”", "“secretFile”", "work.secret is not there"] {
      #expect(answer.errors.contains(part), "\(answer.errors)")
    }
    let byVariable = try Program.run(
      [command] + store, variables: ["MILEQUEST_IDENTITY": folder.path("nowhere.json")])
    #expect(byVariable.status == 64)
    #expect(byVariable.errors.contains("MILEQUEST_IDENTITY"), "\(byVariable.errors)")
    #expect(byVariable.errors.contains("nowhere.json"), "\(byVariable.errors)")
  }

  @Test func aBrowserComesBackToAnAddress() throws {
    let folder = try Folder()
    let file = try folder.file(
      "issuers.json",
      #"{"issuers": [{"name": "work", "issuer": "https://id.example", "clientId": "c"}]}"#)
    let answer = try Program.run(
      ["serve", "--identity", file, "--store", "sqlite:" + folder.path("ledger.sqlite")])
    #expect(answer.status == 64)
    #expect(answer.errors.contains("“work”") && answer.errors.contains("--public-address"))
  }

  @Test func doctorHasALineForEachIssuer() throws {
    let folder = try Folder()
    let file = try folder.file("issuers.json", Self.issuer)
    _ = try folder.file("work.secret", "s3cret")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o600], ofItemAtPath: folder.path("work.secret"))
    let arguments = [
      "doctor", "--identity", file, "--store", "sqlite:" + folder.path("ledger.sqlite"),
    ]
    let inside = try Program.run(arguments)
    #expect(inside.status == 1)
    #expect(inside.text.contains("fail  issuer work"), "\(inside.text)")
    #expect(inside.text.contains("inside network"), "\(inside.text)")
    let allowed = try Program.run(arguments + ["--outgoing-allow", "127.0.0.0/8"])
    #expect(allowed.text.contains("takes no connection"), "\(allowed.text)")
  }
}
