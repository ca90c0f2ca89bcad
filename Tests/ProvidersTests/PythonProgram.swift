import Foundation
import TestSupport

/// A program in Python; it ends with this value.
final class PythonProgram: Sendable {
  /// Debian's.
  static let system = "/usr/bin/python3"

  private let home: Home
  private let process: Locked<Process>
  private let output = Pipe()
  /// The line that it says when it is ready, such as its port; empty for one that says none.
  let greeting: String

  init(
    _ text: String, _ arguments: [String] = [], python: String = system,
    variables: [String: String] = [:], greets: Bool = true
  ) throws {
    home = try Home()
    let process = home.process(python, ["-u", "-c", text] + arguments)
    process.environment = home.variables.merging(variables) { $1 }
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = Locked(process)
    greeting = greets ? Self.line(output) : ""
  }

  /// The next line that it says; empty at its end, and where it says nothing for long.
  func line() -> String { Self.line(output) }

  private static func line(_ pipe: Pipe) -> String {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    let descriptor = pipe.fileHandleForReading.fileDescriptor
    var source = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&source, 1, Int32(patience.components.seconds * 1_000)) == 1,
      read(descriptor, &byte, 1) == 1, byte != 0x0A
    {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  deinit {
    // It may have inherited that other signals are blocked.
    process.with {
      kill($0.processIdentifier, SIGKILL)
      $0.waitUntilExit()
    }
  }
}
