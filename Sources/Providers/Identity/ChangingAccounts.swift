public import CivilTime
public import Quests

// Changing password and address.

extension BuiltInAccounts {
  /// Mails a code for a new password; of an address without an account nothing is said. A code that
  /// was mailed before stays good, and is mailed again unless it has little time left: whoever else
  /// asks takes nothing away.
  ///
  /// - Parameter client: as for `login`.
  /// - Throws: `invalid` for what is no address, `throttled`, `busy`, `store`.
  public func requestReset(
    email: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
    try requirePasswords()
    let address = try address(email)
    try gate.mails(address.key, from: client)
    let account = try await account(of: address)
    let code = try await issue(
      .reset, holder: address.key, content: account.map { "\($0.person)" }, leads: account != nil,
      at: now)
    try await post(messages.reset(address, code), goesOut: account != nil)
  }

  /// Sets a new password for whoever shows the code, and ends all sessions of the account.
  ///
  /// - Parameter endsKeys: whether its API keys end too.
  /// - Returns: the API keys that there were; those that have ended say when.
  /// - Throws: `code-wrong`, `invalid`, `throttled`, `busy`, `store`.
  @discardableResult
  public func reset(
    email: String, code: String, newPassword: String, endsKeys: Bool = false, from client: String,
    at now: Instant
  ) async throws(IdentityError) -> [APIKey] {
    try requirePasswords()
    var faults: [IdentityError.Fault] = []
    let address = address(email, &faults)
    if let fault = PasswordRules.fault(
      of: newPassword, email: address?.key, field: "newPassword")
    {
      faults.append(fault)
    }
    if let error = IdentityError(faults) { throw error }
    guard let address else { throw .codeWrong }
    // The code bounds the tries at the account itself.
    var claimant = SignInGate.Claimant(client: client)
    try gate.tries(claimant)
    // Before the code is used up: there may be no room for the work.
    let credential = try await passwords.credential(for: newPassword)
    let hash = hash(code, .reset, holder: address.key)
    let trial = try await attempt(.reset, holder: address.key, hash: hash, from: client, at: now)
    // An account that has taken another address since keeps its password.
    guard case .right(let content) = trial, let account = try await account(of: address),
      content == "\(account.person)",
      try await change(account.person, { $0.credential = credential }) != nil
    else { throw .codeWrong }
    try await end(sessionsOf: account.person, except: nil, at: now)
    let keys = try await keys(of: account.person, ending: endsKeys, at: now)
    claimant.account = address.key
    gate.succeed(claimant)
    await notify(messages.passwordChanged(address, keys))
    return keys
  }

  /// The API keys of a person that can be used. Asked for once sessions have ended, so that none of
  /// these makes another.
  private func keys(
    of person: PersonID, ending: Bool, at now: Instant
  ) async throws(IdentityError) -> [APIKey] {
    try await stored { () async throws(LedgerError) in
      var keys = try await store.apiKeys(of: person).filter { $0.revokedAt == nil }
      guard ending else { return keys }
      for index in keys.indices {
        try await store.revokeAPIKey(keys[index].id, of: person, at: now)
        keys[index].revokedAt = now
      }
      return keys
    }
  }

  /// Sets a new password for whoever knows the present one, and ends all other sessions.
  ///
  /// - Parameters:
  ///   - session: the one that goes on.
  ///   - endsKeys: whether the person's API keys end too.
  /// - Returns: the API keys that there were; those that have ended say when.
  /// - Throws: `credentials-wrong`, `invalid`, `throttled`, `busy`, `store`.
  @discardableResult
  public func changePassword(
    of person: PersonID, from current: String, to new: String, keeping session: SessionID?,
    endsKeys: Bool = false, client: String, at now: Instant
  ) async throws(IdentityError) -> [APIKey] {
    let account = try await proven(person, current, from: client, on: session) { account in
      PasswordRules.fault(of: new, email: account.email, field: "newPassword").map { [$0] } ?? []
    }
    let credential = try await passwords.credential(for: new)
    var isSame = false
    _ = try await change(person) {
      // Somebody may have set another meanwhile, knowing more than this password.
      isSame = $0.credential == account.credential
      if isSame { $0.credential = credential }
    }
    guard isSame else { throw .credentialsWrong }
    try await end(sessionsOf: person, except: session, at: now)
    let keys = try await keys(of: person, ending: endsKeys, at: now)
    if let email = account.email, let address = try? MailAddress(email) {
      await notify(messages.passwordChanged(address, keys))
    }
    return keys
  }

