internal import Base
public import CivilTime
internal import Foundation
internal import Quests

/// What somebody registers with.
public struct Registration: Hashable, Sendable {
  public var email: String
  public var password: String
  public var name: String
  /// IANA.
  public var zone: String
  /// `mi` or `km`.
  public var units: String

  public init(email: String, password: String, name: String, zone: String, units: String) {
    self.email = email
    self.password = password
    self.name = name
    self.zone = zone
    self.units = units
  }
}

// Until the address is verified there is no account: what was registered waits with the code, holds
// no address, and goes away with it.

extension BuiltInAccounts {
  private struct Pending: Codable {
    var credential: String
    var name: String
    var zone: String
    var units: String

    init(_ registration: Registration, credential: String) {
      self.credential = credential
      name = Name.folded(registration.name)
      zone = registration.zone
      units = registration.units
    }

    init?(_ content: String?) {
      guard let content,
        let known = try? JSONDecoder().decode(Self.self, from: Data(content.utf8))
      else { return nil }
      self = known
    }

    var content: String? {
      (try? JSONEncoder().encode(self)).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// Takes a registration, and mails a code to the address. Where it has an account already, its
  /// owner is told so by mail; the answer is the same.
  ///
  /// - Parameter client: as for `login`.
  /// - Throws: `invalid`, `throttled`, `busy`, `store`.
  public func register(
    _ registration: Registration, from client: String, at now: Instant
  ) async throws(IdentityError) {
    try requirePasswords()
    let address = try checked(registration)
    try gate.mails(address.key, from: client)
    let credential = try await passwords.credential(for: registration.password)
    let known = try await account(of: address)
    let pending = Pending(registration, credential: credential).content
    // With an account behind the address nothing leads anywhere, but is written all the same.
    let code = try await issue(
      .verify, holder: address.key, content: known == nil ? pending : nil, leads: known == nil,
      at: now)
    try await post(
      known == nil ? messages.verify(address, code) : messages.alreadyRegistered(address))
  }

  private func checked(_ registration: Registration) throws(IdentityError) -> MailAddress {
    var faults: [IdentityError.Fault] = []
    let address = address(registration.email, &faults)
    if let fault = PasswordRules.fault(
      of: registration.password, email: address?.key, field: "password")
    {
      faults.append(fault)
    }
    if let fault = TextRules.fault(of: registration.name, field: "name") { faults.append(fault) }
    do throws(ZoneError) { _ = try zones.zone(named: registration.zone) } catch {
      faults.append(.init(field: "zone", code: error.code.rawValue, message: error.message))
    }
    if !["mi", "km"].contains(registration.units) {
      faults.append(.init(field: "units", code: "units", message: "units are mi or km"))
    }
    if let error = IdentityError(faults) { throw error }
    guard let address else { throw .credentialsWrong }
    return address
  }

  /// Makes the account, for whoever shows both the code and the password of the registration:
  /// with the code alone, whoever reads the mail could be led into an account that somebody else
  /// has registered and knows the password of. Logs in.
  ///
  /// - Throws: `code-wrong` for either, `invalid` for what is no address, `throttled`, `busy`,
  ///   `store`.
  public func verify(
    email: String, code: String, password: String, from client: String, at now: Instant
  ) async throws(IdentityError) -> SessionTokens {
    try requirePasswords()
    let address = try address(email)
    let claimant = SignInGate.Claimant(account: address.key, client: client)
    try gate.tries(claimant)
    let found = try await stored { () async throws(LedgerError) in
      try await store.code(.verify, holder: address.key, at: now)
    }
    let pending = Pending(found?.content)
    let match = try await passwords.check(password, with: pending?.credential)
    // A wrong password counts as a wrong code.
    let hash = match == .wrong ? noHash() : hash(code, .verify, holder: address.key)
    let trial = try await attempt(.verify, holder: address.key, hash: hash, from: client, at: now)
    guard case .right(let content) = trial, let pending, content == found?.content else {
      throw .codeWrong
    }
    var random = random
    let account = Account(
      person: .random(using: &random), email: address.key, isEmailVerified: true,
      name: pending.name, zone: pending.zone, units: pending.units,
      credential: pending.credential, createdAt: now)
    do { try await store.createAccount(account) } catch {
      throw error.code == .conflict ? .codeWrong : IdentityError(error)
    }
    gate.succeed(claimant)
    return try await begin(account.person, at: now)
  }

  /// Mails the code for a registration that waits once more, or another one where that has little
  /// time left.
  ///
  /// - Throws: `invalid` for what is no address, `throttled`, `busy`, `store`.
  public func resendVerification(
    email: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
    try requirePasswords()
    let address = try address(email)
    try gate.mails(address.key, from: client)
    let found = try await stored { () async throws(LedgerError) in
      try await store.code(.verify, holder: address.key, at: now)
    }
    let isPending = found?.content != nil
    let code = try await issue(
      .verify, holder: address.key, content: found?.content, leads: isPending, at: now)
    try await post(messages.verify(address, code), goesOut: isPending)
  }
}
