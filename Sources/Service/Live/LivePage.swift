import Base
import NIOCore

/// Messages of a team in a row, which all who come to them share.
final class LivePage: Sendable {
  let messages: [LiveMessage]
  /// In one piece for each view: what waits for readers who are slow is held once, not once for each.
  private let whole = Lock<[LiveMessage.View: ByteBuffer]>([:])

  init(_ messages: [LiveMessage]) { self.messages = messages }

  /// What a reader is sent of them, up to the message that ends its stream.
  func bytes(for reader: LiveReader) -> (bytes: ByteBuffer, end: LiveEnd?) {
    let deliveries = messages.map { LiveDesk.delivery($0, to: reader) }
    if deliveries.allSatisfy({ if case .send? = $0 { true } else { false } }) {
      return (all(reader.view), nil)
    }
    var bytes = ByteBuffer()
    for (message, delivery) in zip(messages, deliveries) {
      switch delivery {
      case nil: break
      case .send: bytes.writeImmutableBuffer(message.frame(reader.view))
      case .end(let reason): return (bytes, reason)
      case .sendAndEnd(let reason):
        bytes.writeImmutableBuffer(message.frame(reader.view))
        return (bytes, reason)
      }
    }
    return (bytes, nil)
  }

  private func all(_ view: LiveMessage.View) -> ByteBuffer {
    if let known = whole.withLock({ $0[view] }) { return known }
    let frames = messages.map { $0.frame(view) }
    var bytes = ByteBufferAllocator().buffer(capacity: frames.reduce(0) { $0 + $1.readableBytes })
    for frame in frames { bytes.writeImmutableBuffer(frame) }
    whole.withLock { $0[view] = bytes }
    return bytes
  }
}
