/// Secrets that somebody else has given out, each in a file that its owner alone can read.
public enum SecretText {
  private static let mostBytes = 4_096

  /// The text of a file of one line, without the blanks and line breaks around it.
  ///
  /// - Throws: `settings` where there is no such file, others can read it, or it is not one line.
  public static func load(file path: String) throws(IdentityError) -> String {
    let bytes: [UInt8]?
    do throws(PrivateFile.Failure) {
      bytes = try PrivateFile.read(path, mostBytes: mostBytes)
    } catch { throw IdentityError(.settings, error.message) }
    guard let bytes else {
      throw IdentityError(.settings, "\(path) is not there; it is to hold the secret")
    }
    let blanks: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0D]
    let text = bytes.drop { blanks.contains($0) }.reversed().drop { blanks.contains($0) }
    guard !text.isEmpty else {
      throw IdentityError(.settings, "\(path) is empty; it is to hold the secret")
    }
    // Two secrets, or a comment above one: what is sent would be neither.
    guard text.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw IdentityError(
        .settings, "\(path) is not the secret on one line; it has line breaks or control characters"
      )
    }
    return String(decoding: text.reversed(), as: UTF8.self)
  }
}
