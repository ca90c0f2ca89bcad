internal import Quests

/// What people are told by mail.
struct AccountMessages: Sendable {
  /// What the service calls itself.
  let service: String

  private func message(
    _ to: MailAddress, _ subject: String, _ parts: [MessageBody.Part],
    with code: BuiltInAccounts.MailedCode? = nil
  ) -> MailMessage {
    // Without a name: who registers another's address would choose what is said to them.
    var message = MailMessage(
      to: to, subject: "\(service): \(subject)",
      body: MessageBody([.paragraph("Hello,")] + parts + [.paragraph(service)]))
    // A code that comes too late only tempts people to try it.
    if let code { message.lifetimeSeconds = code.minutes * 60 }
    return message
  }

  private func parts(
    _ before: String, _ code: BuiltInAccounts.MailedCode, _ after: String
  ) -> [MessageBody.Part] {
    [
      .paragraph(before + " The code is"), .code(code.text),
      .paragraph("It counts for \(code.minutes) minutes and once."), .paragraph(after),
    ]
  }

  func verify(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "your code",
      parts(
        "Somebody, probably you, registers with this address.", code,
        "If it was not you, do nothing: without the code there is no account."), with: code)
  }

  func alreadyRegistered(_ to: MailAddress) -> MailMessage {
    message(
      to, "you have an account already",
      [
        .paragraph(
          "Somebody, probably you, wants to register with this address, which has an account\n"
            + "already. Log in with it, or ask for a new password if you have forgotten yours."),
        .paragraph("If it was not you, do nothing: nothing has changed."),
      ])
  }

  func reset(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "a new password",
      parts(
        "Somebody, probably you, asks for a new password.", code,
        "If it was not you, do nothing: your password stays as it is."), with: code)
  }

  /// - Parameter keys: the account's API keys; those that ended with the password say when.
  func passwordChanged(_ to: MailAddress, _ keys: [APIKey]) -> MailMessage {
    let (ended, left) = (keys.filter { $0.revokedAt != nil }, keys.filter { $0.revokedAt == nil })
    return message(
      to, "your password has changed",
      [
        .paragraph(
          "The password of your account has just been changed, and other devices are logged out.")
      ] + list("These API keys ended with it:", ended)
        + list(
          "These API keys can still be used in your name. If you do not know one of them, end it:",
          left)
        + [
          .paragraph(
            "If it was not you, ask for a new password at once, and end your API keys with it.")
        ])
  }

  private func list(_ title: String, _ keys: [APIKey]) -> [MessageBody.Part] {
    if keys.isEmpty { return [] }
    return [.paragraph(title), .list(keys.map { "\($0.name), made at \($0.createdAt)" })]
  }

  func change(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "your new address",
      parts(
        "Somebody, probably you, wants to use this address for their account.", code,
        "If it was not you, do nothing: without the code nothing changes."), with: code)
  }

  func prove(_ to: MailAddress, _ code: BuiltInAccounts.MailedCode) -> MailMessage {
    message(
      to, "your code",
      parts(
        "Somebody, probably you, wants to change how you sign in, or to erase your account.", code,
        "If it was not you, do nothing: without the code nothing changes."), with: code)
  }

  /// - Parameter issuer: what people read on its button.
  func signInAdded(_ to: MailAddress, _ issuer: String) -> MailMessage {
    message(
      to, "another way to sign in",
      [
        .paragraph("Your account can be signed in to with \(issuer) from now on."),
        .paragraph("If it was not you, remove it, change your password and sign out everywhere."),
      ])
  }

  func signInRemoved(_ to: MailAddress, _ issuer: String) -> MailMessage {
    message(
      to, "one way less to sign in",
      [
        .paragraph("Your account can no longer be signed in to with \(issuer)."),
        .paragraph("If it was not you, change your password and sign out everywhere."),
      ])
  }

  func addressTaken(_ to: MailAddress) -> MailMessage {
    message(
      to, "you have an account already",
      [
        .paragraph(
          "Somebody, probably you, wants to use this address for another account, but it has one\n"
            + "already."), .paragraph("If it was not you, do nothing: nothing has changed."),
      ])
  }

  func addressChanged(_ to: MailAddress) -> MailMessage {
    message(
      to, "your address has changed",
      [
        .paragraph(
          "Your account has another address from now on; no more mail goes to this one."),
        .paragraph("If it was not you, tell whoever runs \(service) at once."),
      ])
  }
}
