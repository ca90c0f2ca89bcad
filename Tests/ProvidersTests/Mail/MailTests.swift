import CivilTime
import Foundation
import Quests
import Testing

@testable import Providers

@Suite struct MailTests {
  static let from = try! MailAddress("quest@example.org", name: "Mile Quest")

  private func render(_ message: MailMessage, from: MailAddress = from) -> String {
    String(
      decoding: MessageText.render(message, from: from, at: Office.dawn, id: "1.abc"),
      as: UTF8.self)
  }

  @Test func aPlainMessageIsPlain() throws {
    let text = render(
      MailMessage(to: try MailAddress("ann@example.org"), subject: "Your code", text: "12345678\n.")
    )
    #expect(
      text == """
        From: Mile Quest\r
         <quest@example.org>\r
        To: ann@example.org\r
        Subject: Your code\r
        Date: Mon, 04 May 2026 12:00:00 +0000\r
        Message-ID: <1.abc@example.org>\r
        MIME-Version: 1.0\r
        Content-Type: text/plain; charset=utf-8\r
        Content-Transfer-Encoding: quoted-printable\r
        Auto-Submitted: auto-generated\r
        \r
        12345678\r
        =2E\r

        """)
  }

  /// Whatever is in names, subjects and texts, Python's library for mail reads it back, and there
  /// are no other headers.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/python3"), "no python3"),
    arguments: [
      "Ann", "Änn Müller", "日本語の名前", "a\"b<c>@(d),;:\\", "=?UTF-8?B?aGk=?=", " x ",
      String(repeating: "very long ", count: 40) + "x", String(repeating: "ü", count: 300),
      "👩‍👩‍👧‍👦 family", "From: eve@example.org",
    ])
  func hostileTextsAreReadBack(_ hostile: String) throws {
    let body =
      "Line one\n\(hostile)\n\n.\n..dots\ntrailing \t\n=3D\n" + String(repeating: "x", count: 200)
    let bytes = MessageText.render(
      MailMessage(
        to: try MailAddress("ann@example.org", name: hostile), subject: hostile, text: body),
      from: Self.from, at: Office.dawn, id: "1.abc")
    #expect(bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x0D || $0 == 0x0A })
    let lines = String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 78 && !$0.contains("\n") && !$0.contains("\r") })
    let folder = try Folder()
    try Data(bytes).write(to: URL(filePath: folder.path + "/a.eml"))
    let script = """
      import email, email.header, email.policy, email.utils, json, sys
      data = open(sys.argv[1], 'rb').read()
      m = email.message_from_bytes(data, policy=email.policy.default)
      # The newer parser leaves blanks between the encoded words of a name, which RFC 2047, section
      # 6.2, has ignored; the older one keeps to it.
      name = email.utils.parseaddr(email.message_from_bytes(data)['to'])[0]
      print(json.dumps([m['subject'],
        str(email.header.make_header(email.header.decode_header(name))),
        m['to'].addresses[0].addr_spec, m.get_content(), len(m['to'].addresses), sorted(m.keys()),
        [str(d) for d in m.defects]]))
      """
    let (_, output) = try Home.run(
      "/usr/bin/python3", ["-c", script, folder.path + "/a.eml"])
    let read = try #require(try JSONSerialization.jsonObject(with: output) as? [Any])
    #expect(read[0] as? String == hostile)
    #expect(read[1] as? String == hostile)
    #expect(read[2] as? String == "ann@example.org")
    #expect((read[3] as? String)?.replacing("\r\n", with: "\n") == body + "\n")
    #expect(read[4] as? Int == 1)
    #expect(
      read[5] as? [String] == [
        "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From",
        "MIME-Version", "Message-ID", "Subject", "To",
      ])
    #expect(read[6] as? [String] == [])
  }

  @Test(arguments: [
    "x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org", "x\r\n\r\nbody", "x\0y", "x\u{85}y",
    "\r\n", "x\u{2028}y", "x\rBcc: eve@example.org",
  ])
  func nothingAddsAHeader(_ hostile: String) throws {
    let text = render(
      MailMessage(
        to: try MailAddress("ann@example.org", name: hostile), subject: hostile, text: hostile))
    let head = try #require(text.components(separatedBy: "\r\n\r\n").first)
    let names = head.components(separatedBy: "\r\n").filter { !$0.hasPrefix(" ") }.map {
      $0.prefix { $0 != ":" }
    }
    #expect(
      names == [
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding", "Auto-Submitted",
      ])
    #expect(!head.replacing("\r\n", with: "").contains { $0.isNewline })
  }

  @Test(arguments: [
    "", "@", "ann", "ann@", "@example.org", "ann@exa mple.org", "a b@example.org",
    "ann@example.org\r\nBcc: eve@example.org", "ann@example.org>", "<ann@example.org>",
    "ann@example..org", ".ann@example.org", "ann.@example.org", "an..n@example.org",
    "ann@-example.org", "ann@example.org.", "\"ann\"@example.org", "änn@example.org",
    "ann@exämple.org", "ann,bob@example.org", "ann@example.org,bob@example.org",
    "ann@[127.0.0.1]", "ann@bob@example.org", "ann\0@example.org",
    String(repeating: "a", count: 65) + "@example.org",
    "ann@" + String(repeating: "a.", count: 130) + "org",
  ])
  func whatIsNoAddressIsRefused(_ text: String) {
    #expect(throws: MailError.self) { _ = try MailAddress(text) }
  }

  @Test(arguments: [
    "ann@example.org", "a@b", "ann.smith+quest@mail.example.org", "x!#$%&'*+-/=?^_`{|}~@e.org",
    "ANN@EXAMPLE.ORG", "ann@xn--exmple-cua.org", "1@2.3",
  ])
  func addressesAreTaken(_ text: String) throws {
    #expect(try MailAddress(" \(text) ").address == text)
    #expect(try MailAddress(text).key == text.lowercased())
  }

  // MARK: Files

  private func letter(_ number: Int, _ message: MailMessage) -> MailLetter {
    let (id, at) = (MailID(high: 1, low: UInt64(number)), Office.after(Int64(number) * 1_000_000))
    return MailLetter(
      id: id, to: message.to.address, postedAt: at,
      bytes: MessageText.render(message, from: Self.from, at: at, id: "\(id)"))
  }

  @Test func filesArePrivateAndSortByTime() async throws {
    let folder = try Folder()
    let files = try MessageFiles(folder: folder.path + "/mail")
    let mask = umask(0)
    defer { umask(mask) }
    for number in 0..<12 {
      let letter = letter(
        number,
        MailMessage(
          to: try MailAddress("ann@example.org", name: "../../etc/x"), subject: "\(number)/../..",
          text: "\(number)"))
      try await files.send(letter)
      // One whose end was not noted comes again.
      try await files.send(letter)
    }
    let names = try folder.files("mail")
    #expect(names.count == 12)
    #expect(names.allSatisfy { $0.hasSuffix(".eml") && !$0.hasPrefix(".") })
    for (number, name) in names.enumerated() {
      let path = "\(folder.path)/mail/\(name)"
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.hasSuffix("\r\n\r\n\(number)\r\n"))
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/mail")
    #expect(mode[.posixPermissions] as? Int == 0o700)
    #expect(try folder.files("") == ["mail"])
  }

  @Test func manyAtOnceAreAllKept() async throws {
    let folder = try Folder()
    let files = try MessageFiles(folder: folder.path + "/mail")
    let letters = try (0..<50).map { number in
      letter(
        number, MailMessage(to: try MailAddress("ann@example.org"), subject: "\(number)", text: ""))
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for letter in letters { group.addTask { try await files.send(letter) } }
      try await group.waitForAll()
    }
    #expect(try folder.files("mail").count == 50)
  }

  @Test func aFolderThatCannotBe() async throws {
    let folder = try Folder()
    try Data().write(to: URL(filePath: folder.path + "/file"))
    for path in ["/file", "/no/such/folder"] {
      let error = #expect(throws: MailError.self) {
        _ = try MessageFiles(folder: folder.path + path)
      }
      #expect(error?.code == .unreachable)
    }
    let files = try MessageFiles(folder: folder.path + "/mail")
    try FileManager.default.removeItem(atPath: folder.path + "/mail")
    let letter = letter(
      1, MailMessage(to: try MailAddress("ann@example.org"), subject: "", text: ""))
    let error = await #expect(throws: MailError.self) { try await files.send(letter) }
    #expect(error?.code == .unreachable)
  }
}
