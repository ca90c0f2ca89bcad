import Base
import CivilTime
import Crypto
import Formats
import Geodesy
import HTTPTypes
import JSON
import Providers
import Quests

/// One request on its way to its endpoint: checked against the endpoint's parameters and schema.
struct Call: Sendable {
  let backend: Backend
  let endpoint: Endpoint
  let caller: Caller
  let now: Instant
  let requestID: String
  /// The address of whoever is at the other end, as far as trusted proxies tell it.
  let address: IPAddress
  /// The connection that it came by, nil where nobody watches it.
  let connection: ConnectionWatch?
  let parameters: ParameterValues
  let headers: HTTPFields
  /// What the request names as the service's host.
  let host: String?
  /// What was sent; empty where the endpoint takes no body.
  let bytes: [UInt8]
  /// What was sent as JSON, for the endpoint that takes it; nil where it takes none.
  let body: (any BodyContent)?

  // MARK: Who

  /// The person in whose name the request is made.
  ///
  /// - Throws: `unauthenticated`.
  func person() throws(Problem) -> PersonID {
    guard let person = caller.person else {
      throw Problem(.unauthenticated, "this needs a token: send `Authorization: Bearer …`")
    }
    return person
  }

  /// Lets the call go on where `Authority` allows the deed.
  ///
  /// - Parameter missing: what is said not to be there to those who may not know of it.
  /// - Throws: `not-found`, `forbidden`, and `unauthenticated` where a stranger might be allowed it
  ///   once signed in.
  func require(
    _ deed: Authority.Deed, as membership: Membership? = nil, missing: String
  ) throws(Problem) {
    switch Authority.decide(caller.person, deed, as: membership, through: caller.link) {
    case .allowed: return
    case .hidden: throw Problem(.notFound, missing)
    case .refused(let why):
      _ = try person()
      throw Problem(.forbidden, why)
    }
  }

  // MARK: Parameters

  /// The value of a parameter.
  ///
  /// - Precondition: the endpoint lists it.
  subscript<Value>(key: Parameter<Value>) -> Value {
    if let value = parameters[key]?.value as? Value { return value }
    precondition(
      endpoint.parameters.contains { $0 === key },
      "\(endpoint.operation) does not list the parameter \(key.name)")
    guard let standard = key.standard else {
      preconditionFailure("\(key.name) was not asked for, which is required")
    }
    return standard
  }

  /// The address of what is asked for, with some parameters of the query set to other values.
  func address(setting others: [(key: ParameterKey, value: String)]) -> String {
    let kept = sent(in: .query).filter { sent in !others.contains { $0.key.name == sent.key } }
    let parts = (kept + others.map { ($0.key.name, $0.value) }).map {
      "\($0.key)=\(PercentForm.encoded($0.value))"
    }
    let path = endpoint.path.filled { PercentForm.encoded(parameters[$0]?.text ?? "") }
    return "\(path)?\(parts.joined(separator: "&"))"
  }

  /// The place where a page goes on, or nil at the start.
  ///
  /// - Parameters:
  ///   - listing: the name of what is listed.
  ///   - kinds: what it is ordered by.
  /// - Throws: `invalid-parameter` for a cursor of another listing.
  func cursor(_ listing: String, _ kinds: PageCursor.Kind...) throws(Problem) -> PageCursor? {
    guard let text = self[.cursor] else { return nil }
    do throws(CursorFault) { return try PageCursor(text, of: listing, kinds, backend.seal) } catch {
      throw .parameter(.cursor, error.description)
    }
  }

  /// A page of items; with a cursor where there are more.
  func page(_ items: [JSONValue], next cursor: PageCursor?, caching: Reply.Caching = .forbidden)
    -> Reply
  {
    let address = cursor.map { self.address(setting: [(.cursor, $0.text(backend.seal))]) }
    var reply = Reply.json(
      .object([("items", .array(items)), ("next", .optional(address))]), caching: caching)
    if let address { reply.headers[Self.link] = "<\(address)>; rel=\"next\"" }
    return reply
  }

  private static let link = HTTPField.Name("Link")!

  /// How many rows to read so as to know whether there are more than a page shows.
  var rowsToRead: Int { min(self[.limit] + 1, backend.ledgerLimits.page) }

  /// A page of the first of `rowsToRead` rows.
  func page<Row>(
    of rows: [Row], cursor: (Row) -> PageCursor, json: (Row) throws -> JSONValue
  ) rethrows -> Reply {
    let shown = rows.prefix(self[.limit])
    // Behind the most rows that a store gives at once there may be more.
    let hasMore = rows.count > shown.count || rows.count == backend.ledgerLimits.page
    return page(try shown.map(json), next: hasMore ? shown.last.map(cursor) : nil)
  }

