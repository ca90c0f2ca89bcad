internal import Foundation

/// Which passwords are taken: long enough, and none that everybody tries first (NIST SP 800-63B). No
/// rules on what they are made of.
enum PasswordRules {
  static let leastCharacters = 8
  static let mostCharacters = 128
  /// Characters may be made of many scalars.
  static let mostBytes = 1_024

  /// The one form of a password: the same keys on another keyboard give the same bytes.
  ///
  /// - Returns: nil for one that no account can have.
  static func bytes(of password: String) -> [UInt8]? {
    guard !password.isEmpty, password.utf8.count <= mostBytes else { return nil }
    let bytes = Array(password.precomposedStringWithCompatibilityMapping.utf8)
    return bytes.isEmpty ? nil : bytes
  }

  /// What is wrong with a password that somebody chooses, or nil.
  ///
  /// - Parameter email: the address of the account, if it is known.
  static func fault(
    of password: String, email: String?, field: String
  ) -> IdentityError.Fault? {
    func fault(_ code: String, _ message: String) -> IdentityError.Fault {
      IdentityError.Fault(field: field, code: code, message: message)
    }
    guard password.utf8.count <= mostBytes, password.count <= mostCharacters else {
      return fault(
        "password-too-long",
        "the password is longer than \(mostCharacters) characters or \(mostBytes) bytes")
    }
    guard password.count >= leastCharacters else {
      return fault(
        "password-too-short",
        "the password has \(password.count) characters; it needs at least \(leastCharacters)")
    }
    let plain = password.lowercased()
    let own = email.map { [$0.lowercased(), String($0.lowercased().prefix { $0 != "@" })] } ?? []
    guard !own.contains(plain) else {
      return fault("password-is-address", "the password is the address; choose another")
    }
    guard !isCommon(plain) else {
      return fault(
        "password-common", "the password is one of those that everybody tries first; choose another"
      )
    }
    return nil
  }

  private static func isCommon(_ plain: String) -> Bool {
    // "aaaaaaaa", and "12345678", "abcdefgh" and the like backwards too.
    let codes = plain.unicodeScalars.map { Int64($0.value) }
    let steps = Set(zip(codes, codes.dropFirst()).map { $1 - $0 })
    return steps.isSubset(of: [0]) || steps.isSubset(of: [1]) || steps.isSubset(of: [-1])
      || common.contains(plain)
  }

  private static let common: Set<String> = [
    "0987654321", "1029384756", "11111111", "1111111111", "11223344", "112233445566", "11235813",
    "12121212", "123123123", "1231231234", "123321123", "12341234", "1234512345", "123456123",
    "1234567890", "12345678910", "12345678a", "123456789a", "123456abc", "1234qwer", "123654789",
    "123qwe123", "123qweasd", "12qwaszx", "147258369", "159357258", "159753456", "1a2b3c4d",
    "1g2w3e4r", "1q2w3e4r", "1q2w3e4r5t", "1q2w3e4r5t6y", "1qaz2wsx", "1qaz2wsx3edc", "1qazxsw2",
    "987654321", "a1234567", "a12345678", "a123456789", "a1b2c3d4", "aa123456", "aa12345678",
    "aaron431", "abc12345", "abc123456", "abcd1234", "access14", "admin123", "administrator",
    "alexander", "andromeda", "asd12345", "asdasdasd", "asdf1234", "asdfasdf", "asdfghjk",
    "asdfghjkl", "azerty123", "barcelona", "baseball", "basketball", "benjamin", "blink182",
    "butterfly", "caroline", "changeme", "charlie1", "chelsea1", "chocolate", "christian",
    "christopher", "computer", "corvette", "danielle", "default1", "dragon123", "einstein",
    "elephant", "elizabeth", "fearless", "fenerbahce", "ferrari1", "flamingo", "football",
    "football1", "garfield", "gfhjkm123", "gladiator", "hello123", "iloveyou", "iloveyou1",
    "iloveyou2", "internet", "isabella", "jennifer", "jonathan", "jordan23", "juventus",
    "letmein1", "letmein123", "liverpool", "liverpool1", "lollipop", "marlboro", "master123",
    "maverick", "mercedes", "metallica", "michelle", "midnight", "milequest", "mustang1",
    "mynoob123",
    "naruto123", "newcastle", "nicholas", "p@ssw0rd", "pa55word", "pakistan", "passw0rd",
    "passw0rd1", "password", "password!", "password01", "password1", "password12", "password123",
    "password1234", "password2", "patricia", "pokemon1", "princess", "princess1", "q1w2e3r4",
    "q1w2e3r4t5", "qazwsxedc", "qwer1234", "qwerasdf", "qwert123", "qwertyui", "qwertyuiop",
    "qwerty12", "qwerty123", "qwerty1234", "qwertyuiop123", "rockstar", "sammy123", "samantha",
    "scorpion", "secret123", "shadow123", "snowball", "softball", "spiderman", "spiderman1",
    "starwars", "steelers", "stephanie", "sunshine", "sunshine1", "superman", "superman1",
    "superstar", "swordfish", "test1234", "testtest", "thailand", "trustno1", "undertaker",
    "valentina", "veronica", "victoria", "welcome1", "welcome123", "whatever", "whatever1",
    "william1", "xbox3600", "yourmom1", "zaq12wsx", "zxcvbnm1", "zxcvbnm123",
  ]
}
