public import CivilTime

/// What a look at an issuer finds, for whoever runs the service.
public struct IssuerCheckup: Sendable {
  /// Keys that can be used.
  public let keys: Int
  /// Whether it offers to sign people in with a browser.
  public let signsIn: Bool
  /// Seconds that its clock is ahead of ours, to the second; nil where it does not say.
  public let secondsAhead: Int64?

  /// - Throws: `issuer-unavailable`, saying what is wrong.
  public init(
    _ issuer: OpenIDIssuer, by client: OutgoingClient, at now: Instant
  ) async throws(IdentityError) {
    let server = IssuerServer(issuer: issuer, client: client)
    var date: Instant?
    let document = try await server.discovery { date = $0.flatMap(HTTPDate.read) }
    keys = try await server.keySet(document).keys.count
    signsIn = document.authorization != nil && document.token != nil
    secondsAhead = date.map { $0.seconds - now.seconds }
  }
}
