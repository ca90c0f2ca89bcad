import Providers

// What people send to register and to sign in.

struct RegistrationBody: BodyContent {
  static let schemaName = "Registration"
  static let schemaNote = "Who registers."

  let email: String
  let password: String
  let name: String
  let zone: String
  let units: PersonalUnits

  init(_ fields: inout BodyFields) {
    email = fields.required("email", .email)
    password = fields.required("password", .text(1...1_024), "8 to 128 characters.")
    name = fields.required("name", .name, "What others see.")
    zone = fields.unlessNull("zone", .zone, "An IANA zone; UTC by default.") ?? "UTC"
    units =
      fields.optional("units", .words(), "What lengths are shown in; mi by default.") ?? .miles
  }
}

struct VerificationBody: BodyContent {
  static let schemaName = "Verification"
  static let schemaNote = "What proves an address."

  let email: String
  let code: String
  let password: String

  init(_ fields: inout BodyFields) {
    email = fields.required("email", .email)
    code = fields.required("code", .text(1...64), "From the mail.")
    password = fields.required("password", .text(1...1_024))
  }
}

struct EmailAddressBody: BodyContent {
  static let schemaName = "EmailAddress"
  static let schemaNote = "An address."

  let email: String

  init(_ fields: inout BodyFields) {
    email = fields.required("email", .email)
  }
}

struct CredentialsBody: BodyContent {
  static let schemaName = "Credentials"
  static let schemaNote = "What somebody signs in with."

  let email: String
  let password: String

  init(_ fields: inout BodyFields) {
    email = fields.required("email", .email)
    password = fields.required("password", .text(1...1_024))
  }
}

struct RefreshTokenBody: BodyContent {
  static let schemaName = "RefreshToken"
  static let schemaNote = "A refresh token."

  let token: String

  init(_ fields: inout BodyFields) {
    token = fields.required("refreshToken", .text(1...1_024))
  }
}

struct PasswordResetBody: BodyContent {
  static let schemaName = "PasswordReset"
  static let schemaNote = "A new password in place of a forgotten one."

  let email: String
  let code: String
  let password: String
  let endsKeys: Bool

  init(_ fields: inout BodyFields) {
    email = fields.required("email", .email)
    code = fields.required("code", .text(1...64), "From the mail.")
    password = fields.required("newPassword", .text(1...1_024))
    endsKeys = fields.endsKeys()
  }
}

struct PasswordChangeBody: BodyContent {
  static let schemaName = "PasswordChange"
  static let schemaNote = "A new password."

  let current: String
  let new: String
  let endsKeys: Bool

  init(_ fields: inout BodyFields) {
    current = fields.required("currentPassword", .text(1...1_024))
    new = fields.required("newPassword", .text(1...1_024))
    endsKeys = fields.endsKeys()
  }
}

extension BodyFields {
  /// Whether the API keys go with the password.
  fileprivate mutating func endsKeys() -> Bool {
    optional("endKeys", .boolean, "Whether the person's API keys end too; false by default.")
      ?? false
  }
}

struct EmailChangeBody: BodyContent {
  static let schemaName = "EmailChange"
  static let schemaNote = "A new address."

  let email: String
  let proof: OwnerProof

  init(_ fields: inout BodyFields) {
    email = fields.required("email", .email)
    proof = OwnerProof(&fields)
  }
}

struct OwnerProofBody: BodyContent {
  static let schemaName = "OwnerProof"
  static let schemaNote = "What proves whose the account is."

  let proof: OwnerProof

  init(_ fields: inout BodyFields) { proof = OwnerProof(&fields) }
}

extension OwnerProof {
  /// The fields of a body that prove whose an account is.
  init(_ fields: inout BodyFields) {
    self.init(
      password: fields.optional(
        "password", .text(1...1_024),
        "An account without a password needs neither within 10 minutes of signing in."),
      mailedCode: fields.optional(
        "mailedCode", .text(1...64), "In place of the password: what `requestProof` mailed."))
  }
}

struct OneTimeCodeBody: BodyContent {
  static let schemaName = "OneTimeCode"
  static let schemaNote = "A code."

  let code: String

  init(_ fields: inout BodyFields) {
    code = fields.required("code", .text(1...64), "From the mail.")
  }
}
