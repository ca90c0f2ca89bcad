public import Foundation

/// What a process that a test starts sees of the machine: folders of its own that go away with this
/// value, UTC and no language. Nothing of the user's is read or written, so a test says the same
/// for everyone.
public final class Home: Sendable {
  private let folder: URL

  /// The whole environment of the process.
  public let variables: [String: String]

  public init() throws {
    // Short, for a server's socket may come to stand in it, whose path has at most 107 bytes.
    folder = FileManager.default.temporaryDirectory
      .appending(path: "mq-home-\(UUID().uuidString.prefix(8))")
    var variables = [
      "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TZ": "UTC",
    ]
    for (name, subfolder) in [("HOME", "home"), ("XDG_DATA_HOME", "data"), ("TMPDIR", "tmp")] {
      let url = folder.appending(path: subfolder)
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      variables[name] = url.path
    }
    self.variables = variables
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A process that lives here, not started yet. Keep this value until it has ended.
  public func process(_ program: String, _ arguments: [String]) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.environment = variables
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs another program than Mile Quest's to its end, in a home of its own.
  ///
  /// - Returns: its exit code, and what it wrote to standard output and standard error.
  public static func run(
    _ program: String, _ arguments: [String]
  ) throws -> (status: Int32, output: Data) {
    let home = try Home()
    let process = home.process(program, arguments)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, output)
  }
}
