/// What a message says, written once: plain text and HTML are made from it.
public struct MessageBody: Hashable, Sendable {
  public enum Part: Hashable, Sendable {
    /// Lines may end in `\n`.
    case paragraph(String)
    /// What somebody is to copy.
    case code(String)
    case list([String])
    /// An address that somebody may go to, after what is there.
    case link(String, to: String)
    /// The message's picture; the text is for those who do not see it.
    case picture(String)
    /// What stands apart at the end, such as how to get no more of these.
    case note(String)
  }

  public var parts: [Part]

  public init(_ parts: [Part]) { self.parts = parts }

  /// As plain text.
  public var text: String { parts.map(Self.text).joined(separator: "\n\n") }

  private static func text(_ part: Part) -> String {
    switch part {
    case .paragraph(let text), .note(let text): text
    // The only line that is indented, so that programs find it too.
    case .code(let text): "    \(text)"
    case .list(let items): items.map { "- \($0)" }.joined(separator: "\n")
    case .link(let text, let address): "\(text)\n\(address)"
    case .picture(let text): "[\(text)]"
    }
  }

  /// As a page that loads nothing from anywhere.
  ///
  /// - Parameter picture: the `Content-ID` of the picture; nil where there is none.
  func html(title: String, picture: String?) -> String {
    """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width"><title>\(Self.escaped(title))</title></head>
    <body style="\(Self.bodyStyle)">
    \(parts.map { Self.html($0, picture) }.joined(separator: "\n"))
    </body></html>
    """
  }

  private static let bodyStyle =
    "font:16px/1.5 sans-serif;max-width:40em;margin:2em auto;padding:0 1em"

  private static func html(_ part: Part, _ picture: String?) -> String {
    switch part {
    case .paragraph(let text): "<p>\(escaped(text))</p>"
    case .code(let text):
      "<p style=\"font:bold 24px monospace;letter-spacing:2px\">\(escaped(text))</p>"
    case .list(let items): "<ul>\(items.map { "<li>\(escaped($0))</li>" }.joined())</ul>"
    case .link(let text, let address): "<p><a href=\"\(escaped(address))\">\(escaped(text))</a></p>"
    case .picture(let text):
      picture.map {
        "<p><img src=\"cid:\($0)\" alt=\"\(escaped(text))\" style=\"max-width:100%\"></p>"
      } ?? ""
    case .note(let text): "<p style=\"font-size:13px;color:#555\">\(escaped(text))</p>"
    }
  }

  private static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
