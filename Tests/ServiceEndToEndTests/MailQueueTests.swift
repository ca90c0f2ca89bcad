import BuiltProgram
import CivilTime
import Foundation
import PostGISStore
import Providers
import Quests
import SQLiteStore
import TestSupport
import Testing

/// A queue of messages in the store of a service that is not running.
private struct FilledQueue {
  let ledger: ServedLedger
  private let secretFile: String

  init(_ store: Store, messages: Int) async throws {
    ledger = try ServedLedger(store)
    secretFile = ledger.folder + "/mail-secret"
    _ = FileManager.default.createFile(
      atPath: secretFile, contents: Data(String(repeating: "0123456789abcdef", count: 4).utf8),
      attributes: [.posixPermissions: 0o600])
    switch store {
    case .file:
      let store = try SQLiteStore(path: ledger.folder + "/ledger.sqlite")
      try await fill(store, messages)
      try store.close()
    case .server:
      let store = try await PostGISStore.open(url: ledger.address)
      try await fill(store, messages)
      store.close()
    }
  }

  private func fill(_ store: any MailStore, _ messages: Int) async throws {
    let outbox = Outbox(
      store: store, seal: Seal(try SigningSecret.load(file: secretFile)),
      from: try MailAddress("quest@example.org"),
      clock: {
        Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
      })
    for number in 0..<messages {
      try await outbox.post(
        MailMessage(
          to: try MailAddress("walker\(number)@example.org"), subject: "No. \(number)",
          text: "Message \(number)"))
    }
  }

  var options: [String] { RunningService.generous + ["--secret-file", secretFile] }
}

@Suite struct MailQueueTests {
  /// A service is killed again and again while it sends 1,000 messages: each of them arrives, whole
  /// and in one file.
  @Test(arguments: Store.present)
  func noMessageIsLostWhenTheServiceIsKilled(_ store: Store) async throws {
    let queue = try await FilledQueue(store, messages: 1_000)
    @Sendable func files() -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: queue.ledger.mail)) ?? [])
        .filter { $0.hasSuffix(".eml") }
    }
    var midway = 0
    for kill in 1...4 {
      let service = try RunningService(queue.ledger, queue.options)
      #expect(await service.killed { files().count >= kill * 150 })
      if files().count < 1_000 { midway += 1 }
    }
    #expect(midway > 0, "all was sent before the first kill")
    let service = try RunningService(queue.ledger, queue.options)
    #expect(await eventually { () async in files().count == 1_000 })
    let addressees = try files().map { name in
      let text = try String(contentsOfFile: "\(queue.ledger.mail)/\(name)", encoding: .utf8)
      let number = try #require(
        text.split(separator: "\r\n").first { $0.hasPrefix("To: ") }?.dropFirst(4))
      #expect(text.contains("Message-ID: <") && text.hasSuffix("\r\n"))
      return String(number)
    }
    #expect(Set(addressees).count == 1_000)
    #expect(service.end() == 0, "\(service.said)")
  }

  /// Killed while it hands 1,000 messages to a mail server: each arrives, and those that arrive twice
  /// are among the few that were on their way at a kill, and are recognized by their Message-ID.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: MailServer.python), "no python3"),
    arguments: Store.present)
  func onlyMessagesOnTheirWayAreRepeated(_ store: Store) async throws {
    let queue = try await FilledQueue(store, messages: 1_000)
    let server = try MailServer(pauseMilliseconds: 5)
    let options =
      queue.options + [
        "--mail", "smtp", "--smtp-url", "smtp://localhost:\(server.port)", "--smtp-starttls",
        "false", "--mail-from", "quest@example.org", "--outgoing-allow", "127.0.0.0/8",
        "--outgoing-allow", "::1", "--smtp-timeout", "2",
      ]
    let kills = 4
    var midway = 0
    for kill in 1...kills {
      let service = try RunningService(queue.ledger, options)
      #expect(await service.killed { server.received.count >= kill * 150 })
      if server.received.count < 1_000 { midway += 1 }
    }
    #expect(midway > 0, "all was sent before the first kill")
    let service = try RunningService(queue.ledger, options)
    func ids() -> [String] { server.received.compactMap { $0.header("Message-ID") } }
    #expect(await eventually { () async in Set(ids()).count == 1_000 })
    #expect(
      await eventually { () async in
        (try? service.send("GET", "/metrics").text.contains("milequest_mail_waiting 0")) == true
      })
    let repeats = ids().count - 1_000
    print("1,000 messages through \(kills) kills on \(store.rawValue): \(repeats) came twice")
    #expect((0...4 * kills).contains(repeats))
    let bodies = Dictionary(grouping: server.received, by: { $0.header("Message-ID") ?? "" })
    #expect(bodies.values.allSatisfy { Set($0.map(\.text)).count == 1 && $0.count <= 1 + kills })
    #expect(service.end() == 0, "\(service.said)")
  }

  /// What is refused is logged without the address, counted, and not sent again.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: MailServer.python), "no python3"))
  func aBounceIsReported() async throws {
    let queue = try await FilledQueue(.file, messages: 1)
    let server = try MailServer(.refusedAddressee)
    let service = try RunningService(
      queue.ledger,
      queue.options + [
        "--mail", "smtp", "--smtp-url", "smtp://localhost:\(server.port)", "--smtp-starttls",
        "false", "--mail-from", "quest@example.org", "--outgoing-allow", "127.0.0.0/8",
        "--outgoing-allow", "::1",
      ])
    #expect(
      await eventually { () async in
        (try? service.send("GET", "/metrics").text.contains(
          "milequest_mail_total{outcome=\"bounced\"} 1")) == true
      })
    #expect(service.said.contains("550") && service.said.contains("bounced"))
    let line = service.said.split(separator: "\n").first { $0.contains("bounced") }
    #expect(line?.contains(#""label":"mail""#) == true, "\(service.said)")
    #expect(!service.said.contains("walker"))
    #expect(service.end() == 0)
    // What has been refused is gone.
    let doctor = try Program.run(
      ["doctor", "--store", queue.ledger.address, "--mail", "smtp", "--mail-from", "q@example.org"]
        + ["--smtp-url", "smtp://localhost:\(server.port)", "--smtp-starttls", "false"])
    #expect(doctor.status == 1 && doctor.text.contains("inside network"), "\(doctor.text)")
    let allowed = try Program.run(
      ["doctor", "--store", queue.ledger.address, "--mail", "smtp", "--mail-from", "q@example.org"]
        + ["--smtp-url", "smtp://localhost:\(server.port)", "--smtp-starttls", "false"]
        + ["--outgoing-allow", "127.0.0.0/8", "--outgoing-allow", "::1"])
    #expect(allowed.status == 0 && allowed.text.contains("takes messages"), "\(allowed.text)")
  }
}
