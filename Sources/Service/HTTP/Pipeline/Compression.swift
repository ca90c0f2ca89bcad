import Formats
import HTTPTypes
import NIOCore

/// Packs long texts for clients that take gzip: a year of days is a seventh as long then.
///
/// What has a revision goes out as it is: its tag comes back in `If-Match`, where weak ones are no
/// good. Streams are written as they come. A secret and what a stranger wrote are never in one answer
/// that a browser fetches by its cookie alone, so that lengths tell nobody anything.
struct Compression: Sendable {
  /// What fits one packet gains nothing; of what is very long, packing would keep others waiting.
  static let bytes = 1_400...(4 << 20)

  func apply(to exchange: inout Exchange) {
    guard let body = exchange.body, exchange.isRead, exchange.status == .ok,
      exchange.revision == nil, Self.bytes.contains(body.readableBytes),
      exchange.headers[.vary]?.contains("Accept-Encoding") != true,
      Self.isText(exchange.headers[.contentType] ?? "")
    else { return }
    exchange.headers.vary(by: "Accept-Encoding")
    guard Self.takesGzip(exchange.request.headers[.acceptEncoding] ?? "") else { return }
    guard let packed = Self.packed(exchange.reply, body) else { return }
    exchange.body = packed
    exchange.headers[.contentEncoding] = "gzip"
    if let tag = exchange.headers[.eTag] { exchange.headers[.eTag] = EntityTag.weak(tag) }
  }

  private static func packed(_ reply: Reply, _ body: ByteBuffer) -> ByteBuffer? {
    if case .rendered(let rendered) = reply.content { return rendered.packed }
    return Deflation.gzip(body.readableBytesView).map { ByteBuffer(bytes: $0) }
  }

  private static func isText(_ mediaType: String) -> Bool {
    mediaType.hasPrefix("text/") || mediaType.contains("json") || mediaType.contains("xml")
  }

  /// Whether an `Accept-Encoding` takes gzip (RFC 9110, 12.5.3); one that says nothing does not.
  static func takesGzip(_ header: String) -> Bool {
    var others: Bool?
    for part in header.split(separator: ",") {
      let words = part.split(separator: ";").map { $0.trimmingSpaces.lowercased() }
      guard let coding = words.first else { continue }
      let quality = words.dropFirst().first { $0.hasPrefix("q=") }.flatMap {
        Double($0.dropFirst(2))
      }
      let isTaken = (quality ?? 1) > 0
      if coding == "gzip" || coding == "x-gzip" { return isTaken }
      if coding == "*" { others = isTaken }
    }
    return others ?? false
  }
}
