public import CivilTime
public import Quests

// Changing password and address.

extension BuiltInAccounts {
  /// Mails a code for a new password; of an address without an account nothing is said.
  ///
  /// - Parameter client: as for `login`.
  /// - Throws: `invalid` for what is no address, `throttled`, `busy`, `store`.
  public func requestReset(
    email: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
    let address = try address(email)
    try gate.mails(address.key, from: client, at: now)
    let account = try await account(of: address)
    let code = drawCode(.reset, holder: address.key)
    try await put(
      .reset, holder: address.key, hash: account == nil ? noHash() : code.hash,
      content: account.map { "\($0.person)" }, at: now)
    try await post(account == nil ? nil : messages.reset(address, code: code.text))
  }

  /// Sets a new password for whoever shows the code, and ends all sessions of the account.
  ///
  /// - Throws: `code-wrong`, `invalid`, `throttled`, `busy`, `store`.
  public func reset(
    email: String, code: String, newPassword: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
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
    try gate.tries(nil, from: client, at: now)
    // Before the code is used up: there may be no room for the work.
    let credential = try await passwords.credential(for: newPassword)
    let hash = hash(code, .reset, holder: address.key)
    let trial = try await stored { () async throws(LedgerError) in
      try await store.tryCode(.reset, holder: address.key, hash: hash, at: now)
    }
    // An account that has taken another address since keeps its password.
    guard case .right(let content) = trial, let account = try await account(of: address),
      content == "\(account.person)",
      try await change(account.person, { $0.credential = credential }) != nil
    else { throw .codeWrong }
    try await end(sessionsOf: account.person, except: nil)
    gate.succeed(address.key, from: client, at: now)
    await notify(messages.passwordChanged(address))
  }

  /// Sets a new password for whoever knows the present one, and ends all other sessions.
  ///
  /// - Parameter session: the one that goes on.
  /// - Throws: `credentials-wrong`, `invalid`, `throttled`, `busy`, `store`.
  public func changePassword(
    of person: PersonID, from current: String, to new: String, keeping session: SessionID?,
    client: String, at now: Instant
  ) async throws(IdentityError) {
    let account = try await proven(person, current, from: client, at: now) { account in
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
    try await end(sessionsOf: person, except: session)
    if let email = account.email, let address = try? MailAddress(email) {
      await notify(messages.passwordChanged(address))
    }
  }

  /// The account of a person who knows its password.
  private func proven(
    _ person: PersonID, _ password: String, from client: String, at now: Instant,
    faults: (Account) -> [IdentityError.Fault]
  ) async throws(IdentityError) -> Account {
    let account = try await stored { () async throws(LedgerError) in
      try await store.account(person)
    }
    guard let account else { throw .credentialsWrong }
    if let error = IdentityError(faults(account)) { throw error }
    let name = account.email ?? "\(person)"
    try gate.tries(name, from: client, at: now)
    guard try await passwords.check(password, with: account.credential) != .wrong else {
      throw .credentialsWrong
    }
    gate.succeed(name, from: client, at: now)
    return account
  }

  /// Mails a code to a new address of a person who knows the password. Where it has an account
  /// already, its owner is told so by mail; the answer is the same.
  ///
  /// - Throws: `credentials-wrong`, `invalid`, `throttled`, `busy`, `store`.
  public func changeEmail(
    of person: PersonID, password: String, to email: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
    let address = try address(email)
    _ = try await proven(person, password, from: client, at: now) { _ in [] }
    try gate.mails(address.key, from: client, at: now)
    let other = try await account(of: address)
    let holder = "\(person)"
    let code = drawCode(.change, holder: holder)
    try await put(
      .change, holder: holder, hash: other == nil ? code.hash : noHash(), content: address.key,
      at: now)
    try await post(
      other == nil ? messages.change(address, code: code.text) : messages.addressTaken(address))
  }

  /// Takes the new address for which the person shows the code.
  ///
  /// - Throws: `code-wrong`, `throttled`, `store`.
  public func confirmEmail(
    of person: PersonID, code: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
    try gate.tries(nil, from: client, at: now)
    let hash = hash(code, .change, holder: "\(person)")
    let trial = try await stored { () async throws(LedgerError) in
      try await store.tryCode(.change, holder: "\(person)", hash: hash, at: now)
    }
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
    gate.succeed(nil, from: client, at: now)
    if let before, before != content, let address = try? MailAddress(before) {
      await notify(messages.addressChanged(address))
    }
  }
}

extension BuiltInAccounts {
  /// Makes sure that it is the person who asks, by the password.
  ///
  /// - Throws: `credentials-wrong`, `throttled`, `busy`, `store`.
  public func prove(
    _ person: PersonID, password: String, from client: String, at now: Instant
  ) async throws(IdentityError) {
    _ = try await proven(person, password, from: client, at: now) { _ in [] }
  }
}
