import HTTPTypes
import Hummingbird
import NIOCore

/// Turns what is answered into bytes.
struct Rendering: Sendable {
  func apply(to exchange: inout Exchange) {
    let reply = exchange.reply
    exchange.status = reply.status
    exchange.headers.append(contentsOf: reply.headers)
    exchange.headers.append(HTTPField(name: .xContentTypeOptions, value: "nosniff"))
    switch reply.content {
    case .none: break
    case .stream(let mediaType, let write):
      exchange.headers[.contentType] = mediaType
      exchange.stream = ResponseBody { writer in
        try await write { bytes in try await writer.write(ByteBuffer(bytes: bytes)) }
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
