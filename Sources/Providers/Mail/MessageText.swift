public import CivilTime
internal import Foundation

/// Messages as they travel and are kept: RFC 5322 in ASCII alone, whatever they say.
public enum MessageText {
  /// The bytes of a message, its lines ending in CR LF. O(message).
  ///
  /// Words of headers that are not plain ASCII are encoded (RFC 2047), texts are quoted-printable
  /// UTF-8 (RFC 2045), so that neither can end a header or a line that it did not begin.
  /// - Parameter id: the left part of the message's identifier: letters, digits, dots and dashes.
  public static func render(
    _ message: MailMessage, from: MailAddress, at now: Instant, id: String
  ) -> [UInt8] {
    let domain = from.address.split(separator: "@").last.map(String.init) ?? "localhost"
    let entity = entity(message, id: id, domain: domain)
    var headers = [
      "From: " + mailbox(from), "To: " + mailbox(message.to),
      "Subject: " + words(message.subject, isPhrase: false), "Date: " + date(now),
      "Message-ID: <\(id)@\(domain)>", "MIME-Version: 1.0",
    ]
    headers += entity.headers
    // Holiday replies to such messages help nobody (RFC 3834).
    headers.append("Auto-Submitted: auto-generated")
    if let address = message.unsubscribe {
      headers += [
        "List-Unsubscribe: <\(address)>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
      ]
    }
    return Array((headers.joined(separator: "\r\n") + "\r\n\r\n").utf8) + entity.bytes
  }

  /// What a message holds: its text, or that and the same as a page, with the picture of the page.
  private static func entity(_ message: MailMessage, id: String, domain: String) -> MessageEntity {
    let text = MessageEntity.text(message.text)
    guard let body = message.body else { return text }
    let pictureID = message.picture.map { _ in "picture.\(id)@\(domain)" }
    var page = MessageEntity.text(
      body.html(title: message.subject, picture: pictureID), "html")
    if let picture = message.picture, let pictureID {
      page = .multipart("related", [page, .picture(picture, id: pictureID)], boundary: "\(id)-2")
    }
    return .multipart("alternative", [text, page], boundary: "\(id)-1")
  }

  private static func mailbox(_ address: MailAddress) -> String {
    guard let name = address.name, !name.isEmpty else { return address.address }
    return words(name, isPhrase: true) + "\r\n <\(address.address)>"
  }

  /// The longest text that goes into a header as it is: no line comes near 78 characters.
  private static let mostPlainBytes = 60
  /// What one encoded word holds: in base64, with its frame and behind the header's name it stays
  /// below 78 characters.
  private static let wordBytes = 39

  /// - Parameter isPhrase: whether it stands before an address, where signs have a meaning.
  private static func words(_ text: String, isPhrase: Bool) -> String {
    let line = String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    let isPlain =
      line.utf8.count <= mostPlainBytes && !line.contains("=?") && line.first != " "
      && line.last != " "
      && line.utf8.allSatisfy { byte in
        let isWord =
          (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x20
        return isWord || (!isPhrase && (0x21...0x7E).contains(byte))
      }
    if isPlain { return line }
    var words: [String] = []
    var bytes: [UInt8] = []
    // Between scalars, for each word is decoded by itself.
    for scalar in line.unicodeScalars {
      let encoded = Array(String(scalar).utf8)
      if bytes.count + encoded.count > wordBytes {
        words.append(word(bytes))
        bytes = []
      }
      bytes += encoded
    }
    words.append(word(bytes))
    return words.joined(separator: "\r\n ")
  }

  private static func word(_ bytes: [UInt8]) -> String {
    "=?UTF-8?B?\(Data(bytes).base64EncodedString())?="
  }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  private static func date(_ now: Instant) -> String {
    let day = Zone.utc.day(at: now)
    let civil = day.civil
    let second = ((now.seconds % 86_400) + 86_400) % 86_400
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let year = String(civil.year)
    return "\(weekdays[day.weekday - 1]), \(two(Int64(civil.day))) \(months[civil.month - 1]) "
      + String(repeating: "0", count: max(4 - year.count, 0)) + year
      + " \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60)) +0000"
  }
}
