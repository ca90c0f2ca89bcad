public import CivilTime
internal import JSON

/// A server that takes events in JSON, and how it is sent them.
public struct AnalyticsServer: Sendable {
  private let client: OutgoingClient
  private let timeout: Duration
  private let clock: @Sendable () -> Instant

  public init(
    client: OutgoingClient, timeout: Duration = .seconds(10),
    clock: @escaping @Sendable () -> Instant
  ) {
    self.client = client
    self.timeout = timeout
    self.clock = clock
  }

  func post(
    _ body: JSONValue, to url: OutgoingURL, headers: [(name: String, value: String)] = []
  ) async throws(AnalyticsError) {
    try await client.post(
      OutgoingRequest(
        .post, url, headers: [("Content-Type", "application/json")] + headers, body: body.text(),
        timeout: timeout), at: clock(), as: AnalyticsError.self)
  }

  /// Sees that somebody answers, whatever the answer: a key is not looked at before events come.
  func reach(_ url: OutgoingURL) async throws(AnalyticsError) {
    let answer: OutgoingResponse
    do throws(OutgoingError) {
      answer = try await client.send(OutgoingRequest(.get, url, timeout: timeout))
    } catch {
      // A page that is too large is an answer too.
      if error.status != nil { return }
      throw AnalyticsError(error)
    }
    guard answer.status < 500 else {
      throw AnalyticsError(.unavailable, "\(url.origin) fails (status \(answer.status))")
    }
  }
}

/// What an account at a vendor, or a server of your own, is written to with.
public struct AnalyticsKey: Sendable {
  let text: String

  /// - Throws: `settings` for what is no key.
  public init(_ text: String) throws(AnalyticsError) {
    guard (8...512).contains(text.utf8.count), text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw AnalyticsError(
        .settings, "the key is not 8 to 512 letters, digits and signs without blanks")
    }
    self.text = text
  }
}

extension AnalyticsKey: CustomStringConvertible, CustomReflectable {
  public var description: String { "(a key)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension OutgoingURL {
  /// A path below this address.
  ///
  /// - Throws: `settings` where that makes no URL.
  func analytics(_ path: String) throws(AnalyticsError) -> OutgoingURL {
    do throws(OutgoingError) { return try OutgoingURL(address(path)) } catch {
      throw AnalyticsError(.settings, error.message)
    }
  }
}
