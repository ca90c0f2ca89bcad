import CivilTime
import Formats
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Providers
import Quests

/// Takes each request through the same steps: who asks, are they within their rate, is what they
/// sent right, the endpoint itself, and the headers that every answer has.
struct Pipeline: Sendable {
  let backend: Backend
  let settings: ServiceSettings
  let schemas: NamedSchemas
  let gate: Gate
  let clients: ClientAddress

  /// - Parameter match: what the request's path leads to.
  func respond(
    to request: Request, _ match: Router<Operation>.Match?, _ context: ServiceContext
  ) async -> Response {
    let operation = match?.methods[request.method]
    if operation == nil, let match,
      let answer = preflight(request, allowed: match.methods.allowed)
    {
      return answer
    }
    let begun = ContinuousClock.now
    let requestID = Self.requestID(request)
    let address = clients.address(
      peer: context.peer, forwarded: request.headers[Self.forwardedFor])
    var headers = HTTPFields()
    headers.reserveCapacity(12)
    var problem: Problem?
    var reply: Reply
    do {
      reply = try await answer(
        operation, match, request, context, requestID: requestID, address: address, &headers)
      if settings.checksAnswers, let operation { try check(reply, operation.endpoint, request) }
    } catch {
      let found = self.problem(error, requestID: requestID)
      problem = found
      reply = Reply(
        HTTPResponse.Status(code: found.code.status),
        .json(found.json(requestID: requestID), mediaType: "application/problem+json"),
        headers: found.headers)
      if let seconds = found.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
      if found.code.status == 401 { headers[.wwwAuthenticate] = "Bearer" }
    }
    headers.append(HTTPField(name: Self.requestIDName, value: requestID))
    let response = finish(reply, headers, request)
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    let series = operation?.series ?? backend.metrics.series(Self.unknown)
    series.record(status: response.status.code, seconds: seconds)
    if settings.logsRequests || response.status.code >= 500 {
      var metadata: Logger.Metadata = [
        "requestId": .string(requestID), "method": .string(request.method.rawValue),
        "operation": .string(operation?.endpoint.operation ?? Self.unknown),
        "status": .stringConvertible(response.status.code),
        "milliseconds": .stringConvertible((seconds * 1e5).rounded() / 100),
      ]
      if let problem { metadata["code"] = .string(problem.code.name) }
      backend.logger.log(
        level: response.status.code >= 500 ? .error : .info, "request", metadata: metadata)
    }
    return response
  }

  // MARK: Steps

  private func answer(
    _ operation: Operation?, _ match: Router<Operation>.Match?, _ request: Request,
    _ context: ServiceContext, requestID: String, address: IPAddress, _ headers: inout HTTPFields
  ) async throws -> Reply {
    let now = backend.clock()
    if let operation, operation.endpoint.access == .open {
      // Operations and documents: not throttled, so that a flood cannot hide the service's health.
      return try await call(
        operation, match, .stranger, request, context, requestID, address, now)
    }
    let caller = try await gate.admit(
      authorization: request.headers[.authorization], address: address, now: now, &headers)
    guard let operation else {
      guard let match else {
        throw Problem(.notFound, "there is no \(request.uri.path); /docs shows what there is")
      }
      let methods = match.methods.allowed.map(\.rawValue).sorted().joined(separator: ", ")
      var problem = Problem(
        .methodNotAllowed,
        "this method is not possible here; possible are \(methods)")
      problem.headers[.allow] = methods
      throw problem
    }
    try gate.check(caller, operation.endpoint.access)
    return try await call(operation, match, caller, request, context, requestID, address, now)
  }

  private func call(
    _ operation: Operation, _ match: Router<Operation>.Match?, _ caller: Caller,
    _ request: Request, _ context: ServiceContext, _ requestID: String, _ address: IPAddress,
    _ now: Instant
  ) async throws -> Reply {
    let endpoint = operation.endpoint
    let parameters = try operation.parameters.values(
      path: match?.captured ?? [], query: request.uri.query, headers: request.headers)
    let receipt = endpoint.takesFile ? UploadGate.Receipt(backend.uploads) : nil
    defer { receipt?.giveBack() }
    let (bytes, body) = try await operation.body.content(
      of: request, on: context.channel, limits: backend.limits, receipt: receipt)
    let call = Call(
      backend: backend, endpoint: endpoint, caller: caller, now: now, requestID: requestID,
      address: address, parameters: parameters, headers: request.headers, bytes: bytes, body: body)
    let reply = try await endpoint.handle(call)
    guard endpoint.picksFields, let selection = call[.fields] else { return reply }
    return try selected(reply, selection)
  }

  /// Picks fields from an answer; in a page from each of its items.
  private func selected(_ reply: Reply, _ selection: FieldSelection) throws -> Reply {
    guard let (value, mediaType) = reply.json else { return reply }
    var picked = reply
    if case .object(let members) = value, members.first?.0 == "items" {
      picked.content = .json(
        .object(
          try members.map { name, value in
            name == "items" ? (name, try selection.applied(to: value)) : (name, value)
          }), mediaType: mediaType)
    } else {
      picked.content = .json(try selection.applied(to: value), mediaType: mediaType)
    }
    return picked
  }

  // MARK: Faults

