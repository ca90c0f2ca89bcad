/// Sends mail.
///
/// Safe to call from many tasks.
public protocol Mail: Sendable {
  /// Hands a letter over to whoever delivers it. One whose end was not noted comes again.
  ///
  /// - Throws: `unreachable` where a later try may succeed, `refused` where it will not.
  func send(_ letter: MailLetter) async throws(MailError)
}

/// A message to one person.
public struct MailMessage: Hashable, Sendable {
  public let to: MailAddress
  /// One line; line breaks and other control characters become blanks.
  public let subject: String
  /// What stands in it where it is read as plain text; lines end in `\n`.
  public let text: String
  /// The same for those who read it as a page; nil where there is the text alone.
  public let body: MessageBody?
  /// What the page shows: PNG.
  public var picture: [UInt8]?
  /// Where one click ends messages of this kind (RFC 8058).
  public var unsubscribe: String?
  /// How long anybody has a use for it: three days, or as long as a code counts.
  public var lifetimeSeconds: Int64 = 3 * 86_400

  public init(to: MailAddress, subject: String, text: String) {
    self.to = to
    self.subject = subject
    self.text = text
    body = nil
  }

  public init(to: MailAddress, subject: String, body: MessageBody) {
    self.to = to
    self.subject = subject
    self.body = body
    text = body.text
  }
}

/// An address that mail can be sent to, so written that it needs no quoting anywhere.
public struct MailAddress: Hashable, Sendable {
  /// `local@domain`, in ASCII.
  public let address: String
  /// Whose it is, for people.
  public let name: String?

  /// RFC 5321's.
  static let mostBytes = 254

  /// Takes an address in the form of RFC 5322's `dot-atom`s; blanks around it do not count, and a domain
  /// in other letters than ASCII's gets its `xn--` form.
  ///
  /// - Throws: `address` for anything else.
  public init(_ text: String, name: String? = nil) throws(MailError) {
    let given = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    let address = Self.inASCII(given)
    guard Self.isValid(Array(address.utf8)) else {
      throw MailError(
        .address,
        "“\(text.prefix(64).filter { !$0.isNewline })” is no e-mail address such as "
          + "ann@example.org; the part before the @ is written in ASCII")
    }
    self.address = address
    self.name = name
  }

  /// What tells whether two addresses are one: mail hosts do not care about case.
  public var key: String { address.lowercased() }

  private static func inASCII(_ address: String) -> String {
    guard address.utf8.count <= 4 * mostBytes, let at = address.lastIndex(of: "@") else {
      return address
    }
    let domain = address[address.index(after: at)...]
    if domain.utf8.allSatisfy({ $0 < 0x80 }) { return address }
    return Punycode.domain(domain).map { address[...at] + $0 } ?? address
  }

  private static func isValid(_ bytes: [UInt8]) -> Bool {
    guard bytes.count <= mostBytes, let at = bytes.lastIndex(of: 0x40) else { return false }
    let (local, domain) = (bytes[..<at], bytes[(at + 1)...])
    return (1...64).contains(local.count)
      && local.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { word in
        !word.isEmpty && word.allSatisfy { isAlphanumeric($0) || atomSigns.contains($0) }
      }
      && domain.split(separator: 0x2E, omittingEmptySubsequences: false).allSatisfy { label in
        (1...63).contains(label.count) && label.first != 0x2D && label.last != 0x2D
          && label.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
      }
      // The last label of a name is never a number (RFC 3696): that is an address such as 127.0.0.1.
      && !(domain.split(separator: 0x2E).last ?? []).allSatisfy { 0x30...0x39 ~= $0 }
  }

  private static let atomSigns = Set("!#$%&'*+-/=?^_`{|}~".utf8)

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}

/// What keeps mail from being sent.
public struct MailError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The text is none of an address.
    public static let address = Self(rawValue: "mail-address")
    /// Nobody takes the message now.
    public static let unreachable = Self(rawValue: "mail-unreachable")
    /// The message will not be taken.
    public static let refused = Self(rawValue: "mail-refused")
    /// A setting of whoever delivers is not what it must be.
    public static let settings = Self(rawValue: "mail-settings")
  }

  public let code: Code
  /// A sentence for people: what was found and what would be right. It holds nothing of a message.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
