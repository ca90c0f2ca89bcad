internal import Crypto

/// A SHA-256 of some content.
public struct ContentHash: Hashable, Sendable, CustomStringConvertible {
  /// 32 of them.
  public let bytes: [UInt8]

  public init(of content: [UInt8]) { bytes = Array(SHA256.hash(data: content)) }

  /// - Returns: nil where there are not 32.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// Lower-case hexadecimal digits.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