  private func problem(_ error: any Error, requestID: String) -> Problem {
    switch error {
    case let problem as Problem: return problem
    case let error as LedgerError: return backend.problem(error, requestID: requestID)
    case let error as IdentityError: return Problem(error)
    case let faults as FieldFaults:
      return Problem(
        .invalidParameter, "fields names what is not there",
        faults: faults.all.map { Problem.Fault(.query(ParameterKey.fields.name), $0.message) })
    case is CancellationError:
      return Problem(.unavailable, "the service is shutting down", retryAfterSeconds: 5)
    default:
      backend.logger.error(
        "failure", metadata: ["requestId": .string(requestID), "detail": .string("\(error)")])
      return Problem(.internalError, "the service has failed; its log has more under \(requestID)")
    }
  }

  /// Holds an answer against what the API's description promises, where the settings ask for it.
  private func check(_ reply: Reply, _ endpoint: Endpoint, _ request: Request) throws {
    guard let promised = endpoint.answers.first(where: { $0.status == reply.status.code }) else {
      throw AnswerMismatch(text: "\(endpoint.operation) answers \(reply.status.code), undescribed")
    }
    guard let (value, mediaType) = reply.json else { return }
    guard let content = promised.contents.first(where: { $0.mediaType == mediaType }) else {
      throw AnswerMismatch(text: "\(endpoint.operation) answers \(mediaType), undescribed")
    }
    var schema = content.schema ?? .anything
    if request.uri.queryParameters["fields"] != nil, endpoint.picksFields {
      schema = schema.selection
    }
    let text = value.text()
    var jsonLimits = JSONLimits.standard
    jsonLimits.bytes = text.count
    var checking = SchemaChecking(schemas, zones: backend.zones)
    checking.check(try JSONReader.read(text, limits: jsonLimits), schema)
    guard checking.faults.isEmpty else {
      let faults = checking.faults.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
      throw AnswerMismatch(
        text: "\(endpoint.operation) answers \(mediaType) that is not as described: "
          + "\(faults)")
    }
  }

  private struct AnswerMismatch: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
  }

  // MARK: Headers

  private func finish(_ reply: Reply, _ common: HTTPFields, _ request: Request) -> Response {
    var headers = reply.headers
    headers.append(contentsOf: common)
    cors(request, &headers)
    var status = reply.status
    var body: ByteBuffer?
    var stream: ResponseBody?
    switch reply.content {
    case .none: break
    case .stream(let mediaType, let write):
      headers[.contentType] = mediaType
      stream = ResponseBody { writer in
        try await write { bytes in try await writer.write(ByteBuffer(bytes: bytes)) }
        try await writer.finish(nil)
      }
    case .json(let value, let mediaType):
      body = ByteBuffer(bytes: value.text())
      headers[.contentType] = mediaType
    case .rendered(let rendered):
      body = rendered.bytes
      headers[.eTag] = rendered.tag
      headers[.contentType] = rendered.mediaType
    case .bytes(let bytes, let mediaType):
      body = ByteBuffer(bytes: bytes)
      headers[.contentType] = mediaType
    }
    headers.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    let caching =
      switch reply.caching {
      case .forbidden: "private, no-store"
      case .briefly: "public, max-age=10, stale-while-revalidate=60"
      case .fixed: "public, max-age=3600"
      }
    headers.append(HTTPField(name: .cacheControl, value: caching))
    if reply.caching == .briefly { headers.append(HTTPField(name: .vary, value: "Authorization")) }
    if let bytes = body, status == .ok,
      request.method == .get || request.method == .head
        || request.method == .patch
    {
      let tag = headers[.eTag] ?? EntityTag.of(Array(bytes.readableBytesView))
      headers[.eTag] = tag
      if request.method != .patch, let known = request.headers[.ifNoneMatch],
        EntityTag.matches(known, tag)
      {
        status = .notModified
        body = nil
        headers[.contentType] = nil
      }
    }
    if let stream, request.method != .head {
      return Response(status: status, headers: headers, body: stream)
    }
    guard let body, request.method != .head else {
      if let body { headers[.contentLength] = "\(body.readableBytes)" }
      return Response(status: status, headers: headers)
    }
    return Response(
      status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }

  /// Tells browsers that pages of the allowed origins may read the answer.
  private func cors(_ request: Request, _ headers: inout HTTPFields) {
    if settings.allowedOrigins.isEmpty { return }
    headers.append(HTTPField(name: .vary, value: "Origin"))
    guard let origin = request.headers[.origin], settings.allows(origin: origin) else { return }
    headers[.accessControlAllowOrigin] = origin
    headers[.accessControlExposeHeaders] =
      "ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
  }

  /// The answer to a browser that asks what it may send.
  func preflight(_ request: Request, allowed: [HTTPRequest.Method]) -> Response? {
    guard request.method == .options, request.headers[.accessControlRequestMethod] != nil,
      let origin = request.headers[.origin], settings.allows(origin: origin)
    else { return nil }
    var headers = HTTPFields()
    cors(request, &headers)
    headers[.accessControlAllowMethods] = allowed.map(\.rawValue).joined(separator: ", ")
    headers[.accessControlAllowHeaders] =
      "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
    headers[.accessControlMaxAge] = "600"
    return Response(status: .noContent, headers: headers)
  }

  /// The operation of requests that no endpoint is for.
  private static let unknown = "unknown"
  static let requestIDName = HTTPField.Name("X-Request-Id")!
  private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!

  /// The caller's own name for the request where it is a plain one, else a new one.
  private static func requestID(_ request: Request) -> String {
    if let own = request.headers[requestIDName], 1...64 ~= own.utf8.count,
      own.utf8.allSatisfy({
        0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == 0x2D || $0 == 0x5F
          || $0 == 0x2E
      })
    {
      return own
    }
    return RequestID.next()
  }
}
