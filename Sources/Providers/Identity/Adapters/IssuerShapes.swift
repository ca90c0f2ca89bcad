// What the tokens of these services have of their own.

extension TokenShape {
  /// Access tokens of Amazon Cognito name their client in `client_id` and have no `aud`; `token_use`
  /// tells them from ID tokens.
  static let cognito = TokenShape(
    "cognito",
    audiences: { claims in
      claims.all["token_use"]?.string == "access"
        ? [claims.all["client_id"]?.string].compactMap(\.self) : claims.audiences
    },
    counts: { claims, use in
      switch claims.all["token_use"]?.string {
      case "id": true
      case "access": use == .bearer
      default: false
      }
    })

  /// Google's ID tokens may name their issuer without the scheme. Its access tokens can be read by
  /// nobody else.
  static let google = TokenShape("google", otherIssuers: ["accounts.google.com"])

  /// Auth0 also issues tokens for programs, which stand for no person.
  static let auth0 = TokenShape(
    "auth0",
    counts: { claims, _ in claims.all["gty"]?.string != "client-credentials" })

  /// Supabase's keys for programs, and people who have not signed in, have tokens of the same issuer.
  static let supabase = TokenShape(
    "supabase",
    counts: { claims, _ in
      claims.all["role"]?.string == "authenticated" && claims.all["is_anonymous"]?.bool != true
    })

  static let adapted: [TokenShape] = [.cognito, .google, .auth0, .supabase]
}
