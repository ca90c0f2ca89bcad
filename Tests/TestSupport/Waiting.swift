import Foundation

/// How long anything may take on the slowest machine before a test gives it up.
private let patience: Duration = .seconds(30)

/// Waits until a condition holds. Tests wait for what they need, never for a time, so that none of
/// them depends on how fast the machine is.
///
/// - Returns: whether it came to hold.
@available(*, noasync, message: "it holds its thread; give it a condition that is async")
public func eventually(_ condition: () throws -> Bool) rethrows -> Bool {
  let end = ContinuousClock.now + patience
  while try !condition() {
    guard ContinuousClock.now < end else { return false }
    Thread.sleep(forTimeInterval: 0.02)
  }
  return true
}

/// Waits until a condition holds, without holding a thread.
///
/// - Returns: whether it came to hold.
public func eventually(
  isolation: isolated (any Actor)? = #isolation, _ condition: () async throws -> Bool
) async rethrows -> Bool {
  let end = ContinuousClock.now + patience
  while try await !condition() {
    guard ContinuousClock.now < end, !Task.isCancelled else { return false }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return true
}
