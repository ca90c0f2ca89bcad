internal import Base
internal import Quests

/// A secret with the id that it is kept under, as its holder sends it: a prefix, 32 hexadecimal digits,
/// `_`, and 256 random bits in base64.
enum KeyText {
  static let secretBytes = 32

  static func text<S>(_ prefix: String, _ id: Identifier<S>, _ secret: [UInt8]) -> String {
    prefix + "\(id)".filter { $0 != "-" } + "_" + Base64URL.text(secret)
  }

  /// - Returns: nil for what is not written as `text` writes it.
  static func parts<S>(
    of token: String, after prefix: String
  ) -> (id: Identifier<S>, secret: [UInt8])? {
    let bytes = Array(token.utf8.prefix(128))
    let start = prefix.utf8.count
    let end = start + 32
    guard bytes.count == end + 1 + 43, bytes.starts(with: prefix.utf8), bytes[end] == 0x5F,
      let secret = Base64URL.decode(bytes[(end + 1)...])
    else { return nil }
    let digits = bytes[start..<end].compactMap(UInt8.init(hexDigit:))
    guard digits.count == 32 else { return nil }
    let id = Identifier<S>(
      bytes: stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    guard let id, text(prefix, id, secret) == token else { return nil }
    return (id, secret)
  }
}
