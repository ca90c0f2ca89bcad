#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A value that one thread at a time may look at: the only lock of the house.
///
/// A POSIX mutex, because the thread sanitizer understands it on Linux, unlike `Synchronization`'s,
/// and because the engine may not import NIO or Foundation. The mutex lives in memory of its own: an
/// inline `pthread_mutex_t` that is passed by `&` has no stable address.
///
/// Hold it for a look or a change in memory, never across a wait for something else.
package final class Lock<Value: ~Copyable>: @unchecked Sendable {
  @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
  // Read and written only while the mutex is held: hence `@unchecked`.
  @usableFromInline var value: Value

  package init(_ value: consuming sending Value) {
    mutex = .allocate(capacity: 1)
    let status = pthread_mutex_init(mutex, nil)
    precondition(status == 0, "the system gives no mutex: error \(status)")
    self.value = value
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs a body that may change the value, while no other thread can.
  ///
  /// A body that takes the same lock again waits for ever.
  @inlinable
  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}

extension Lock where Value == Void {
  /// A lock for state that stands elsewhere, such as in memory shared by many locks.
  package convenience init() { self.init(()) }

  /// Runs a body while no other thread runs one under this lock.
  @inlinable
  package func withLock<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body()
  }
}
