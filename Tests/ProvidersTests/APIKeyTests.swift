import CivilTime
import Foundation
import Providers
import Quests
import Testing

@Suite struct APIKeyTests {
  static let ann = PersonID(high: 1, low: 1)

  @Test func aKeyIsShownOnce() async throws {
    let office = try await EmbeddedKeys(#function)
    let rate = RequestRate(perSecond: 5, burst: 10)
    let (text, key) = try await office.create(name: "Import", scopes: [.read, .log], rate: rate)
    #expect(text.count == 79)
    #expect(text.hasPrefix("mq_"))
    let who = try await office.keys.person(ofToken: text, at: Office.dawn)
    #expect(who.person == Self.ann)
    #expect(who.scopes == [.read, .log])
    #expect(who.scopes.names == ["read", "log"])
    #expect(who.rate == rate)
    #expect(who.apiKey == key.id)
    #expect(who.session == nil)
    // Neither the text nor the secret in it is stored.
    for file in try office.folder.files("") {
      let bytes = try Data(contentsOf: URL(filePath: "\(office.folder.path)/\(file)"))
      #expect(bytes.range(of: Data(text.suffix(43).utf8)) == nil)
    }
    let other = try await office.create(name: "Other", scopes: .read)
    #expect(other.text.suffix(43) != text.suffix(43))
    #expect(
      try await office.keys.keys(of: Self.ann).map(\.id).sorted()
        == [key.id, other.key.id].sorted())
  }

  @Test func whateverIsChangedIsRefused() async throws {
    let office = try await EmbeddedKeys(#function)
    let (text, _) = try await office.create(name: "Import", scopes: .all)
    let other = try await office.create(name: "Other", scopes: .all).text
    var wrong = [
      "", "mq_", text + "A", " " + text, text.uppercased(),
      String(text.prefix(36) + other.suffix(43)),
    ]
    for index in text.indices {
      var changed = text
      changed.replaceSubrange(index...index, with: text[index] == "a" ? "b" : "a")
      wrong += [changed, String(text[..<index])]
    }
    for token in wrong {
      let error = await refusal { try await office.keys.person(ofToken: token, at: Office.dawn) }
      #expect(error?.code == .tokenInvalid, "\(token)")
    }
  }

  @Test func revokedKeysAreWorthNothing() async throws {
    let office = try await EmbeddedKeys(#function)
    let (text, key) = try await office.create(name: "Import", scopes: .read)
    let stranger = PersonID(high: 2, low: 2)
    #expect(
      await refusal { try await office.keys.revoke(key.id, of: stranger, at: Office.dawn) }?.code
        == .notFound)
    _ = try await office.keys.person(ofToken: text, at: Office.dawn)
    try await office.keys.revoke(key.id, of: Self.ann, at: Office.dawn)
    #expect(
      await refusal { try await office.keys.person(ofToken: text, at: Office.dawn) }?.code
        == .tokenInvalid)
  }

  @Test func useIsNotedToTheHour() async throws {
    let office = try await EmbeddedKeys(#function)
    let (text, _) = try await office.create(name: "Import", scopes: .read)
    for (moment, seen) in [(10, 10), (3_609, 10), (3_610, 3_610)] as [(Int64, Int64)] {
      _ = try await office.keys.person(ofToken: text, at: Office.after(moment))
      let kept = try await office.keys.keys(of: Self.ann).first
      #expect(kept?.lastUsedAt == Office.after(seen))
    }
  }

  @Test func faultsAreTold() async throws {
    let office = try await EmbeddedKeys(#function)
    let error = await refusal {
      try await office.create(
        name: "", scopes: AccessScopes(rawValue: 9),
        rate: RequestRate(perSecond: 0, burst: 1))
    }
    #expect(error?.faults.map(\.field) == ["name", "scopes", "ratePerSecond"])
    #expect(AccessScopes(names: ["read", "manage"]) == [.read, .manage])
    #expect(AccessScopes(names: ["read", "fly"]) == nil)
  }

  /// Only the operator raises a rate.
  @Test func aKeyHasNoMoreThanItsPerson() async throws {
    let office = try await EmbeddedKeys(#function)
    for (perSecond, burst, fields) in [
      (50, 100, []), (51, 100, ["ratePerSecond"]), (10_000, 20_000, ["ratePerSecond", "burst"]),
      (1, 101, ["burst"]), (.max, .min, ["ratePerSecond", "burst"]),
    ] as [(Int64, Int64, [String])] {
      let error = await refusal {
        try await office.create(
          name: "Import", scopes: .read, rate: RequestRate(perSecond: perSecond, burst: burst))
      }
      #expect(error?.faults.map(\.field) ?? [] == fields)
    }
  }

  @Test func aKeyThatIsMadeAgainIsTheSame() async throws {
    let office = try await EmbeddedKeys(#function)
    let (id, secret) = (APIKeyID(high: 5, low: 5), [UInt8](repeating: 3, count: 32))
    let first = try await office.create(name: "Import", scopes: .read, id: id, secret: secret)
    let again = try await office.create(name: "Import", scopes: .read, id: id, secret: secret)
    #expect(first == again)
    #expect(try await office.keys.person(ofToken: again.text, at: Office.dawn).apiKey == id)
    let other = await refusal {
      try await office.create(
        name: "Import", scopes: .read, id: id, secret: [UInt8](repeating: 4, count: 32))
    }
    #expect(other?.ledger?.code == .conflict)
  }

  /// Keys and access tokens through one door.
  @Test func bearersAreToldApart() async throws {
    let office = try Office(#function)
    let keys = APIKeys(
      store: office.store, mostRate: RequestRate(perSecond: 50, burst: 100),
      random: .repeatable("keys"))
    let bearer = BearerIdentity(keys: keys, accounts: office.accounts)
    let tokens = try await office.member("ann@example.org")
    let (text, key) = try await keys.create(
      for: tokens.person, by: tokens.session, name: "Import", scopes: .read, at: Office.dawn)
    #expect(try await bearer.person(ofToken: text, at: Office.dawn).apiKey == key.id)
    #expect(
      try await bearer.person(ofToken: tokens.access, at: Office.dawn).session == tokens.session)
    try await office.accounts.erase(tokens.person, at: Office.dawn)
    #expect(await refusal { try await bearer.person(ofToken: text, at: Office.dawn) } != nil)
  }
}
