import Logging

/// Writes down each request, or those alone that failed. Those that were refused for overload are too many for that,
/// and counted.
struct RequestLog: Sendable {
  private let logger: Logger
  private let logsAll: Bool

  init(_ logger: Logger, logsAll: Bool) {
    self.logger = logger
    self.logsAll = logsAll
  }

  func apply(to exchange: Exchange) {
    let status = exchange.status.code
    guard logsAll || (status >= 500 && !exchange.isShed) else { return }
    var metadata: Logger.Metadata = [
      "requestId": .string(exchange.requestID),
      "method": .string(exchange.request.method.rawValue),
      "operation": .string(exchange.operation?.endpoint.operation ?? Operation.unknown),
      "status": .stringConvertible(status),
      "milliseconds": .stringConvertible((exchange.seconds * 1e5).rounded() / 100),
    ]
    if let trace = exchange.trace { metadata["traceId"] = .string(trace.context.traceText) }
    if let problem = exchange.problem { metadata["code"] = .string(problem.code.name) }
    logger.log(
      level: status >= 500 && !exchange.isShed ? .error : .info, "request", metadata: metadata)
  }
}
