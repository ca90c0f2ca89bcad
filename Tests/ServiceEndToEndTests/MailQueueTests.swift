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
    func files() -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: queue.ledger.mail)) ?? [])
        .filter { $0.hasSuffix(".eml") }
    }
    for kill in 1...4 {
      let service = try RunningService(queue.ledger, queue.options)
      #expect(await eventually { () async in files().count >= kill * 150 })
      service.kill9()
      #expect(files().count < 1_000, "all was sent before the kill")
    }
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
}
