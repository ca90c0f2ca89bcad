/// What people are told by mail.
struct AccountMessages: Sendable {
  /// What the service calls itself.
  let service: String
  /// How long a code counts.
  let codeMinutes: Int64

  private func message(_ to: MailAddress, _ subject: String, _ lines: [String]) -> MailMessage {
    // Without a name: who registers another's address would choose what is said to them.
    MailMessage(
      to: to, subject: "\(service): \(subject)",
      text: (["Hello,", ""] + lines + ["", service]).joined(separator: "\n"))
  }

  private var lifetime: String { "It counts for \(codeMinutes) minutes and once." }

  func verify(_ to: MailAddress, code: String) -> MailMessage {
    message(
      to, "your code",
      [
        "Somebody, probably you, registers with this address. The code is", "", "    \(code)", "",
        lifetime, "", "If it was not you, do nothing: without the code there is no account.",
      ])
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

  func reset(_ to: MailAddress, code: String) -> MailMessage {
    message(
      to, "a new password",
      [
        "Somebody, probably you, asks for a new password. The code is", "", "    \(code)", "",
        lifetime, "", "If it was not you, do nothing: your password stays as it is.",
      ])
  }

  func passwordChanged(_ to: MailAddress) -> MailMessage {
    message(
      to, "your password has changed",
      [
        "The password of your account has just been changed, and other devices are logged out.", "",
        "If it was not you, ask for a new password at once.",
      ])
  }

  func change(_ to: MailAddress, code: String) -> MailMessage {
    message(
      to, "your new address",
      [
        "Somebody, probably you, wants to use this address for their account. The code is", "",
        "    \(code)", "", lifetime, "",
        "If it was not you, do nothing: without the code nothing changes.",
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
