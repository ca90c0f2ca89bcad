internal import Foundation

/// A part of a message with the headers that say what it is (RFC 2045).
struct MessageEntity {
  let headers: [String]
  let bytes: [UInt8]

  /// UTF-8 as quoted-printable text, so that it ends no line that it did not begin.
  ///
  /// - Parameter kind: `plain` or `html`.
  static func text(_ text: String, _ kind: String = "plain") -> MessageEntity {
    MessageEntity(
      headers: [
        "Content-Type: text/\(kind); charset=utf-8", "Content-Transfer-Encoding: quoted-printable",
      ], bytes: quotedPrintable(text))
  }

  /// A picture (PNG) that a page beside it shows.
  static func picture(_ bytes: [UInt8], id: String) -> MessageEntity {
    let text = Data(bytes).base64EncodedString(options: [
      .lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed,
    ])
    return MessageEntity(
      headers: [
        "Content-Type: image/png", "Content-Transfer-Encoding: base64", "Content-ID: <\(id)>",
        "Content-Disposition: inline; filename=\"picture.png\"",
      ], bytes: Array((text + "\r\n").utf8))
  }

  /// Parts that belong together (RFC 2046, RFC 2387).
  ///
  /// - Parameters:
  ///   - kind: `alternative`, the best one last, or `related`, the one that shows the others first.
  ///   - boundary: letters, digits and dashes that no other part of the message has.
  static func multipart(_ kind: String, _ parts: [MessageEntity], boundary: String) -> MessageEntity
  {
    // No text and no picture has this line: both encode the equals sign, or have none before a
    // low line.
    let line = "=_\(boundary)"
    var bytes: [UInt8] = []
    for part in parts {
      bytes += Array("--\(line)\r\n\(part.headers.joined(separator: "\r\n"))\r\n\r\n".utf8)
      bytes += part.bytes + [0x0D, 0x0A]
    }
    bytes += Array("--\(line)--\r\n".utf8)
    return MessageEntity(
      headers: ["Content-Type: multipart/\(kind);\r\n boundary=\"\(line)\""], bytes: bytes)
  }

  /// The longest line without its end (RFC 2045).
  private static let mostLineBytes = 76

  private static func quotedPrintable(_ text: String) -> [UInt8] {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let bytes = line.last == 0x0D ? line.dropLast() : line
      var width = 0
      for (index, byte) in zip(bytes.indices, bytes) {
        let isLast = bytes.index(after: index) == bytes.endIndex
        let isBlank = byte == 0x20 || byte == 0x09
        // A lone dot on a line ends the message for some.
        let isPlain =
          (0x21...0x7E).contains(byte) && byte != 0x3D && !(byte == 0x2E && width == 0)
          || (isBlank && !isLast)
        let coded = isPlain ? [byte] : [0x3D, hex[Int(byte >> 4)], hex[Int(byte & 15)]]
        if width + coded.count > mostLineBytes - (isLast ? 0 : 1) {
          out += [0x3D, 0x0D, 0x0A]
          width = 0
        }
        out += coded
        width += coded.count
      }
      out += [0x0D, 0x0A]
    }
    return out
  }
}
