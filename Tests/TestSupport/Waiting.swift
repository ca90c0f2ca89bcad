import Foundation

/// How long anything may take on the slowest machine before a test gives it up.
public let patience: Duration = .seconds(30)

/// How often a test looks at least: where all threads are busy, one look can take as long as `patience`,
/// and then nothing that others do for the test has had its turn either.
private let fewestLooks = 200

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
  var looks = 0
  while try await !condition() {
    looks += 1
    guard ContinuousClock.now < end || looks < fewestLooks, !Task.isCancelled else { return false }
    try? await Task.sleep(for: .milliseconds(20))
  }
  return true
}
