/// A UUID that names one kind of thing, so that a team's cannot be given where a quest's is meant.
///
/// Ordered by its bytes, as PostgreSQL orders `uuid` and SQLite a blob of sixteen.
public struct Identifier<Subject>: Hashable, Comparable, Sendable {
  public let high: UInt64
  public let low: UInt64

  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// A random identifier (RFC 9562, version 4).
  public static func random(using source: inout some RandomNumberGenerator) -> Self {
    Self(
      high: source.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000,
      low: source.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }

  /// Reads `8-4-4-4-12` hexadecimal digits of either case.
  ///
  /// - Returns: nil where the text is anything else.
  public init?(_ text: some StringProtocol) {
    // Millions of rows are read with it, and bytes need no generic code.
    var text = String(text)
    let words = text.withUTF8 { Self.words($0) }
    guard let words else { return nil }
    self.init(high: words.high, low: words.low)
  }

  private static func words(_ text: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
    guard text.count == 36 else { return nil }
    var high: UInt64 = 0
    var low: UInt64 = 0
    for place in 0..<36 {
      let byte = text[place]
      if place == 8 || place == 13 || place == 18 || place == 23 {
        if byte != 0x2D { return nil }
        continue
      }
      let digit: UInt64
      switch byte {
      case 0x30...0x39: digit = UInt64(byte - 0x30)
      case 0x41...0x46: digit = UInt64(byte - 0x37)
      case 0x61...0x66: digit = UInt64(byte - 0x57)
      default: return nil
      }
      if place < 18 { high = high << 4 | digit } else { low = low << 4 | digit }
    }
    return (high, low)
  }

  /// Takes sixteen bytes, the first the most significant.
  ///
  /// - Returns: nil where there are not sixteen.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    self.init(
      high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
      low: bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) })
  }

  /// Sixteen bytes, the first the most significant.
  public var bytes: [UInt8] {
    [high, low].flatMap { word in
      (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
    }
  }

  public static func < (a: Self, b: Self) -> Bool {
    a.high != b.high ? a.high < b.high : a.low < b.low
  }
}

extension Identifier: CustomStringConvertible {
  /// Lower case, with dashes.
  public var description: String {
    String(unsafeUninitializedCapacity: 36) { text in
      for place in 0..<32 {
        let word = place < 16 ? high : low
        let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (place % 16))) & 15
        // Dashes stand before the digits 8, 12, 16 and 20.
        let dashes = min(max(place / 4 - 1, 0), 4)
        text[place + dashes] = digit < 10 ? 0x30 + digit : 0x57 + digit
      }
      for dash in [8, 13, 18, 23] { text[dash] = 0x2D }
      return 36
    }
  }
}

/// Names the kind of thing that an identifier is of.
public enum Subject {
  public enum Person: Sendable {}
  public enum Team: Sendable {}
  public enum Quest: Sendable {}
  public enum Activity: Sendable {}
  public enum Route: Sendable {}
  public enum Invite: Sendable {}
  public enum InviteCode: Sendable {}
  public enum Plan: Sendable {}
  public enum Session: Sendable {}
  public enum APIKey: Sendable {}
  public enum Mail: Sendable {}
  public enum QuestLink: Sendable {}
}

public typealias PersonID = Identifier<Subject.Person>
public typealias TeamID = Identifier<Subject.Team>
public typealias QuestID = Identifier<Subject.Quest>
public typealias ActivityID = Identifier<Subject.Activity>
public typealias RouteID = Identifier<Subject.Route>
public typealias InviteID = Identifier<Subject.Invite>
/// The first 128 bits of the digest of a plan's content.
public typealias PlanID = Identifier<Subject.Plan>
public typealias SessionID = Identifier<Subject.Session>
public typealias APIKeyID = Identifier<Subject.APIKey>
public typealias MailID = Identifier<Subject.Mail>
public typealias QuestLinkID = Identifier<Subject.QuestLink>
