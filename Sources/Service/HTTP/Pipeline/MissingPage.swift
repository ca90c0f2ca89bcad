import HTTPTypes

/// Shows people a page where their browser found nothing; programs get the problem as JSON.
struct MissingPage: Sendable {
  /// Nil where the browser client is not served.
  let web: WebResource?
  let documents: Documents

  func apply(to exchange: inout Exchange) {
    guard let web, exchange.isRead, exchange.reply.status == .notFound,
      !Self.isForPrograms(exchange.request.uri.path), Self.takesPages(exchange.request.headers)
    else { return }
    let host = exchange.request.head.authority
    exchange.reply = web.missing(at: documents.address(askedAt: host))
  }

  /// Programs ask for paths below these, and cannot read pages.
  private static func isForPrograms(_ path: String) -> Bool {
    ["/v1", "/assets", "/embed"].contains { path == $0 || path.hasPrefix($0 + "/") }
  }

  /// Browsers name HTML where somebody goes to an address; scripts and pictures do not.
  private static func takesPages(_ headers: HTTPFields) -> Bool {
    (headers[.accept] ?? "").split(separator: ",").contains {
      $0.prefix { $0 != ";" }.trimmingSpaces.lowercased() == "text/html"
    }
  }
}
