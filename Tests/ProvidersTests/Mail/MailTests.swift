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
    "ann@exa☃mple.org", "ann@xn--exämple.org", "ann,bob@example.org",
    "ann@example.org,bob@example.org",
    "ann@[127.0.0.1]", "ann@127.0.0.1", "ann@example.1", "ann@bob@example.org", "ann\0@example.org",
    String(repeating: "a", count: 65) + "@example.org",
    "ann@" + String(repeating: "a.", count: 130) + "org",
  ])
  func whatIsNoAddressIsRefused(_ text: String) {
    #expect(throws: MailError.self) { _ = try MailAddress(text) }
  }

  @Test(arguments: [
    "ann@example.org", "a@b", "ann.smith+quest@mail.example.org", "x!#$%&'*+-/=?^_`{|}~@e.org",
    "ANN@EXAMPLE.ORG", "ann@xn--exmple-cua.org", "1@2.3org",
  ])
  func addressesAreTaken(_ text: String) throws {
    #expect(try MailAddress(" \(text) ").address == text)
    #expect(try MailAddress(text).key == text.lowercased())
  }

  /// The samples of RFC 3492 and of the standards after it.
  @Test(arguments: [
    ("bücher.example", "xn--bcher-kva.example"), ("EXÄMPLE.org", "xn--exmple-cua.org"),
    ("faß.de", "xn--fa-hia.de"), ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
    ("пример.испытание", "xn--e1afmkfd.xn--80akhbyknj4f"),
    ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
    ("उदाहरण.परीक्षा", "xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g"),
    ("他们为什么不说中文.example", "xn--ihqwcrb4cv8a8dqg056pqjye.example"),
    ("a\u{308}.example", "xn--4ca.example"),
  ])
  func domainsInOtherLettersGetTheirASCIIForm(_ domain: String, _ ascii: String) throws {
    #expect(try MailAddress("ann@\(domain)").address == "ann@\(ascii)")
  }

  /// One template gives a text and a page; whatever it says, Python's library finds the same two, the
  /// picture that the page shows, and the way to get no more.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/usr/bin/python3"), "no python3"),
    arguments: ["Ann & <b>Ben</b>", "日本語 \"quoted\"", "--=_1.abc-1--", "line\n.\nline"],
    [true, false])
  func bothPartsArriveIntact(_ text: String, hasPicture: Bool) throws {
    var message = MailMessage(
      to: try MailAddress("ann@example.org"), subject: text,
      body: MessageBody([
        .paragraph(text), .code("12345678"), .list([text, "two"]), .picture(text),
        .link("Look", to: "https://quest.example/?a=1&b=2"), .note(text),
      ]))
    let picture = hasPicture ? (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 31) } : nil
    message.picture = picture
    let address =
      "https://quest.example/v1/mail/unsubscribe?token=" + String(repeating: "x", count: 90)
    message.unsubscribe = address
    let folder = try Folder()
    let bytes = MessageText.render(message, from: Self.from, at: Office.dawn, id: "1.abc")
    try Data(bytes).write(to: URL(filePath: folder.path + "/a.eml"))
    let script = """
      import base64, email, email.policy, html.parser, json, sys
      m = email.message_from_bytes(open(sys.argv[1], 'rb').read(), policy=email.policy.default)
      class Words(html.parser.HTMLParser):
          def __init__(self):
              super().__init__(); self.words = []; self.sources = []; self.links = []
          def handle_data(self, data): self.words.append(data)
          def handle_starttag(self, tag, attributes):
              a = dict(attributes)
              if tag == 'img': self.sources.append([a['src'], a['alt']])
              if tag == 'a': self.links.append(a['href'])
      page = m.get_body(('html',))
      w = Words(); w.feed(page.get_content())
      pictures = [[p['Content-ID'], base64.b64encode(p.get_payload(decode=True)).decode(),
                   p.get_content_disposition()]
                  for p in m.walk() if p.get_content_type() == 'image/png']
      print(json.dumps({'types': [p.get_content_type() for p in m.walk()],
        'text': m.get_body(('plain',)).get_content(), 'words': w.words, 'links': w.links,
        'sources': w.sources, 'pictures': pictures, 'unsubscribe': m['List-Unsubscribe'],
        'click': m['List-Unsubscribe-Post'],
        'defects': [str(d) for p in m.walk() for d in p.defects]}))
      """
    let (_, output) = try Home.run("/usr/bin/python3", ["-c", script, folder.path + "/a.eml"])
    let read = try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
    #expect(
      read["types"] as? [String] == [
        "multipart/alternative", "text/plain",
      ] + (hasPicture ? ["multipart/related", "text/html", "image/png"] : ["text/html"]))
    #expect(
      (read["text"] as? String)?.replacing("\r\n", with: "\n")
        == "\(text)\n\n    12345678\n\n- \(text)\n- two\n\n[\(text)]\n\nLook\n"
        + "https://quest.example/?a=1&b=2\n\n\(text)\n")
    let words = try #require(read["words"] as? [String])
    // As the title, twice as it is, and in the list.
    #expect(words.filter { $0.replacing("\r\n", with: "\n") == text }.count >= 3)
    #expect(words.contains("12345678"))
    #expect(read["links"] as? [String] == ["https://quest.example/?a=1&b=2"])
    let sources = try #require(read["sources"] as? [[String]])
    let pictures = try #require(read["pictures"] as? [[String]])
    if let picture {
      #expect(sources.map { $0[0] } == ["cid:picture.1.abc@example.org"])
      #expect(
        pictures == [
          ["<picture.1.abc@example.org>", Data(picture).base64EncodedString(), "inline"]
        ])
    } else {
      #expect(sources.isEmpty && pictures.isEmpty)
    }
    #expect(read["unsubscribe"] as? String == "<\(address)>")
    #expect(read["click"] as? String == "List-Unsubscribe=One-Click")
    #expect(read["defects"] as? [String] == [])
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
