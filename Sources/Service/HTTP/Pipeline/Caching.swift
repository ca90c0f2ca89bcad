import HTTPTypes

/// Says who may keep an answer, and for how long.
struct Caching: Sendable {
  func apply(to exchange: inout Exchange) {
    let caching = exchange.reply.caching
    let value =
      switch caching {
      case .forbidden: "private, no-store"
      case .briefly: "public, max-age=10, stale-while-revalidate=60"
      case .fixed: "public, max-age=3600"
      case .forever: "public, max-age=31536000, immutable"
      }
    exchange.headers.append(HTTPField(name: .cacheControl, value: value))
    if caching == .briefly { exchange.headers.vary(by: "Authorization") }
  }
}

extension HTTPFields {
  /// Says that an answer depends on a field of the request too: in one line with the others, for
  /// there are caches that look at the last line alone.
  mutating func vary(by name: String) {
    self[.vary] = self[.vary].map { "\($0), \(name)" } ?? name
  }
}
