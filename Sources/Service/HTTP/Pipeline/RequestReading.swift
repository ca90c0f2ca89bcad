import Hummingbird

/// Reads the parameters and the body that the endpoint takes, each once.
struct RequestReading: Sendable {
  let backend: Backend
  let shedding: Shedding

  /// - Throws: `not-found`, `invalid-parameter`, `unavailable`, and what is wrong with the body.
  func apply(to exchange: inout Exchange) async throws {
    guard let operation = exchange.operation, let match = exchange.match else { return }
    let (endpoint, request) = (operation.endpoint, exchange.request)
    let parameters = try operation.parameters.values(
      path: match.captured, query: request.uri.query, headers: request.headers)
    if endpoint.takesBody, RequestBytes.isExpected(request) {
      let channel = exchange.context.channel
      exchange.hold = try BodyBudget.Hold(
        backend.bodies, for: CallerKey(exchange.caller, at: exchange.address),
        at: exchange.address, isUpload: endpoint.takesFile
      ) { channel.close(mode: .input, promise: nil) }
    }
    // A body comes as fast as its sender likes.
    if RequestBytes.isExpected(request) { shedding.end(&exchange) }
    let (bytes, body) = try await operation.body.content(
      of: request, on: exchange.context.channel, limits: backend.limits,
      hold: exchange.hold, at: exchange.now)
    try shedding.begin(&exchange, isLate: false)
    exchange.call = Call(
      backend: backend, endpoint: endpoint, caller: exchange.caller, now: exchange.now,
      requestID: exchange.requestID, address: exchange.address,
      connection: exchange.context.watch, parameters: parameters,
      headers: request.headers, host: request.head.authority, bytes: bytes, body: body)
  }
}
