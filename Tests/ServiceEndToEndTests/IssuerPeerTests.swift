import BuiltProgram
import Foundation
import TestSupport
import Testing

/// The Python of the benchmarks' peers.
private enum Peer {
  static let python = Program.packageRoot.appending(path: "benchmarks/.venv/bin/python").path

  static let isThere =
    (try? Home.run(python, ["-W", "ignore", "-c", "import oidc_provider_mock"]).status) == 0
}

/// People sign in to the program with an issuer that knows nothing of us.
@Suite(
  .enabled(
    if: Peer.isThere,
    "benchmarks/.venv has no Python with “oidc-provider-mock”; make identity puts it there"))
struct IssuerPeerTests {
  @Test func browsersAndAppsSignIn() throws {
    let script = Program.packageRoot.appending(path: "benchmarks/peers/identity.py").path
    let answer = try Program.run(
      ["-W", "ignore", script, "--program", Program.path, "--only", "mock"], program: Peer.python)
    #expect(answer.status == 0, "\(answer.text)\(answer.errors)")
  }
}
