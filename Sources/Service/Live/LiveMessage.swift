import Base
import Formats
import JSON
import NIOCore
import Quests

/// An event as it goes out, rendered once for all readers who see the same, when the first of them
/// comes.
final class LiveMessage: Sendable {
  /// How a reader sees it.
  struct View: Hashable, Sendable {
    let people: PeopleShown
    /// Those of the lengths that come as texts too; nil for none.
    let units: LengthUnits?
  }

  /// Who may see the team from this event on; only events that change it have one.
  struct Audience: Sendable {
    let isPublic: Bool
    let members: Set<PersonID>
  }

  let event: TeamEvent
  /// Nil where the event lets everybody see what they saw before.
  let audience: Audience?
  private let context: LiveEventJSON.Context
  private let frames = Lock<[View: ByteBuffer]>([:])

  init(_ event: TeamEvent, _ context: LiveEventJSON.Context, audience: Audience? = nil) {
    self.event = event
    self.context = context
    self.audience = audience
  }

  func json(_ view: View) -> JSONValue {
    let value = LiveEventJSON.value(event, context, shown: view.people)
    return view.units.map { LengthTexts.added(to: value, in: $0) } ?? value
  }

  /// The message as a server-sent event.
  func frame(_ view: View) -> ByteBuffer {
    if let known = frames.withLock({ $0[view] }) { return known }
    let new = LiveFrame.event(event.kind.rawValue, id: event.version, json(view))
    frames.withLock { $0[view] = new }
    return new
  }
}

/// Server-sent events as bytes, by the HTML standard's `text/event-stream`.
enum LiveFrame {
  static func event(_ name: String, id: Int64?, _ data: JSONValue) -> ByteBuffer {
    var text = id.map { "id: \($0)\n" } ?? ""
    text += "event: \(name)\ndata: "
    var bytes = ByteBuffer(string: text)
    // JSON is written on one line.
    bytes.writeBytes(data.text())
    bytes.writeStaticString("\n\n")
    return bytes
  }

  /// A comment, which clients pass over.
  static let heartbeat = ByteBuffer(string: ":\n\n")

  /// How long a client waits before it comes again.
  static func retry(milliseconds: Int) -> ByteBuffer {
    ByteBuffer(string: "retry: \(milliseconds)\n\n")
  }
}
