import Foundation
import Quests
import TestSupport
import Testing

@testable import Providers

/// Mail servers that others have written; `make mail` installs them.
@Suite struct MailPeerTests {
  static let hasPostfix =
    geteuid() == 0
    && ["/usr/sbin/postfix", "/usr/bin/openssl"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  static let hasAiosmtpd =
    MailServer.isPossible
    && (try? Home.run(MailServer.python, ["-c", "import aiosmtpd"]).status) == 0

  /// The message as it was sent, behind what the server has put before it.
  private func expect(_ letter: MailLetter, in text: String) {
    let sent = String(decoding: letter.bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    #expect(text.replacing("\r\n", with: "\n").hasSuffix(sent))
  }

  private func adapter(
    port: Int, certificate: String, login: (user: String, password: String)? = nil
  ) throws -> SMTPMail {
    var server = try SMTPServer(url: "smtp://localhost:\(port)")
    server.certificates = certificate
    server.login = login
    return try SMTPMail(
      server: server, from: MailTests.from, allowedNetworks: [.init("127.0.0.0/8")!, .init("::1")!])
  }

  /// Over STARTTLS, which it insists on.
  @Test(.enabled(if: hasPostfix, "postfix is not installed, or this is not root: make mail"))
  func postfixTakesMessages() async throws {
    let folder = try Folder()
    let certificate = try #require(
      try MailServer.makeCertificate(for: "localhost", in: folder.path))
    let postfix = try Postfix(certificate: certificate)
    let mail = try adapter(port: postfix.port, certificate: certificate)
    try await mail.check()
    let letters = try (0..<3).map { try MailConformanceTests.letter($0) }
    for letter in letters { try await mail.send(letter) }
    #expect(await eventually { () async in postfix.messages.count == 3 })
    for letter in letters {
      let text = try #require(postfix.messages.first { $0.contains("\(letter.id)@example.org") })
      expect(letter, in: text)
    }
    // Whom it does not know it refuses for good.
    let stranger = MailLetter(
      id: letters[0].id, to: "ann@example.net", postedAt: letters[0].postedAt,
      bytes: letters[0].bytes)
    let error = await #expect(throws: MailError.self) { try await mail.send(stranger) }
    #expect(error?.code == .refused)
  }

  private static let aiosmtpd = """
    import base64, socket, ssl, sys, time
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import AuthResult, SMTP

    def authenticate(server, session, envelope, mechanism, data):
        known = (data.login, data.password) == (b"quest", b"quest's password")
        return AuthResult(success=known, handled=known)

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            print(base64.b64encode(envelope.original_content).decode(), flush=True)
            return "250 taken"

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1])
    # It connects to itself to see whether it runs, so it has to know its port before.
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    controller = Controller(
        Handler(), hostname="127.0.0.1", port=port, require_starttls=True, tls_context=context,
        auth_required=True, authenticator=authenticate)
    controller.start()
    print(port, flush=True)
    time.sleep(600)
    """

  @Test(.enabled(if: hasAiosmtpd, "aiosmtpd is not installed: make mail"))
  func aiosmtpdTakesMessagesWithAPassword() async throws {
    let folder = try Folder()
    let certificate = try #require(
      try MailServer.makeCertificate(for: "localhost", in: folder.path))
    let server = try PythonProgram(Self.aiosmtpd, [certificate])
    let port = try #require(Int(server.greeting))
    let mail = try adapter(
      port: port, certificate: certificate, login: ("quest", "quest's password"))
    try await mail.check()
    for number in 0..<3 as Range<UInt64> {
      let letter = try MailConformanceTests.letter(number)
      try await mail.send(letter)
      let bytes = try #require(Data(base64Encoded: server.line()))
      expect(letter, in: String(decoding: bytes, as: UTF8.self))
    }
    let wrong = try adapter(port: port, certificate: certificate, login: ("quest", "wrong"))
    let error = await #expect(throws: MailError.self) { try await wrong.check() }
    #expect(error?.code == .unreachable && error?.message.contains("password") == true)
  }
}

/// Debian's postfix with a configuration and folders of its own; it ends with this value.
private final class Postfix: @unchecked Sendable {
  let port: Int
  private let folder: String

  init(certificate: String) throws {
    // Its own users must be able to enter.
    folder = "/tmp/milequest-postfix-\(UUID().uuidString.prefix(8))"
    let files = FileManager.default
    for name in ["conf", "queue", "data", "box"] {
      try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    _ = chmod(folder, 0o755)
    guard let user = getpwnam("postfix")?.pointee.pw_uid, let nobody = getpwnam("nobody")?.pointee
    else { throw CocoaError(.executableLoad) }
    let (box, group) = (nobody.pw_uid, nobody.pw_gid)
    _ = chown("\(folder)/data", user, 0)
    _ = chown("\(folder)/box", box, group)
    port = try Self.freePort()
    try """
    compatibility_level = 3.6
    queue_directory = \(folder)/queue
    data_directory = \(folder)/data
    mail_owner = postfix
    setgid_group = postdrop
    myhostname = localhost
    mydestination =
    inet_interfaces = 127.0.0.1
    inet_protocols = ipv4
    virtual_mailbox_domains = example.org
    virtual_mailbox_maps = static:box/
    virtual_mailbox_base = \(folder)
    virtual_uid_maps = static:\(box)
    virtual_gid_maps = static:\(group)
    smtpd_tls_chain_files = \(folder)/conf/certificate.pem
    smtpd_tls_security_level = encrypt
    smtpd_relay_restrictions = reject_unauth_destination
    maillog_file = \(folder)/queue/log
    maillog_file_prefixes = \(folder)

    """.write(toFile: folder + "/conf/main.cf", atomically: true, encoding: .utf8)
    // Its key comes first in that file.
    let pem = try String(contentsOfFile: certificate, encoding: .utf8)
    let key = try #require(pem.firstRange(of: "-----BEGIN PRIVATE KEY-----"))
    try (String(pem[key.lowerBound...]) + String(pem[..<key.lowerBound])).write(
      toFile: folder + "/conf/certificate.pem", atomically: true, encoding: .utf8)
    _ = chmod(folder + "/conf/certificate.pem", 0o600)
    let services = [
      "127.0.0.1:\(port) inet n - n - - smtpd", "cleanup unix n - n - 0 cleanup",
      "qmgr unix n - n 300 1 qmgr", "tlsmgr unix - - n 1000? 1 tlsmgr",
      "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce",
      "defer unix - - n - 0 bounce", "trace unix - - n - 0 bounce",
      "proxymap unix - - n - - proxymap", "retry unix - - n - - error",
      "virtual unix - n n - - virtual", "anvil unix - - n - 1 anvil",
      "postlog unix-dgram n - n - 1 postlogd",
    ]
    try (services.joined(separator: "\n") + "\n").write(
      toFile: folder + "/conf/master.cf", atomically: true, encoding: .utf8)
    let started = try Home.run("/usr/sbin/postfix", ["-c", folder + "/conf", "start"])
    guard started.status == 0 else {
      throw CocoaError(
        .executableLoad, userInfo: ["output": String(decoding: started.output, as: UTF8.self)])
    }
  }

  deinit {
    // By the number that it has written down itself.
    _ = try? Home.run("/usr/sbin/postfix", ["-c", folder + "/conf", "stop"])
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// What lies in the mailbox.
  var messages: [String] {
    let box = folder + "/box/new"
    return ((try? FileManager.default.contentsOfDirectory(atPath: box)) ?? []).compactMap {
      try? String(contentsOfFile: "\(box)/\($0)", encoding: .utf8)
    }
  }

  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
