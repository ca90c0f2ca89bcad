/// Refuses requests that do not say, once, which host they are for (RFC 9112, section 3.2): a proxy and
/// the service might take them for different ones.
struct HostCheck: Sendable {
  /// - Throws: `malformed-request`.
  func apply(to exchange: Exchange) throws(Problem) {
    let head = exchange.request.head
    // The first `Host` is the authority; what is left among the fields is another.
    if head.authority?.isEmpty == false, head.headerFields[.init("Host")!] == nil { return }
    var problem = Problem(.malformedRequest, "the request must have one Host field, and has not")
    problem.headers[.connection] = "close"
    throw problem
  }
}
