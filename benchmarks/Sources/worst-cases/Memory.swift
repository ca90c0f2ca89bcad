import Formats
import Foundation
import Inspection
import Routes

/// What reading and inspecting a file takes of memory at its most, and what it may take: 64 MiB, twice the
/// file, and 160 bytes a vertex.
struct Memory {
  var mebibytes = 0
  var bound = 0
  var format = ""

  static let option = "--memory"

  /// What the process of its own does: it leaves its peak in KiB in place of the file. The system's own
  /// figure for a child begins with its parent's.
  static func inspect(_ path: String) {
    // Held once, as the program and the service hold it.
    guard let file = fopen(path, "rb") else { exit(66) }
    fseek(file, 0, SEEK_END)
    let size = ftell(file)
    rewind(file)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      count = fread(buffer.baseAddress, 1, size, file)
    }
    fclose(file)
    _ = Inspector.inspect(RouteReader.read(bytes, thoroughly: true))
    guard let status = fopen("/proc/self/status", "r") else { exit(74) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, 256, status) != nil {
      guard strncmp(line, "VmHWM:", 6) == 0, let out = fopen(path, "w") else { continue }
      fputs(strpbrk(line, "0123456789"), out)
      fclose(out)
    }
  }

  /// The format in which a route comes nearest to the bound, or a text as it is.
  static func worst(_ route: Route, _ text: [UInt8]?) throws -> Memory {
    let files: [(String, [UInt8])] =
      text.map { [("geojson", $0)] }
      ?? [RouteFormat.geojson, .gpx, .kml].map {
        ($0.rawValue, RouteWriter.write(route, as: $0))
      }
    let all = try files.map { name, bytes in
      var memory = Memory()
      memory.format = name
      memory.mebibytes = try peak(of: bytes)
      memory.bound = 64 + (2 * bytes.count + 160 * route.vertices.count) >> 20
      return memory
    }
    return all.max { $0.mebibytes - $0.bound < $1.mebibytes - $1.bound } ?? Memory()
  }

  private static func peak(of bytes: [UInt8]) throws -> Int {
    let path = NSTemporaryDirectory() + "worst-case-\(getpid())"
    defer { unlink(path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var child: pid_t = 0
    let texts: [String] = ["/proc/self/exe", option, path]
    let words: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    guard posix_spawn(&child, "/proc/self/exe", nil, nil, words, environ) == 0 else {
      throw POSIXError(.EAGAIN)
    }
    var status: Int32 = 0
    guard waitpid(child, &status, 0) == child, status == 0,
      let text = try? String(contentsOfFile: path, encoding: .utf8),
      let kibibytes = Int(text.prefix { $0.isNumber })
    else { throw POSIXError(.ECHILD) }
    return kibibytes / 1024
  }
}
