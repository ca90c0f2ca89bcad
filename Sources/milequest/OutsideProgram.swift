#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Another program of the system that does a part of the work.
enum OutsideProgram {
  struct Ended {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Why a program could not be run: an error number of the system.
  struct Fault: Error { let code: Int32 }

  /// Runs a program to its end.
  ///
  /// What it reads and writes goes through files without a name, so that neither waits for the other,
  /// however much it is.
  /// - Parameters:
  ///   - name: looked for in `PATH`.
  ///   - environment: what it gets besides the variables of this process, such as a password, which
  ///     everybody could read among its arguments.
  static func run(
    _ name: String, _ arguments: [String], input: [UInt8] = [],
    environment: [String: String] = [:]
  ) throws(Fault) -> Ended {
    let files = [try file(), try file(), try file()]
    defer { for file in files { close(file) } }
    try write(input, to: files[0])
    lseek(files[0], 0, SEEK_SET)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(number))
    }
    var words = ([name] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var variables = inherited(besides: environment) + [nil]
    defer { for variable in variables { free(variable) } }
    var process: pid_t = 0
    let begun = posix_spawnp(&process, name, &actions, nil, &words, &variables)
    guard begun == 0 else { throw Fault(code: begun) }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { throw Fault(code: errno) }
    }
    // The exit code stands in the second byte; a signal in the first.
    return Ended(
      status: status & 0x7F == 0 ? (status >> 8) & 0xFF : status & 0x7F,
      output: try text(files[1]), errors: try text(files[2]))
  }

  private static func inherited(
    besides added: [String: String]
  ) -> [UnsafeMutablePointer<CChar>?] {
    var all: [UnsafeMutablePointer<CChar>?] = added.map { strdup("\($0.key)=\($0.value)") }
    var next = environ
    while let variable = next.pointee {
      let name = String(cString: variable).prefix { $0 != "=" }
      if added[String(name)] == nil { all.append(strdup(variable)) }
      next += 1
    }
    return all
  }

  private static func file() throws(Fault) -> Int32 {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/milequest.XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { throw Fault(code: errno) }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(path)
    return descriptor
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws(Fault) {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(file, $0.baseAddress! + written, $0.count - written)
      }
      guard count > 0 else { throw Fault(code: errno) }
      written += count
    }
  }

  private static func text(_ file: Int32) throws(Fault) -> String {
    let size = Int(lseek(file, 0, SEEK_END))
    lseek(file, 0, SEEK_SET)
    var bytes = [UInt8](repeating: 0, count: max(size, 0))
    var read = 0
    while read < bytes.count {
      let count = bytes.withUnsafeMutableBytes {
        Glibc.read(file, $0.baseAddress! + read, $0.count - read)
      }
      guard count > 0 else { break }
      read += count
    }
    return String(decoding: bytes.prefix(read), as: UTF8.self)
  }
}
