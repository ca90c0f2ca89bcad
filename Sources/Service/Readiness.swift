import Synchronization

/// Whether the service takes requests: red first when it shuts down, so that balancers turn away
/// before connections close.
final class Readiness: Sendable {
  private let closing = Atomic<Bool>(false)

  var isClosing: Bool { closing.load(ordering: .relaxed) }
  func close() { closing.store(true, ordering: .relaxed) }
}
