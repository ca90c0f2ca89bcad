import Base
import JSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Files as bytes; `-` is standard input or output.
enum Files {
  /// Opens a file to be read; `-` is standard input.
  ///
  /// - Throws: `noInput`.
  static func open(_ path: String) throws -> Int32 {
    if path == "-" { return 0 }
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Failure(
        .noInput,
        isURL(path)
          ? "\(path): this is a URL, and files are not fetched: download it first"
          : "\(path): \(reason())")
    }
    var status = stat()
    if fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      close(descriptor)
      throw Failure(.noInput, "\(path): this is a folder, not a file")
    }
    return descriptor
  }

  /// The bytes of an open file, 0 where it is none that tells.
  static func size(of descriptor: Int32) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return 0 }
    return Int(status.st_size)
  }

  /// Reads a whole file, up to a limit.
  ///
  /// - Parameter cuts: whether a file over the limit is read up to one byte more than it, for who
  ///   wants to tell that in another way.
  /// - Throws: `noInput` where it cannot be opened or read, `badData` where it is too large.
  static func read(_ path: String, limit: Int, cuts: Bool = false) throws -> [UInt8] {
    let descriptor = try open(path)
    defer { if descriptor != 0 { close(descriptor) } }
    let expected = cuts ? min(size(of: descriptor), limit) : size(of: descriptor)
    func tooLarge(_ bytes: Int) -> Failure {
      Failure(
        .badData, "\(path): the file has more than \(limit) bytes (\(limit >> 20) MiB), the limit")
    }
    if expected > limit { throw tooLarge(expected) }
    var bytes: [UInt8] = []
    var room = max(expected + 1, 64 * 1024)
    while true {
      var count = 0
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: room))
      count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + start, room) }
      let failed = errno
      bytes.removeLast(room - max(count, 0))
      if count < 0 {
        if failed == EINTR { continue }
        errno = failed
        throw Failure(.noInput, "\(path): \(reason())")
      }
      if count == 0 { return bytes }
      if bytes.count > limit {
        if cuts { return Array(bytes.prefix(limit + 1)) }
        throw tooLarge(bytes.count)
      }
      // Where all of it should be there, the end is looked for in what is left of the memory.
      room = bytes.count == expected ? 1 : max(min(bytes.count, 1 << 24), 64 * 1024)
    }
  }

  /// The first bytes of a file that lies on a disk; nothing of others, which can be read only once.
  static func head(_ path: String, count: Int) throws -> [UInt8] {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [] }
    return Array(try read(path, limit: count, cuts: true).prefix(count))
  }

  /// Writes a whole file: to a temporary one beside it that is then renamed, so that nothing half
  /// written is ever seen.
  ///
  /// - Throws: `writeFailed`.
  static func write(_ bytes: [UInt8], to path: String) throws {
    if path == "-" || path == "/dev/stdout" { return try writeOut(bytes) }
    // What a link leads to is replaced, not the link.
    var path = path
    if let target = realpath(path, nil) {
      path = String(cString: target)
      free(target)
    }
    // A device or a pipe is written to as it is.
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      let descriptor = Glibc.open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw Failure(.writeFailed, "\(path): \(reason())") }
      defer { close(descriptor) }
      return try writeAll(bytes, to: descriptor, path)
    }
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    var ofFolder = stat()
    if !folder.isEmpty, stat(folder, &ofFolder) != 0, errno == ENOENT {
      throw Failure(.writeFailed, "\(path): there is no folder “\(folder)” to write into")
    }
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = Glibc.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure(.writeFailed, "\(path): \(reason())") }
    do {
      // Who may read the file that is replaced may read the new one, and nobody else.
      if isThere { fchmod(descriptor, status.st_mode & 0o7777) }
      try writeAll(bytes, to: descriptor, path)
      guard fsync(descriptor) == 0 || errno == EINVAL else {
        throw Failure(.writeFailed, "\(path): \(reason())")
      }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let failure = Failure(.writeFailed, "\(path): \(reason())")
      unlink(temporary)
      throw failure
    }
  }

  /// The bytes of a file that was written; nil where that was standard output, a device or a pipe.
  static func readBack(_ path: String, limit: Int) throws -> [UInt8]? {
    var status = stat()
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return try read(path, limit: limit)
  }

  /// Whether two paths lead to one file, however they are spelled.
  static func areOne(_ a: String, _ b: String) -> Bool {
    var first = stat()
    var second = stat()
    guard a != "-", b != "-", stat(a, &first) == 0, stat(b, &second) == 0 else { return false }
    return first.st_mode & S_IFMT == S_IFREG && first.st_dev == second.st_dev
      && first.st_ino == second.st_ino
  }

  private static func isURL(_ path: String) -> Bool {
    let lower = path.lowercased()
    return ["http://", "https://", "ftp://", "file://"].contains { lower.hasPrefix($0) }
  }

  private static func writeOut(_ bytes: [UInt8]) throws {
    try writeAll(bytes, to: 1, "standard output")
  }

  /// Writes bytes to an open file, called so in the error.
  static func writeAll(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress! + done, bytes.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure(.writeFailed, "\(path): \(reason())")
      }
      done += count
    }
  }

  private static func reason() -> String {
    switch errno {
    case ENOENT: "there is no such file"
    case EACCES, EPERM: "permission is denied"
    case ENOSPC: "the disk is full"
    case EISDIR: "this is a folder, not a file"
    default: String(cString: strerror(errno))
    }
  }
}

/// Prints what people read to standard output; nothing in it reaches the terminal as a command. A reader
/// that has gone away is no error.
///
/// What programs read, such as CSV, is printed as bytes.
func printOut(_ text: String) throws { try printOut(Array(TerminalText.clean(text).utf8)) }

/// Prints a text that is clean but for this program's own colours.
func printOut(asIs text: String) throws { try printOut(Array(text.utf8)) }

func printOut(_ value: JSONValue) throws { try printOut(value.text(indent: 2) + [0x0A]) }

func printOut(_ bytes: [UInt8]) throws {
  do { try Files.write(bytes, to: "-") } catch let failure as Failure {
    if errno == EPIPE { return }
    throw failure
  }
}
