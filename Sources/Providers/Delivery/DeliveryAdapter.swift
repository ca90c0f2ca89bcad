/// Something that is handed over to another server.
public protocol Deliverable: Hashable, Sendable {
  associatedtype Lane: Hashable & Sendable
  /// What keeps its order: of one lane there is one call at a time.
  var lane: Lane { get }
}

/// Hands things over to whoever takes them.
///
/// Safe to call from many tasks. What is in one lane comes in its order, and never in two calls at a
/// time.
public protocol DeliveryAdapter<Message, Failure>: Sendable {
  associatedtype Message: Deliverable
  associatedtype Failure: DeliveryFailure
  /// Names it in logs and figures.
  var name: String { get }
  /// Messages in one call.
  var mostMessages: Int { get }
  /// Hands messages over, all or none. The other side may get one twice where an answer was lost.
  func deliver(_ messages: [Message]) async throws(Failure)
}

/// What keeps something from being handed over.
public protocol DeliveryFailure: Error, Sendable {
  /// Whether the same may succeed later.
  var mayRepeat: Bool { get }
  /// How long the other side asks to be left alone.
  var retryAfter: Duration? { get }

  /// - Parameter message: a sentence for people. It holds no secret.
  init(fault: DeliveryFault, _ message: String, mayRepeat: Bool, retryAfter: Duration?)
}

/// How another server fails to take what it is sent.
public enum DeliveryFault: Hashable, Sendable {
  /// Nobody takes anything now.
  case unreachable
  /// Too much was sent.
  case throttled
  /// The other side failed.
  case unavailable
  /// It will not be taken.
  case refused
}
