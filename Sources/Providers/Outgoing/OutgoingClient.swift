public import Base

/// Sends requests to other servers: the only way out for all providers.
///
/// HTTP and HTTPS only, no redirects, no proxy but one that is configured, and no connection into the
/// inside network unless it is allowed, whatever name led to it. Connections are kept for later
/// requests. Transfers run on threads of their own, never on those of tasks.
public final class OutgoingClient: Sendable {
  public struct Options: Sendable {
    /// Parts of the inside network that requests may go to.
    public var allowedNetworks: [AddressRange] = []
    /// A proxy for all requests, such as `http://proxy.example.org:3128`; nil for none. It decides
    /// where requests may go: addresses are not checked then.
    public var proxy: String?
    /// A file of certificates (PEM) to trust in place of the system's.
    public var certificates: String?
    public var connectTimeout: Duration = .seconds(5)
    /// Requests at a time.
    public var threads = 4
    /// Requests that wait for a thread.
    public var mostWaiting = 256

    public init() {}
  }

  private let options: Options
  private let queue: WorkQueue
  private let handles = TransferHandles()

  public init(_ options: Options = Options()) {
    self.options = options
    queue = WorkQueue(name: "outgoing", threads: options.threads, mostWaiting: options.mostWaiting)
  }

  /// Sends a request and reads the answer. Its time runs while it waits for a thread. A cancelled task stops waiting at once, and the transfer
  /// ends soon after.
  public func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingResponse {
    let deadline = ContinuousClock.now + request.timeout
    let transfer = Transfer(
      request, lines: try request.headerLines(), options: options, deadline: deadline)
    let reply = OneReply<Result<OutgoingResponse, OutgoingError>>()
    // A request that still waits for a thread has no other clock.
    let timer = Task {
      guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
      transfer.cancel()
      reply.give(.failure(transfer.timeout))
    }
    defer { timer.cancel() }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        reply.wait(continuation)
        let isTaken = queue.start { [handles] in
          reply.give(handles.withHandle { transfer.perform(on: $0) })
        }
        if !isTaken {
          reply.give(
            .failure(OutgoingError(.busy, "too many requests wait to be sent to other servers")))
        }
      }
    } onCancel: {
      transfer.cancel()
      reply.give(.failure(transfer.cancellation))
    }
    return try result.get()
  }
}

/// A continuation that the first of several resumes.
final class OneReply<Value: Sendable>: Sendable {
  private enum State {
    case nothing
    case waiting(CheckedContinuation<Value, Never>)
    case given(Value)
    case done
  }

  private let state = Lock<State>(.nothing)

  func wait(_ continuation: CheckedContinuation<Value, Never>) {
    let value: Value? = state.withLock { state in
      guard case .given(let value) = state else {
        state = .waiting(continuation)
        return nil
      }
      state = .done
      return value
    }
    if let value { continuation.resume(returning: value) }
  }

  func give(_ value: Value) {
    let continuation: CheckedContinuation<Value, Never>? = state.withLock { state in
      switch state {
      case .nothing:
        state = .given(value)
        return nil
      case .waiting(let continuation):
        state = .done
        return continuation
      case .given, .done: return nil
      }
    }
    continuation?.resume(returning: value)
  }
}
