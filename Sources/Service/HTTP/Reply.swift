import Formats
import HTTPTypes
import JSON

/// What an endpoint answers, before the headers that all answers have.
struct Reply: Sendable {
  enum Content: Sendable {
    case none
    case json(JSONValue, mediaType: String)
    /// JSON that was made before.
    case rendered(RenderedJSON)
    case bytes([UInt8], mediaType: String)
    /// A route's file, made and written piece by piece.
    case download(Download)
    /// Server-sent events, for as long as the client stays.
    case live(LiveStream)
    /// What is too long to be held: written piece by piece.
    case stream(
      mediaType: String,
      write: @Sendable (_ put: (sending [UInt8]) async throws -> Void) async throws -> Void)
  }

  /// Who may keep the answer.
  enum Caching: Sendable, Equatable {
    /// Nobody.
    case forbidden
    /// A shared cache for a moment: what is public and asked for without a token.
    case briefly
    /// The same for everyone until the next version of the program.
    case fixed
    /// The same for everyone for ever: its name is the hash of its content.
    case forever
  }

  /// The JSON that it answers, nil where it answers none.
  var json: (value: JSONValue, mediaType: String)? {
    switch content {
    case .json(let value, let mediaType): (value, mediaType)
    case .rendered(let body): (body.value, body.mediaType)
    case .none, .bytes, .download, .live, .stream: nil
    }
  }

  var status: HTTPResponse.Status
  var content: Content
  var caching: Caching
  var headers: HTTPFields
  /// What a browser may do with it, as `Content-Security-Policy` has it; nil for next to nothing.
  var policy: String?
  /// Whether the policy decides about frames alone: older browsers' header for them knows no list.
  var isFramed = false

  init(
    _ status: HTTPResponse.Status, _ content: Content, caching: Caching = .forbidden,
    headers: HTTPFields = HTTPFields()
  ) {
    self.status = status
    self.content = content
    self.caching = caching
    self.headers = headers
  }

  static func json(
    _ value: JSONValue, _ status: HTTPResponse.Status = .ok, caching: Caching = .forbidden
  ) -> Reply {
    Reply(status, .json(value, mediaType: "application/json"), caching: caching)
  }

  static func rendered(_ body: RenderedJSON, caching: Caching = .forbidden) -> Reply {
    Reply(.ok, .rendered(body), caching: caching)
  }

  static func created(_ value: JSONValue, at location: String) -> Reply {
    var reply = Reply.json(value, .created)
    reply.headers[.location] = location
    return reply
  }

  static func map(_ value: JSONValue, caching: Caching) -> Reply {
    Reply(.ok, .json(value, mediaType: "application/geo+json"), caching: caching)
  }

  static let nothing = Reply(.noContent, .none)
}
