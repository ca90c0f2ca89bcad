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
      }
    exchange.headers.append(HTTPField(name: .cacheControl, value: value))
    if caching == .briefly {
      exchange.headers.append(HTTPField(name: .vary, value: "Authorization"))
    }
  }
}
