#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// How many files and connections the system lets the process have open.
enum Descriptors {
  /// What is kept for the store, its files, and the threads that serve.
  private static let reserve = 256

  /// Raises the limit as far as the process may, for most systems begin with 1,024.
  ///
  /// - Returns: the limit now.
  static func raised() -> Int {
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return 1_024 }
    let former = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    if setrlimit(resource, &limit) != 0 { limit.rlim_cur = former }
    return Int(clamping: limit.rlim_cur)
  }

  private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }

  /// How many connections so many descriptors are good for.
  static func connections(_ descriptors: Int, atMost most: Int) -> Int {
    min(most, max(descriptors - reserve, descriptors / 2))
  }
}
