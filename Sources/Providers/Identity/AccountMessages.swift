internal import Quests

/// What people are told by mail.
struct AccountMessages: Sendable {
  /// What the service calls itself.
  let service: String

  private func message(
    _ to: MailAddress, _ subject: String, _ lines: [String],
    with code: BuiltInAccounts.MailedCode? = nil
  ) -> MailMessage {
    // Without a name: who registers another's address would choose what is said to them.
    var message = MailMessage(
      to: to, subject: "\(service): \(subject)",
      text: (["Hello,", ""] + lines + ["", service]).joined(separator: "\n"))
    // A code that comes too late only tempts people to try it.
    if let code { message.lifetimeSeconds = code.minutes * 60 }
    return message
  }

  private func lines(_ code: BuiltInAccounts.MailedCode) -> [String] {
    ["", "    \(code.text)", "", "It counts for \(code.minutes) minutes and once.", ""]
  }

  func verify(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "your code",
      [
        "Somebody, probably you, registers with this address. The code is"
      ] + lines(code) + ["If it was not you, do nothing: without the code there is no account."],
      with: code)
  }

  func alreadyRegistered(_ to: MailAddress) -> MailMessage {
    message(
      to, "you have an account already",
      [
        "Somebody, probably you, wants to register with this address, which has an account",
        "already. Log in with it, or ask for a new password if you have forgotten yours.", "",
        "If it was not you, do nothing: nothing has changed.",
      ])
  }

  func reset(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "a new password",
      [
        "Somebody, probably you, asks for a new password. The code is"
      ] + lines(code) + ["If it was not you, do nothing: your password stays as it is."],
      with: code)
  }

  /// - Parameter keys: the account's API keys; those that ended with the password say when.
  func passwordChanged(_ to: MailAddress, _ keys: [APIKey]) -> MailMessage {
    let (ended, left) = (keys.filter { $0.revokedAt != nil }, keys.filter { $0.revokedAt == nil })
    return message(
      to, "your password has changed",
      ["The password of your account has just been changed, and other devices are logged out.", ""]
        + list("These API keys ended with it:", ended)
        + list(
          "These API keys can still be used in your name. If you do not know one of them, end it:",
          left)
        + ["If it was not you, ask for a new password at once, and end your API keys with it."])
  }

  private func list(_ title: String, _ keys: [APIKey]) -> [String] {
    if keys.isEmpty { return [] }
    return [title, ""] + keys.map { "- \($0.name), made at \($0.createdAt)" } + [""]
  }

  func change(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "your new address",
      [
        "Somebody, probably you, wants to use this address for their account. The code is"
      ] + lines(code) + ["If it was not you, do nothing: without the code nothing changes."],
      with: code)
  }

  func prove(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "your code",
      [
        "Somebody, probably you, wants to change how you sign in, or to erase your account. The",
        "code that proves it is you is",
      ] + lines(code) + ["If it was not you, do nothing: without the code nothing changes."])
  }

  /// - Parameter issuer: what people read on its button.
  func signInAdded(_ to: MailAddress, _ issuer: String) -> MailMessage {
    message(
      to, "another way to sign in",
      [
        "Your account can be signed in to with \(issuer) from now on.", "",
        "If it was not you, remove it, change your password and sign out everywhere.",
      ])
  }

  func signInRemoved(_ to: MailAddress, _ issuer: String) -> MailMessage {
    message(
      to, "one way less to sign in",
      [
        "Your account can no longer be signed in to with \(issuer).", "",
        "If it was not you, change your password and sign out everywhere.",
      ])
  }

  func addressTaken(_ to: MailAddress) -> MailMessage {
    message(
      to, "you have an account already",
      [
        "Somebody, probably you, wants to use this address for another account, but it has one",
        "already.", "", "If it was not you, do nothing: nothing has changed.",
      ])
  }

  func addressChanged(_ to: MailAddress) -> MailMessage {
    message(
      to, "your address has changed",
      [
        "Your account has another address from now on; this one is told nothing more.", "",
        "If it was not you, tell whoever runs \(service) at once.",
      ])
  }
}
