public import Foundation
import TestSupport
import Testing

/// The built program, driven as a person or a script would.
///
/// `MILEQUEST_BIN` names it; without that it is the one that was built with the tests.
public enum Program {
  public static let packageRoot = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  public static let corpus = packageRoot.deletingLastPathComponent().appending(
    path: "shared/corpus")
  public static let teAraroa = corpus.appending(path: "gpx/trails/TeAraroaTrail_2022_2023.gpx").path

  public static var hasTeAraroa: Bool { FileManager.default.fileExists(atPath: teAraroa) }

  public static let path: String = {
    if let named = ProcessInfo.processInfo.environment["MILEQUEST_BIN"] { return named }
    return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "milequest").path
  }()

  public struct Answer {
    public let status: Int32
    public let bytes: [UInt8]
    public let errors: String
    /// User and system time of the program alone.
    public let cpuSeconds: Double
    /// The most memory that the program had in use.
    public let peakBytes: Int

    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The output as one JSON object.
    public var json: [String: Any] {
      get throws {
        try #require(
          JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any], "\(errors)")
      }
    }
  }

  /// Runs the program and waits for it.
  ///
  /// - Parameters:
  ///   - input: what stands on standard input; nothing where nil.
  ///   - output: where standard output goes instead of the answer.
  ///   - variables: of the environment, instead of those of `Home`; nil takes one away.
  public static func run(
    _ arguments: [String], program: String = path, input: String? = nil, output: String? = nil,
    variables: [String: String?] = [:]
  ) throws -> Answer {
    try run(
      arguments, program: program, inputBytes: input.map { Array($0.utf8) }, output: output,
      variables: variables)
  }

  /// - Parameter mostFileBytes: what the program may write into one file before writing fails.
  public static func run(
    _ arguments: [String], program: String = path, inputBytes: [UInt8]?, output: String? = nil,
    mostFileBytes: Int? = nil, variables: [String: String?] = [:]
  ) throws -> Answer {
    let folder = try Folder()
    let home = try Home()
    let input = inputBytes == nil ? "/dev/null" : try folder.file("in", inputBytes ?? [])
    let out = output ?? folder.path("out")
    _ = adoptsOrphans
    // The memory that Linux reports for a process is at least that of the one it was forked from,
    // and this one is large. So a shell forks the program and goes away, which makes the program a
    // child of this process that can be waited for.
    let limit = mostFileBytes.map { "trap '' XFSZ; ulimit -f \($0 / 512); " } ?? ""
    let start = "\"$@\" <\"$IN\" >\"$OUT\" 2>\"$ERR\" & echo $! >\"$PID\""
    let shell = ["/bin/sh", "-c", limit + start, "sh", program]
    var environment = home.variables
    environment.merge(
      ["IN": input, "OUT": out, "ERR": folder.path("err"), "PID": folder.path("pid")]
    ) { $1 }
    for (name, value) in variables { environment[name] = value }
    let shellPid = try spawn(
      shell + arguments, environment.map { name, value in "\(name)=\(value)" })
    var status: Int32 = 0
    guard waitpid(shellPid, &status, 0) == shellPid, status == 0 else {
      throw Fault("the shell failed with \(status)")
    }
    let text = try String(contentsOfFile: folder.path("pid"), encoding: .utf8)
    let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    var usage = rusage()
    guard withExtendedLifetime(home, { wait4(pid, &status, 0, &usage) }) == pid else {
      throw Fault("the program cannot be waited for: \(String(cString: strerror(errno)))")
    }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    // A signal counts from 128, as in a shell.
    let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    let bytes = output == nil ? Array(try Data(contentsOf: URL(filePath: out))) : []
    return Answer(
      status: code, bytes: bytes,
      errors: String(
        decoding: try Data(contentsOf: URL(filePath: folder.path("err"))), as: UTF8.self),
      cpuSeconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakBytes: Int(usage.ru_maxrss) * 1024)
  }

  public struct Fault: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
  }

  private static func spawn(_ arguments: [String], _ environment: [String]) throws -> pid_t {
    var pid: pid_t = 0
    let argv = arguments.map { strdup($0) } + [nil]
    let envp = environment.map { strdup($0) } + [nil]
    defer { for pointer in argv + envp { free(pointer) } }
    let failure = posix_spawn(&pid, arguments[0], nil, nil, argv, envp)
    guard failure == 0 else {
      throw Fault("\(arguments[0]): \(String(cString: strerror(failure)))")
    }
    return pid
  }

  /// Makes orphans of this process's children its own: PR_SET_CHILD_SUBREAPER. The C function takes
  /// a variable list of arguments, which Swift does not import.
  private static let adoptsOrphans: Bool = {
    typealias Control = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    guard let symbol = dlsym(nil, "prctl") else { return false }
    return unsafeBitCast(symbol, to: Control.self)(36, 1, 0, 0, 0) == 0
  }()
}