  /// The parameters of one place as they were sent, by name.
  private func sent(in place: ParameterKey.Place) -> [(key: String, value: String)] {
    parameters.entries.filter { $0.key.place == place }.map { (key: $0.key.name, value: $0.text) }
      .sorted { $0.key < $1.key }
  }

  // MARK: Creating and changing

  /// Creates something under an id: under an `Idempotency-Key` always the same. Where that is
  /// refused, the key stands for nothing.
  ///
  /// - Throws: `idempotency-key-reused`, and what the creation throws.
  func creating<S, Created>(
    _ create: (Identifier<S>) async throws -> Created
  ) async throws -> Created {
    var random = SystemRandomNumberGenerator()
    let offered = Identifier<S>.random(using: &random)
    guard let request = try requestKey() else { return try await create(offered) }
    let content = try await contentHash()
    let id: Identifier<S>
    switch try await backend.accounts.claim(
      request, body: content, high: offered.high, low: offered.low, at: now)
    {
    case .new: id = offered
    case .repeated(let high, let low): id = Identifier<S>(high: high, low: low)
    case .otherBody:
      throw Problem(.keyReused, "the Idempotency-Key stands for another request; use a new one")
    }
    do { return try await create(id) } catch {
      if Problem.isRefusal(error) {
        // One that cannot be given back goes with the day.
        try? await backend.accounts.release(request, body: content, high: id.high, low: id.low)
      }
      throw error
    }
  }

  /// Whether the same request leads to the same thing when it comes again.
  var isRepeatable: Bool { (try? requestKey()) != nil }

  /// 32 bytes that nobody can guess, for what is created under an id: under an `Idempotency-Key`
  /// always the same.
  func secretBytes<S>(for id: Identifier<S>) throws -> [UInt8] {
    guard let request = try requestKey() else { return RandomSource.system.bytes(32) }
    return backend.secrets.bytes(
      for: request, endpoint: endpoint.operation, content: try hash(), id: id.bytes)
  }

  private func requestKey() throws(Problem) -> RequestKey? {
    guard let key = self[.idempotencyKey] else { return nil }
    return RequestKey(caller: try person(), key: key)
  }

  /// The same as `hash`, off the threads that serve where the body is a file.
  private func contentHash() async throws -> ContentHash {
    if case .json = endpoint.body { return try hash() }
    return try await backend.offload { try hash() }
  }

  /// What is asked for, all of it: the body and the parameters. JSON counts as the value that it is,
  /// in a file too.
  private func hash() throws -> ContentHash {
    var content = Array(
      "\(endpoint.operation)\0\(sent(in: .path))\0\(sent(in: .query))\0".utf8)
    if case .json = endpoint.body {
      content += try JSONReader.read(bytes).canonicalText
    } else if let first = bytes.first(where: { $0 > 0x20 && $0 < 0x80 }),
      [0x7B, 0x5B].contains(first),
      let value = try? JSONReader.canonicalText(of: bytes)
    {
      content += value
    } else {
      content += bytes
    }
    return ContentHash(of: Array(SHA256.hash(data: content)))
  }

  /// The revision that a change expects, by `If-Match`.
  ///
  /// - Parameters:
  ///   - revision: the present one.
  ///   - isDone: whether what is asked for is there already: then the revision before it is right
  ///     too, as when the same change is sent again.
  ///   - present: what `GET` answers now, for those who send its `ETag`.
  /// - Throws: `precondition-failed`.
  func expectedRevision(
    _ revision: Int64, isDone: Bool = false, present: () throws -> JSONValue
  ) throws -> Int64? {
    guard let tags = self[.ifMatch] else { return nil }
    if tags == "*" { return nil }
    for tag in tags.split(separator: ",").map({ $0.trimmingSpaces }) {
      if tag == "\"\(revision)\"" { return revision }
      if isDone, tag == "\"\(revision - 1)\"" { return revision - 1 }
    }
    let value = try present()
    let etag = EntityTag.of(value.text(), revision: value.revision)
    if tags.split(separator: ",").contains(where: { $0.trimmingSpaces == etag }) { return revision }
    throw Problem(PreconditionFault(tags, revision), tags, revision: revision)
  }
}

extension Substring {
  var trimmingSpaces: Substring {
    var rest = self
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    while rest.last == " " || rest.last == "\t" { rest.removeLast() }
    return rest
  }
}
