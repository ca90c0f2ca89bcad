#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An encoding of characters that the system can read, by the name that people call it.
public struct TextEncoding: Hashable, Sendable {
  /// As somebody wrote it.
  public let name: String
  /// The name by which iconv knows it.
  fileprivate let systemName: String

  /// - Returns: nil where the system does not know the name.
  public init?(named name: String) {
    let folded = name.lowercased()
    let known = ForeignEncoding.canonical(name)
    systemName  // Without a byte order mark, only the name tells which byte comes first.
    =
      switch known {
      case "UTF-16" where folded.hasSuffix("be"): "UTF-16BE"
      case "UTF-16" where folded.hasSuffix("le"): "UTF-16LE"
      case let known?: known
      case nil: name
      }
    self.name = name
    guard let converter = ForeignEncoding.open(systemName, to: "UTF-8") else { return nil }
    iconv_close(converter)
  }

  public var isUTF8: Bool { systemName == "UTF-8" }
}

/// Turns text of an encoding into UTF-8, piece by piece.
///
/// Bytes that are not text of the encoding become a byte that UTF-8 never has, so that who checks the
/// text finds them where they stand.
public final class TextDecoder {
  /// Stands for bytes without a meaning.
  private static let notText: UInt8 = 0xFF

  private let converter: UnsafeMutableRawPointer
  /// Bytes of the smallest character, over which the decoder goes on after a fault.
  private let unit: Int
  /// The beginning of a character whose rest comes with the next piece.
  private var open: [UInt8] = []
  private var room = [UInt8](repeating: 0, count: 16 * 1024)

  /// - Returns: nil when memory runs out.
  public init?(_ encoding: TextEncoding) {
    guard let converter = ForeignEncoding.open(encoding.systemName, to: "UTF-8") else { return nil }
    self.converter = converter
    // A byte order mark, which some encodings begin with, is in both.
    let widths = ["A", "AA"].map { text in
      ForeignEncoding.converted(Array(text.utf8)[...], from: "UTF-8", to: encoding.systemName)?
        .count
    }
    unit = if let one = widths[0], let two = widths[1] { max(two - one, 1) } else { 1 }
  }

  deinit { iconv_close(converter) }

  /// The text of the next bytes. O(bytes).
  ///
  /// - Parameter isAtEnd: whether no bytes follow, so that a character that is not whole is a fault.
  public func decode(_ bytes: some Sequence<UInt8>, isAtEnd: Bool) -> [UInt8] {
    var input = open
    input += bytes
    var text: [UInt8] = []
    text.reserveCapacity(input.count + input.count / 4)
    var used = 0
    while used < input.count {
      let failure = convert(input, &used, &text)
      if failure == E2BIG || failure == 0 { continue }
      if failure == EINVAL, !isAtEnd { break }
      text.append(Self.notText)
      used = failure == EINVAL ? input.count : min(used + unit, input.count)
    }
    open = Array(input[used...])
    return text
  }

  /// Converts until a fault or until the room is full; 0 where all is converted, else the error.
  private func convert(_ input: [UInt8], _ used: inout Int, _ text: inout [UInt8]) -> Int32 {
    var inLeft = input.count - used
    var outLeft = room.count
    let failure = input.withUnsafeBytes { input -> Int32 in
      room.withUnsafeMutableBytes { output in
        // iconv does not write there, although its type says so.
        var from = UnsafeMutablePointer(
          mutating: input.baseAddress?.advanced(by: used).assumingMemoryBound(to: CChar.self))
        var to = output.baseAddress?.assumingMemoryBound(to: CChar.self)
        return iconv(converter, &from, &inLeft, &to, &outLeft) == -1 ? errno : 0
      }
    }
    used = input.count - inLeft
    text += room[..<(room.count - outLeft)]
    return failure
  }
}
