import CivilTime
import HTTPTypes
import Providers

/// A request's own span, and the trace that it belongs to.
struct RequestTrace: Sendable {
  let context: TraceContext
  let span: UInt64
  /// Whether the span is handed over.
  let isKept: Bool
}

/// Takes over the traces of whoever asks, begins some of its own, and hands over the spans of those
/// that are kept.
struct Tracing: Sendable {
  private static let header = HTTPField.Name("traceparent")!

  private let spans: Spans?

  /// - Parameter spans: nil where they go nowhere; then the log alone names traces.
  init(_ spans: Spans?) { self.spans = spans }

  func begin(_ exchange: inout Exchange) {
    var random = SystemRandomNumberGenerator()
    if let text = exchange.request.headers[Self.header],
      let context = TraceContext(traceparent: text)
    {
      exchange.trace = RequestTrace(
        context: context, span: .random(in: 1 ... .max, using: &random),
        isKept: spans != nil && context.isSampled)
    } else if let spans, !exchange.isOpen, Double.random(in: 0..<1, using: &random) < spans.share {
      let context = TraceContext(
        high: .random(in: 1 ... .max, using: &random), low: random.next(), isSampled: true)
      exchange.trace = RequestTrace(
        context: context, span: .random(in: 1 ... .max, using: &random), isKept: true)
    }
  }

  func end(_ exchange: Exchange) {
    guard let spans, let trace = exchange.trace, trace.isKept else { return }
    spans.delivery.offer(
      RequestSpan(
        trace.context, id: trace.span,
        operation: exchange.operation?.endpoint.operation ?? Operation.unknown,
        method: exchange.request.method.rawValue,
        route: exchange.operation?.endpoint.path.description, status: exchange.status.code,
        start: exchange.now, duration: .seconds(exchange.seconds)))
  }
}
