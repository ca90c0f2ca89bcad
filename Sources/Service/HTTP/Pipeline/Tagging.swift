import HTTPTypes
import NIOCore

/// Tags what is read or has been changed, and sends nothing twice.
struct Tagging: Sendable {
  func apply(to exchange: inout Exchange) {
    guard let body = exchange.body, exchange.status == .ok,
      exchange.isRead || exchange.request.method == .patch
    else { return }
    let tag = exchange.headers[.eTag] ?? EntityTag.of(Array(body.readableBytesView))
    exchange.headers[.eTag] = tag
    guard exchange.isRead, let known = exchange.request.headers[.ifNoneMatch],
      EntityTag.matches(known, tag)
    else { return }
    exchange.status = .notModified
    exchange.body = nil
    exchange.headers[.contentType] = nil
  }
}
