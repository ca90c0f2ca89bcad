import Foundation
import Quests
import TestSupport
import Testing

@testable import Providers

/// One of the ways in which mail is delivered, and what came of it.
private struct Way: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// - Returns: the adapter, what has arrived so far, and what takes the other side away.
  let begin:
    @Sendable (Folder) throws -> (
      mail: any Mail, arrived: @Sendable () throws -> [String], end: @Sendable () -> Void
    )

  static let all = [
    Way(testDescription: "files") { folder in
      let files = try MessageFiles(folder: folder.path + "/mail")
      return (
        files,
        {
          try folder.files("mail").map {
            try String(contentsOfFile: "\(folder.path)/mail/\($0)", encoding: .utf8)
          }
        }, { try? FileManager.default.removeItem(atPath: folder.path + "/mail") }
      )
    }, smtp("STARTTLS", isTLS: false), smtp("TLS", isTLS: true),
  ]

  private static func smtp(_ name: String, isTLS: Bool) -> Way {
    Way(testDescription: name) { folder in
      let certificate = try #require(
        try MailServer.makeCertificate(for: "localhost", in: folder.path))
      let login = (user: "quest", password: "quest's password")
      let server = try MailServer(certificate: certificate, isTLS: isTLS, login: login)
      return (
        try SMTPTests.mail(server, isTLS: isTLS) {
          $0.certificates = certificate
          $0.login = login
        }, { server.received.map(\.text) }, { server.end() }
      )
    }
  }
}

/// What every way to deliver mail must do.
@Suite(.enabled(if: MailServer.isPossible, MailServer.missing))
struct MailConformanceTests {
  static func letter(_ number: UInt64, _ text: String = "Line\n.\n..dots\nüber \t\n") throws
    -> MailLetter
  {
    let message = MailMessage(
      to: try MailAddress("ann@example.org", name: "Änn"), subject: "Grüße \(number)", text: text)
    let id = MailID(high: 7, low: number)
    return MailLetter(
      id: id, to: "ann@example.org", postedAt: Office.after(Int64(number)),
      bytes: MessageText.render(message, from: MailTests.from, at: Office.dawn, id: "\(id)"))
  }

  @Test(arguments: Way.all)
  fileprivate func whatIsSentArrivesByteByByte(_ way: Way) async throws {
    let folder = try Folder()
    let (mail, arrived, _) = try way.begin(folder)
    var sent: [String] = []
    for (number, text) in ["", "one", String(repeating: "long ", count: 20_000), ".\n.\n\n."]
      .enumerated()
    {
      let letter = try Self.letter(UInt64(number), text)
      try await mail.send(letter)
      sent.append(String(decoding: letter.bytes, as: UTF8.self))
    }
    #expect(try arrived() == sent)
  }

  /// One whose end was not noted comes again, and whoever gets it can tell.
  @Test(arguments: Way.all)
  fileprivate func aRepeatIsTheSameMessage(_ way: Way) async throws {
    let folder = try Folder()
    let (mail, arrived, _) = try way.begin(folder)
    let letter = try Self.letter(1)
    for _ in 0..<2 { try await mail.send(letter) }
    #expect(try Set(arrived()) == [String(decoding: letter.bytes, as: UTF8.self)])
  }

  @Test(arguments: Way.all)
  fileprivate func manyAtOnceAllArrive(_ way: Way) async throws {
    let folder = try Folder()
    let (mail, arrived, _) = try way.begin(folder)
    let letters = try (0..<4).map { try Self.letter($0) }
    for _ in 0..<5 {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for letter in letters { group.addTask { try await mail.send(letter) } }
        try await group.waitForAll()
      }
    }
    #expect(try Set(arrived()).count == 4)
  }

  @Test(arguments: Way.all)
  fileprivate func whereNobodyTakesItALaterTryMaySucceed(_ way: Way) async throws {
    let folder = try Folder()
    let (mail, _, end) = try way.begin(folder)
    try await mail.send(try Self.letter(1))
    end()
    for number in 2..<4 as Range<UInt64> {
      let error = await #expect(throws: MailError.self) {
        try await mail.send(try Self.letter(number))
      }
      #expect(error?.code == .unreachable)
      #expect(error?.message.contains("ann@") == false)
    }
  }
}
