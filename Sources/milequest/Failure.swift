import ArgumentParser
import Base

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why a command ends early: what to print, and the exit code that says the same to a program.
struct Failure: Error {
  enum Kind: Int32 {
    case usage = 64
    case badData = 65
    case noInput = 66
    case unreachable = 69
    case writeFailed = 74
    // 128 and the signal's number, as shells have it.
    case hungUp = 129
    case interrupted = 130
    case terminated = 143
  }

  let kind: Kind
  let message: String

  init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }
}

/// Runs a command's body; a failure is printed and becomes the exit code.
func reportingFailures(_ body: () throws -> Void) throws {
  do { try body() } catch let failure as Failure {
    StandardError.write(failure.message)
    throw ExitCode(failure.kind.rawValue)
  }
}

enum StandardError {
  /// Writes what people read; nothing in it reaches the terminal as a command.
  static func write(_ text: String) { write(asIs: TerminalText.clean(text)) }

  /// Writes a text that is clean but for this program's own colours, or that programs read.
  static func write(asIs text: String) {
    let bytes = Array((text.hasSuffix("\n") ? text : text + "\n").utf8)
    // There is nobody left to tell when this fails.
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
