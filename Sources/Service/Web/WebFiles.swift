import Formats
import JSON

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files of the browser client as `make web` writes them, held in memory.
///
/// Only what the list `web.json` names is read, at the start: a request picks a file by its name and
/// never reaches the disk.
public struct WebFiles: Sendable {
  /// Why a folder cannot be served.
  public struct Fault: Error, Hashable, Sendable {
    public let message: String
  }

  /// A file, named by the hash of its content.
  struct File: Sendable {
    let bytes: [UInt8]
    /// The bytes by gzip; nil where gzip does not make them shorter.
    let compressed: [UInt8]?
    let mediaType: String
    let tag: String
    let compressedTag: String

    init(_ bytes: [UInt8], compressed: [UInt8]?, mediaType: String) {
      self.bytes = bytes
      self.compressed = compressed
      self.mediaType = mediaType
      tag = EntityTag.of(bytes)
      compressedTag = compressed.map { EntityTag.of($0) } ?? tag
    }
  }

  let files: [String: File]
  /// The names of those that every page begins with.
  let script: String
  let style: String
  let icon: String
  /// The script of pages within frames of others.
  let frameScript: String
  /// What makes the client installable, and the script that keeps it for times without a connection.
  let manifest: String
  let worker: String
  /// The picture that devices show for the client once it is installed.
  let touchIcon: String
  /// Those that the script begins with, to be fetched beside it.
  let preloads: [String]

  private static let mostBytes = 32 << 20
  private static let mostFiles = 1_000

  private static let mediaTypes = [
    "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8",
    "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
    "txt": "text/plain; charset=utf-8", "webmanifest": "application/manifest+json",
  ]

  /// Whether a folder has a built client.
  public static func isThere(_ folder: String) -> Bool {
    access(folder + "/web.json", R_OK) == 0
  }

  /// Reads a folder.
  public init(folder: String) throws(Fault) {
    var left = Self.mostBytes
    func file(_ name: String) throws(Fault) -> [UInt8] {
      guard let bytes = try Self.read("\(folder)/\(name)", upTo: left) else {
        throw Fault(message: "\(folder)/\(name) is not a file that can be read")
      }
      left -= bytes.count
      return bytes
    }
    let list: JSONNode
    do { list = try JSONReader.read(try file("web.json")) } catch let fault as Fault {
      throw fault
    } catch { throw Fault(message: "\(folder)/web.json is not the list of a built client") }
    func name(_ member: String) throws(Fault) -> String {
      guard let name = list[member]?.string else {
        throw Fault(message: "\(folder)/web.json has no “\(member)”")
      }
      return name
    }
    (script, style, icon) = (try name("script"), try name("style"), try name("icon"))
    (frameScript, manifest) = (try name("frameScript"), try name("manifest"))
    (worker, touchIcon) = (try name("worker"), try name("touchIcon"))
    let preloads = (list["preloads"]?.array ?? []).compactMap(\.string)
    self.preloads = preloads
    var files: [String: File] = [:]
    for item in (list["files"]?.array ?? []).prefix(Self.mostFiles) {
      guard let name = item.string, Self.isName(name),
        let type = name.split(separator: ".").last.flatMap({ Self.mediaTypes[String($0)] })
      else { throw Fault(message: "\(folder)/web.json names a file that is not served") }
      let bytes = try file("assets/\(name)")
      let compressed = try Self.read("\(folder)/assets/\(name).gz", upTo: left)
      left -= compressed?.count ?? 0
      files[name] = File(
        bytes, compressed: compressed.flatMap { $0.count < bytes.count ? $0 : nil },
        mediaType: type)
    }
    self.files = files
    let named = [script, style, icon, frameScript, manifest, worker, touchIcon] + preloads
    for name in named where files[name] == nil {
      throw Fault(message: "\(folder)/web.json does not list “\(name)”")
    }
  }

  /// Letters, digits, hyphens, underscores and dots; not beginning with a dot.
  private static func isName(_ name: String) -> Bool {
    1...120 ~= name.utf8.count && name.utf8.first != UInt8(ascii: ".")
      && name.utf8.allSatisfy {
        0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || "-_.".utf8.contains($0)
      }
  }

  /// The bytes of a regular file, nil where there is none; links are not followed.
  private static func read(_ path: String, upTo most: Int) throws(Fault) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    let size = Int(status.st_size)
    guard size <= most else {
      throw Fault(message: "\(path): the files of the client take more than \(mostBytes >> 20) MiB")
    }
    var bytes = [UInt8](repeating: 0, count: size)
    var done = 0
    while done < size {
      let count = bytes.withUnsafeMutableBytes { buffer in
        systemRead(descriptor, buffer.baseAddress?.advanced(by: done), size - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Fault(message: "\(path) cannot be read to its end") }
      done += count
    }
    return bytes
  }
}

private func systemRead(
  _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int
) -> Int { read(descriptor, buffer, count) }
