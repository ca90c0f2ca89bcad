import HTTPTypes
import Hummingbird
import NIOCore

/// Turns what is answered into bytes.
struct Rendering: Sendable {
  private static let policyName = HTTPField.Name("Content-Security-Policy")!
  /// What the system holds for a live stream whose client does not read.
  private static let liveBufferBytes = 32 << 10
  private static let framesName = HTTPField.Name("X-Frame-Options")!

  /// Whether the service encrypts its connections itself; else a proxy says that they stay encrypted.
  let isEncrypted: Bool

  /// What a browser may do with an answer that says nothing of it: load nothing, run nothing, show it in no frame. Pages have
  /// their styles in themselves, and their forms go to the service.
  private static func policy(of content: Reply.Content) -> String {
    let frames = "frame-ancestors 'none'"
    guard case .bytes(_, let mediaType) = content, mediaType.hasPrefix("text/html") else {
      return "default-src 'none'; \(frames)"
    }
    return "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; "
      + frames
  }

  func apply(to exchange: inout Exchange) {
    let reply = exchange.reply
    exchange.status = reply.status
    exchange.headers.append(contentsOf: reply.headers)
    exchange.headers.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    exchange.headers.append(
      HTTPField(name: Self.policyName, value: reply.policy ?? Self.policy(of: reply.content)))
    if isEncrypted {
      exchange.headers.append(
        HTTPField(name: .strictTransportSecurity, value: "max-age=31536000"))
    }
    if !reply.isFramed {
      exchange.headers.append(HTTPField(name: Self.framesName, value: "DENY"))
    }
    switch reply.content {
    case .none: break
    case .stream(let mediaType, let write):
      exchange.headers[.contentType] = mediaType
      exchange.stream = ResponseBody { writer in
        try await write { bytes in try await writer.write(ByteBuffer(bytes: bytes)) }
        try await writer.finish(nil)
      }
    case .live(let live):
      exchange.headers[.contentType] = LiveStream.mediaType
      let channel = exchange.context.channel
      exchange.stream = ResponseBody { writer in
        // What a client does not read waits here for its turn to be cut off, and not in the system.
        try? await channel.setOption(.socketOption(.so_sndbuf), value: Self.liveBufferBytes).get()
        try await live.run { try await writer.write($0) }
        try await writer.finish(nil)
      }
    case .download(let download):
      exchange.headers[.contentType] = download.format.mediaType
      exchange.headers[.eTag] = download.facts.tag
      exchange.stream = ResponseBody(contentLength: download.facts.length) { writer in
        try await download.write { try await writer.write(ByteBuffer(bytes: $0)) }
        try await writer.finish(nil)
      }
    case .json(let value, let mediaType):
      exchange.body = ByteBuffer(bytes: value.text())
      exchange.headers[.contentType] = mediaType
    case .rendered(let rendered):
      exchange.body = rendered.bytes
      exchange.headers[.eTag] = rendered.tag
      exchange.headers[.contentType] = rendered.mediaType
    case .bytes(let bytes, let mediaType):
      exchange.body = ByteBuffer(bytes: bytes)
      exchange.headers[.contentType] = mediaType
    }
  }
}
