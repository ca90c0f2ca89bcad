import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Lets a command that stores much end in order when it is asked to end: it stops at its next step and
/// closes what it has open. Asked twice, it ends at once.
enum Interruption {
  private static let signals = [(SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"), (SIGINT, "Ctrl-C")]
  private static let asked = Atomic<Int32>(0)

  /// Notes from now on that the process is asked to end, in place of ending it.
  static func takeOver() {
    for (number, _) in signals where !isIgnored(number) {
      signal(number) { received in
        Interruption.asked.store(received, ordering: .relaxed)
        signal(received, SIG_DFL)
      }
    }
  }

  /// Whether a signal was to be ignored when the process began, as `nohup` asks for SIGHUP.
  static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Glibc)
      return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    #else
      return unsafeBitCast(action.__sa_handler.sa_handler, to: Int.self) == 1
    #endif
  }

  /// Why the command ends early; nil where nobody asked it to.
  static var failure: Failure? {
    let number = asked.load(ordering: .relaxed)
    guard let name = signals.first(where: { $0.0 == number })?.1 else { return nil }
    let kind: Failure.Kind =
      switch number {
      case SIGHUP: .hungUp
      case SIGINT: .interrupted
      default: .terminated
      }
    return Failure(
      kind,
      "ended by \(name): what is counted as logged is stored; the same command goes on from there")
  }
}