  /// The account of a person who knows its password.
  func proven(
    _ person: PersonID, _ password: String, from client: String, on session: SessionID?,
    faults: (Account) -> [IdentityError.Fault]
  ) async throws(IdentityError) -> Account {
    let account = try await stored { () async throws(LedgerError) in
      try await store.account(person)
    }
    guard let account else { throw .credentialsWrong }
    if let error = IdentityError(faults(account)) { throw error }
    let name = account.email ?? "\(person)"
    let claimant = SignInGate.Claimant(account: name, client: client, session: session)
    try gate.tries(claimant)
    guard try await passwords.check(password, with: account.credential) != .wrong else {
      throw .credentialsWrong
    }
    gate.succeed(claimant)
    return account
  }

  /// Mails a code to a new address of somebody who proves to be its person. Where it has an account
  /// already, its owner is told so by mail; the answer is the same.
  ///
  /// - Throws: as `prove`, and `invalid`.
  public func changeEmail(
    of principal: Principal, by proof: OwnerProof, to email: String, from client: String,
    at now: Instant
  ) async throws(IdentityError) {
    let person = principal.person
    let address = try address(email)
    try await prove(principal, by: proof, from: client, at: now)
    try gate.mails(address.key, from: client)
    let other = try await account(of: address)
    let holder = "\(person)"
    let code = try await issue(
      .change, holder: holder, content: address.key, leads: other == nil, at: now)
    try await post(other == nil ? messages.change(address, code) : messages.addressTaken(address))
  }

  /// Takes the new address for which the person shows the code.
  ///
  /// - Parameter session: the one that asks.
  /// - Throws: `code-wrong`, `throttled`, `store`.
  public func confirmEmail(
    of person: PersonID, code: String, from client: String, on session: SessionID?,
    at now: Instant
  ) async throws(IdentityError) {
    let claimant = SignInGate.Claimant(client: client, session: session)
    try gate.tries(claimant)
    let hash = hash(code, .change, holder: "\(person)")
    let trial = try await attempt(
      .change, holder: "\(person)", hash: hash, from: client, at: now)
    guard case .right(let content?) = trial else { throw .codeWrong }
    var before: String?
    let changed: Account?
    do {
      changed = try await change(person) {
        before = $0.email
        $0.email = content
        $0.isEmailVerified = true
      }
    } catch {
      // Somebody else took the address meanwhile.
      throw error.ledger?.code == .conflict ? .codeWrong : error
    }
    guard changed != nil else { throw .codeWrong }
    gate.succeed(claimant)
    if let before, before != content, let address = try? MailAddress(before) {
      await notify(messages.addressChanged(address))
    }
  }
}

extension BuiltInAccounts {
  /// Takes kinds of messages out of what a person wants; without an account nothing is wanted.
  ///
  /// - Throws: `store`.
  public func refuse(_ choices: MailChoices, of person: PersonID) async throws(IdentityError) {
    _ = try await change(person) { $0.mail.subtract(choices) }
  }

  /// Counts a message that somebody asks for, to an address that need not be theirs.
  ///
  /// - Parameter client: as for `login`.
  /// - Throws: `throttled`.
  public func countMail(to address: MailAddress, from client: String) throws(IdentityError) {
    try gate.mails(address.key, from: client)
  }
}
