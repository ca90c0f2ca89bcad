import BuiltProgram
import Foundation
import TestSupport
import Testing

/// The service encrypts its connections itself.
@Suite struct TLSTests {
  private struct Tool {
    let status: Int32
    let text: String

    /// Runs a program to its end, with nothing to read.
    init(_ path: String, _ arguments: [String]) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
      let pipe = Pipe()
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = pipe
      process.standardError = FileHandle.nullDevice
      try process.run()
      text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      status = process.terminationStatus
    }
  }

  /// A certificate that stands for itself, and its key.
  private static func make(_ name: String, in folder: Folder) throws -> (String, String) {
    let (chain, key) = (folder.path("\(name).pem"), folder.path("\(name).key"))
    let made = try Tool(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
        "30", "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
        "-out", chain,
      ])
    try #require(made.status == 0)
    return (chain, key)
  }

  @Test func connectionsAreEncrypted() throws {
    let (ledger, folder) = (try ServedLedger(.file), try Folder())
    let (chain, key) = try Self.make("first", in: folder)
    let home = try Home()
    let log = folder.path("log")
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let process = home.process(
      Program.path,
      ["serve", "--port", "0", "--web", "none", "--tls-certificate", chain, "--tls-key", key]
        + ledger.options)
    process.standardError = FileHandle(forWritingAtPath: log)
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    defer { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }
    func said() -> String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }
    var port: Int?
    try #require(
      eventually {
        port = said().firstRange(of: "at https://127.0.0.1:").flatMap {
          Int(said()[$0.upperBound...].prefix { $0.isNumber })
        }
        return port != nil && said().contains("/docs")
      }, "\(said())")
    let number = try #require(port)
    let address = "https://127.0.0.1:\(number)"
    func ask(_ path: String, trusting chain: String, _ more: [String] = []) throws -> Tool {
      try Tool("/usr/bin/curl", ["-sS", "--cacert", chain] + more + [address + path])
    }
    let described = try ask("/openapi.json", trusting: chain)
    #expect(described.status == 0 && described.text.contains("\"\(address)\""))
    let heads = try ask("/healthz", trusting: chain, ["-D", "-", "-o", "/dev/null"]).text
      .lowercased()
    #expect(heads.contains("strict-transport-security: max-age="), "\(heads)")
    #expect(try ask("/healthz", trusting: chain, ["--tls-max", "1.1"]).status != 0)
    #expect(try Tool("/usr/bin/curl", ["-sS", address + "/healthz"]).status != 0)
    #expect(
      try Tool("/usr/bin/curl", ["-sS", "http" + address.dropFirst(5) + "/healthz"]).status != 0)
    let probe = try Program.run(["probe", address, "--certificates", chain])
    #expect(probe.status == 0, "\(probe.text) \(probe.errors)")
    #expect(try Program.run(["probe", address]).status == 1)
    #expect(try Program.run(["doctor", "--url", address, "--certificates", chain]).status == 0)
    // A connection of before goes on; new ones have the renewed certificate, without a restart.
    let (next, nextKey) = try Self.make("second", in: folder)
    // In between the two do not belong together: the one before stays in use.
    try #require(FileManager.default.contents(atPath: next)).write(to: URL(fileURLWithPath: chain))
    #expect(
      eventually {
        _ = try? ask("/healthz", trusting: next)
        return said().contains("the one before stays in use")
      }, "\(said())")
    try #require(FileManager.default.contents(atPath: nextKey)).write(to: URL(fileURLWithPath: key))
    #expect(eventually { (try? ask("/healthz", trusting: next).status) == 0 }, "\(said())")
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func whatIsNoCertificateIsRefused() throws {
    let folder = try Folder()
    let (chain, key) = try Self.make("one", in: folder)
    let (_, other) = try Self.make("other", in: folder)
    let text = try folder.file("text.pem", "no certificate")
    for (options, words) in [
      (["--tls-certificate", chain], "needs --tls-key"),
      (["--tls-key", key], "needs --tls-certificate"),
      (["--tls-certificate", folder.path("none"), "--tls-key", key], "none: No such file"),
      (["--tls-certificate", text, "--tls-key", key], "no certificate in PEM"),
      (["--tls-certificate", chain, "--tls-key", text], "no private key in PEM"),
      (["--tls-certificate", chain, "--tls-key", other], "does not belong to the certificate"),
      (
        ["--tls-certificate", chain, "--tls-key", key, "--public-address", "http://a.example"],
        "begins with https://"
      ),
    ] {
      let answer = try Program.run(
        ["serve", "--port", "0", "--store", "sqlite:\(folder.path("a.sqlite"))"] + options)
      #expect(answer.status == 64 && answer.errors.contains(words), "\(options): \(answer.errors)")
    }
  }
}
