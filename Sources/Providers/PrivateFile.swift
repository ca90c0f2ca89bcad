#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Files that nobody but their owner reads, whole under their name or not there.
enum PrivateFile {
  /// What kept a file from being made or read.
  struct Failure: Error {
    let message: String

    init(_ what: String, reason: Int32) {
      message = "\(what): \(String(cString: strerror(reason)))"
    }

    init(_ message: String) { self.message = message }
  }

  /// Makes a file of mode 0600, through one beside it that is then linked; nothing is written over.
  ///
  /// - Parameter token: something that no other writer has, for the name of the file beside it.
  /// - Returns: false where there is a file of this name.
  static func create(_ path: String, _ bytes: [UInt8], token: String) throws(Failure) -> Bool {
    let partial = "\(path).\(token).partial"
    let descriptor = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Failure("\(partial) cannot be made", reason: errno) }
    defer { unlink(partial) }
    do throws(Failure) {
      // Whatever mask the process has.
      guard fchmod(descriptor, 0o600) == 0 else {
        throw Failure("\(partial) cannot be made private", reason: errno)
      }
      try write(bytes, to: descriptor, partial)
      guard fsync(descriptor) == 0 else {
        throw Failure("\(partial) cannot be written", reason: errno)
      }
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else {
      throw Failure("\(partial) cannot be written", reason: errno)
    }
    guard link(partial, path) == 0 else {
      if errno == EEXIST { return false }
      throw Failure("\(path) cannot be made", reason: errno)
    }
    return true
  }

  private static func write(
    _ bytes: [UInt8], to descriptor: Int32, _ path: String
  ) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        systemWrite(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw Failure("\(path) cannot be written", reason: errno)
      }
      done += count
    }
  }

  /// Reads a file that its owner alone can read.
  ///
  /// - Returns: nil where there is none.
  static func read(_ path: String, mostBytes: Int) throws(Failure) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw Failure("\(path) cannot be read", reason: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw Failure("\(path) cannot be read", reason: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Failure("\(path) is no file")
    }
    guard status.st_mode & 0o077 == 0 else {
      throw Failure("\(path) holds a secret and others may read it; run chmod 600 \(path)")
    }
    var bytes = [UInt8](repeating: 0, count: mostBytes + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        systemRead(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
      }
      if got < 0 {
        if errno == EINTR { continue }
        throw Failure("\(path) cannot be read", reason: errno)
      }
      if got == 0 { break }
      count += got
    }
    guard count <= mostBytes else {
      throw Failure("\(path) has more than \(mostBytes) bytes, the limit")
    }
    return Array(bytes[..<count])
  }

  /// Makes a folder of mode 0700; one that is there stays as it is.
  static func createFolder(_ path: String) throws(Failure) {
    guard mkdir(path, 0o700) != 0 else { return }
    let reason = errno
    var status = stat()
    guard reason == EEXIST, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure("the folder \(path) cannot be made", reason: reason)
    }
  }
}

// `read(2)` and `write(2)`, under names that the methods above do not hide.

private func systemRead(_ file: Int32, _ into: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, into, count)
}

private func systemWrite(_ file: Int32, _ from: UnsafeRawPointer?, _ count: Int) -> Int {
  write(file, from, count)
}
