import Base
import Foundation
import Quests
import TestSupport
import Testing

@testable import Providers

extension MailServer {
  static let isPossible = [python, "/usr/bin/openssl"].allSatisfy {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  static let missing: Comment = "python3 or openssl is missing in /usr/bin"
}

@Suite(.enabled(if: MailServer.isPossible, MailServer.missing))
struct SMTPTests {
  /// An adapter for a server of the tests.
  static func mail(
    _ server: MailServer, isTLS: Bool = false, encrypts: Bool = true, host: String = "localhost",
    allowed: [String] = ["127.0.0.0/8", "::1/128"], _ change: (inout SMTPServer) -> Void = { _ in }
  ) throws -> SMTPMail {
    var settings = try SMTPServer(
      url: "\(isTLS ? "smtps" : "smtp")://\(host):\(server.port)", encrypts: encrypts)
    settings.timeout = .seconds(20)
    change(&settings)
    return try SMTPMail(
      server: settings, from: MailTests.from, allowedNetworks: allowed.map { AddressRange($0)! })
  }

  private func error(_ mail: SMTPMail) async throws -> MailError? {
    let letter = try MailConformanceTests.letter(1)
    do throws(MailError) {
      try await mail.send(letter)
      return nil
    } catch { return error }
  }

  @Test func theEnvelopeIsTheMessages() async throws {
    let folder = try Folder()
    let certificate = try #require(
      try MailServer.makeCertificate(for: "localhost", in: folder.path))
    let server = try MailServer(certificate: certificate)
    let mail = try Self.mail(server) { $0.certificates = certificate }
    try await mail.check()
    #expect(server.received.isEmpty)
    try await mail.send(try MailConformanceTests.letter(1))
    let received = try #require(server.received.first)
    #expect(received.from == "quest@example.org" && received.to == "ann@example.org")
    #expect(
      received.header("Message-ID") == "<00000000-0000-0007-0000-000000000001@example.org>")
  }

  /// What each thing that can go wrong is reported as: what is about the message is refused for good,
  /// all else may be better later. Nothing of the message stands in the report.
  @Test(arguments: MailServer.Fault.allCases)
  func faultsSayWhetherARepeatMayHelp(_ fault: MailServer.Fault) async throws {
    let folder = try Folder()
    let certificate = try #require(
      try MailServer.makeCertificate(for: "localhost", in: folder.path))
    let login = (user: "quest", password: "quest's password")
    let server = try MailServer(fault, certificate: certificate, login: login)
    let mail = try Self.mail(server) {
      $0.certificates = certificate
      $0.login = login
      if fault == .silent { $0.timeout = .milliseconds(500) }
    }
    let found = try await error(mail)
    let expected: (MailError.Code, String)? =
      switch fault {
      case .none: nil
      case .silent: (.unreachable, "did not answer within 500 ms")
      case .busy: (.unreachable, "421")
      case .busyAddressee: (.unreachable, "450")
      case .busyMessage: (.unreachable, "451")
      case .closed: (.unreachable, "554")
      case .refusedAddressee: (.refused, "550")
      case .refusedMessage: (.refused, "554")
      // Lines without a number are passed over.
      case .resetMessage, .garbage: (.unreachable, "ended the connection")
      // Before or after it was made.
      case .reset: (.unreachable, "connection")
      case .endless: (.unreachable, "libcurl")
      case .noSTARTTLS: (.unreachable, "STARTTLS")
      case .wrongPassword: (.unreachable, "password")
      }
    #expect(found?.code == expected?.0, "\(fault): \(found?.message ?? "taken")")
    #expect(found?.message.contains(expected?.1 ?? "") != false, "\(found?.message ?? "")")
    #expect(found?.message.contains("ann@") != true)
    #expect(server.received.count == (fault == .none ? 1 : 0))
    // A look at the server finds all but what concerns messages.
    let isAboutMessages: [MailServer.Fault] = [
      .none, .busyAddressee, .busyMessage, .refusedAddressee, .refusedMessage, .resetMessage,
    ]
    var refusal: MailError?
    do throws(MailError) { try await mail.check() } catch { refusal = error }
    #expect(
      (refusal == nil) == isAboutMessages.contains(fault), "\(fault): \(refusal?.message ?? "")")
  }

  /// A server that wants a password it is not given refuses every message, and none for good.
  @Test func aMissingLoginLosesNothing() async throws {
    let folder = try Folder()
    let certificate = try #require(
      try MailServer.makeCertificate(for: "localhost", in: folder.path))
    let server = try MailServer(certificate: certificate, login: ("quest", "secret"))
    let mail = try Self.mail(server) { $0.certificates = certificate }
    let found = try await error(mail)
    #expect(found?.code == .unreachable && found?.message.contains("530") == true)
  }

  @Test(arguments: [false, true])
  func onlyATrustedCertificateIsTaken(isTLS: Bool) async throws {
    let folder = try Folder()
    let other = try #require(
      try MailServer.makeCertificate(for: "mail.example.org", in: folder.path))
    let server = try MailServer(certificate: other, isTLS: isTLS)
    let trusting = try Self.mail(server, isTLS: isTLS) { $0.certificates = other }
    #expect(try await error(trusting)?.message.contains("certificate") == true, "another's name")
    let strict = try Self.mail(server, isTLS: isTLS)
    #expect(try await error(strict)?.message.contains("certificate") == true, "nobody vouches")
    #expect(server.received.isEmpty)
  }

  /// A name that leads inside leads nowhere, unless that is allowed.
  @Test(arguments: ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]"])
  func theInsideNetworkIsClosed(_ host: String) async throws {
    let server = try MailServer()
    let mail = try Self.mail(server, encrypts: false, host: host, allowed: [])
    let found = try await error(mail)
    #expect(found?.code == .unreachable && found?.message.contains("inside network") == true)
    #expect(server.received.isEmpty)
    let open = try Self.mail(server, encrypts: false, host: host)
    #expect(try await error(open) == nil)
  }

  @Test(arguments: [
    "", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://a:b@mail.example.org",
    "smtp://mail.example.org/path", "smtp://mail.example.org?x=1", "smtp://mail.example.org:0",
    "smtp://mail.example.org:99999", "smtp://mail example.org", "smtp://mail.example.org\r\nRSET",
  ])
  func whatIsNoServerIsRefused(_ text: String) {
    let error = #expect(throws: MailError.self) { _ = try SMTPServer(url: text) }
    #expect(error?.code == .settings)
  }

  @Test func portsFollowFromTheScheme() throws {
    #expect(try SMTPServer(url: "smtp://mail.example.org").port == 587)
    #expect(try SMTPServer(url: "smtps://mail.example.org").port == 465)
    #expect(try SMTPServer(url: "smtps://mail.example.org").encryption == .tls)
    #expect(try SMTPServer(url: "smtps://mail.example.org", encrypts: false).encryption == .tls)
    var open = try SMTPServer(url: "smtp://mail.example.org:25", encrypts: false)
    open.login = ("quest", "secret")
    #expect("\(open)" == "mail.example.org:25" && !String(reflecting: open).contains("secret"))
    let error = #expect(throws: MailError.self) {
      _ = try SMTPMail(server: open, from: MailTests.from)
    }
    #expect(error?.code == .settings)
  }
}
