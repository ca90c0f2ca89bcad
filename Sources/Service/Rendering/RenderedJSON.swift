import Formats
import JSON
import NIOCore

/// JSON as it goes out, with its tag: made once, sent many times.
final class RenderedJSON: Sendable {
  let value: JSONValue
  let mediaType: String
  let bytes: ByteBuffer
  let tag: String

  /// O(size of the value).
  init(_ value: JSONValue, mediaType: String = "application/json") {
    let text = value.text()
    self.value = value
    self.mediaType = mediaType
    bytes = ByteBuffer(bytes: text)
    tag = EntityTag.of(text)
  }
}
