import HTTPTypes
import NIOCore

/// Tags what is read or has been changed, and sends nothing twice.
struct Tagging: Sendable {
  func apply(to exchange: inout Exchange) {
    guard exchange.status == .ok, exchange.isRead || exchange.request.method == .patch,
      let tag = exchange.headers[.eTag]
        ?? exchange.body.map({
          EntityTag.of(Array($0.readableBytesView), revision: exchange.revision)
        })
    else { return }
    exchange.headers[.eTag] = tag
    guard exchange.isRead, let known = exchange.request.headers[.ifNoneMatch],
      EntityTag.matches(known, tag)
    else { return }
    exchange.status = .notModified
    exchange.body = nil
    exchange.stream = nil
    exchange.headers[.contentType] = nil
  }
}
