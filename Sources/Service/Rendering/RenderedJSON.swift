import Formats
import JSON
import NIOCore
import Synchronization

/// JSON as it goes out, with its tag: made once, sent many times.
final class RenderedJSON: Sendable {
  let value: JSONValue
  let mediaType: String
  let bytes: ByteBuffer
  let tag: String
  private let packedOnce = Mutex<ByteBuffer??>(nil)

  /// O(size of the value).
  init(_ value: JSONValue, mediaType: String = "application/json") {
    let text = value.text()
    self.value = value
    self.mediaType = mediaType
    bytes = ByteBuffer(bytes: text)
    tag = EntityTag.of(text)
  }

  /// The bytes by gzip, packed at the first request for them; nil where gzip does not make them shorter.
  var packed: ByteBuffer? {
    packedOnce.withLock { known in
      if let known { return known }
      let packed = Deflation.gzip(bytes.readableBytesView).map { ByteBuffer(bytes: $0) }
      known = .some(packed)
      return packed
    }
  }
}
