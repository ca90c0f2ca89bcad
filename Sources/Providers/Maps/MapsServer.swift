internal import Base
public import CivilTime
internal import Geodesy
internal import JSON

/// A server that answers questions about maps in JSON, and how it is asked.
public struct MapsServer: Sendable {
  let client: OutgoingClient
  let timeout: Duration
  let clock: @Sendable () -> Instant

  public init(
    client: OutgoingClient, timeout: Duration = .seconds(20),
    clock: @escaping @Sendable () -> Instant
  ) {
    self.client = client
    self.timeout = timeout
    self.clock = clock
  }

  /// An answer that is JSON.
  struct Answer: Sendable {
    let origin: String
    let status: Int
    /// Null where a refusal holds no JSON.
    let json: JSONNode

    var isSuccess: Bool { (200..<300).contains(status) }

    /// - Throws: `maps-refused` unless it is a success.
    func required() throws(MapsError) -> JSONNode {
      guard isSuccess else { throw refusal }
      return json
    }

    var refusal: MapsError {
      MapsError(.refused, "\(origin) refused the question (status \(status))")
    }

    func malformed(_ what: String) -> MapsError {
      MapsError(.malformed, "\(origin) answered \(what)")
    }

    /// A place of the answer.
    ///
    /// - Throws: `maps-malformed` for what is no place on Earth.
    func coordinate(latitude: Double?, longitude: Double?) throws(MapsError) -> Coordinate {
      guard let latitude, let longitude, abs(longitude) <= 180,
        let coordinate = try? Coordinate(latitude: latitude, longitude: longitude)
      else { throw malformed("with a place that is not on Earth") }
      return coordinate
    }

    /// A pair of longitude and latitude.
    func coordinate(pair: JSONNode?) throws(MapsError) -> Coordinate {
      let numbers = pair?.array ?? []
      guard numbers.count >= 2 else { throw malformed("without a place where one is due") }
      return try coordinate(latitude: numbers[1].double, longitude: numbers[0].double)
    }

    /// A text for people, without what cannot be shown; nil where nothing is left.
    func name(_ node: JSONNode?) -> String? {
      node?.string.flatMap { Name.salvaged(String($0.prefix(200))) }
    }
  }

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = 16 << 20
    limits.nodes = 2_000_000
    limits.stringBytes = 8 << 20
    return limits
  }()

  /// Sends a question and reads its answer. A refusal that may be an answer in itself, such as that no
  /// way leads there, is handed over.
  func ask(
    _ method: OutgoingRequest.Method, _ url: String,
    headers: [(name: String, value: String)] = [], body: JSONValue? = nil
  ) async throws(MapsError) -> Answer {
    let request: OutgoingRequest
    let response: OutgoingResponse
    do throws(OutgoingError) {
      var all = headers + [(name: "User-Agent", value: "milequest")]
      if body != nil { all.append((name: "Content-Type", value: "application/json")) }
      request = OutgoingRequest(
        method, try OutgoingURL(url), headers: all, body: body?.text() ?? [], timeout: timeout,
        mostAnswerBytes: Self.limits.bytes)
      response = try await client.send(request)
    } catch { throw MapsError(error) }
    let origin = request.url.origin
    if let error = MapsError(response, of: origin, at: clock()) { throw error }
    do throws(JSONFault) {
      let json = try JSONReader.read(response.body, limits: Self.limits)
      return Answer(origin: origin, status: response.status, json: json)
    } catch {
      guard response.isSuccess else {
        return Answer(origin: origin, status: response.status, json: .null)
      }
      throw MapsError(.malformed, "\(origin) answered what is not JSON, or too much of it")
    }
  }

  /// Degrees with six decimals, about ten centimetres.
  static func degrees(_ value: Double) -> String {
    var text: [UInt8] = []
    NumberText.append(value, decimals: 6, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

/// The key that a vendor knows its customer by.
public struct MapsKey: Sendable {
  let text: String

  /// - Throws: `maps-settings` for what no key is.
  public init(_ text: String) throws(MapsError) {
    guard (8...512).contains(text.utf8.count), text.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
      throw MapsError(.settings, "the key is not 8 to 512 letters, digits and signs without blanks")
    }
    self.text = text
  }
}

extension MapsKey: CustomStringConvertible, CustomReflectable {
  public var description: String { "(a key)" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension MapsError {
  init(_ error: OutgoingError) {
    let lasting: Set<OutgoingError.Code> = [.url, .invalid, .insideNetwork]
    if error.code == .tooLarge, error.status.map({ $0 < 400 }) ?? true {
      self.init(.malformed, error.message)
    } else {
      self.init(.unreachable, error.message, mayRepeat: !lasting.contains(error.code))
    }
  }

  /// - Returns: nil where the answer has to be looked at.
  init?(_ response: OutgoingResponse, of origin: String, at now: Instant) {
    let wait = response.header("retry-after").flatMap { RetryAfter.duration($0, at: now) }
    switch response.status {
    case 401, 403:
      self.init(
        .refused,
        "\(origin) does not accept the key, or it does not allow this (status \(response.status))")
    case 429:
      self.init(
        .throttled, "\(origin) answers no more questions for now (status 429)", mayRepeat: true,
        retryAfter: wait)
    case 408, 425, 500...:
      self.init(
        .unavailable, "\(origin) failed to answer (status \(response.status))", mayRepeat: true,
        retryAfter: wait)
    case 300..<400:
      self.init(
        .refused,
        "\(origin) redirects (status \(response.status)), which is not followed; configure the "
          + "address that it leads to")
    default: return nil
    }
  }
}
