import BuiltProgram
import Foundation
import TestSupport
import Testing

/// nginx before a service, as a CDN would be: it keeps what it is told that it may keep, and says of
/// each answer where it comes from.
final class SharedCache: @unchecked Sendable {
  static let program = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  static let missing: Comment = "nginx is not installed; apt-get install nginx"

  let port: Int
  private let folder: String
  private let home: Home
  private let process: Process

  /// - Parameter upstream: the service's port.
  init(before upstream: Int) throws {
    guard let program = Self.program else { throw Program.Fault("\(Self.missing)") }
    port = try Self.freePort()
    folder = NSTemporaryDirectory() + "milequest-nginx-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: folder + "/logs", withIntermediateDirectories: true)
    let configuration = """
      daemon off;
      worker_processes 1;
      pid \(folder)/pid;
      error_log \(folder)/logs/error.log;
      events { worker_connections 64; }
      http {
        access_log off;
        client_body_temp_path \(folder)/body;
        proxy_temp_path \(folder)/proxy;
        fastcgi_temp_path \(folder)/fastcgi;
        uwsgi_temp_path \(folder)/uwsgi;
        scgi_temp_path \(folder)/scgi;
        proxy_cache_path \(folder)/cache keys_zone=quests:1m;
        server {
          listen 127.0.0.1:\(port);
          location / {
            proxy_pass http://127.0.0.1:\(upstream);
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_cache quests;
            proxy_cache_background_update on;
            add_header X-Cache-Status $upstream_cache_status always;
          }
        }
      }

      """
    let file = folder + "/nginx.conf"
    try configuration.write(toFile: file, atomically: true, encoding: .utf8)
    var command = [program, "-p", folder, "-c", file, "-e", folder + "/logs/error.log"]
    if getuid() == 0 {
      // Nothing here needs root.
      _ = try Home.run("/usr/bin/chown", ["-R", "nobody", folder])
      command =
        ["/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"] + command
    }
    home = try Home()
    process = home.process(command[0], Array(command.dropFirst()))
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var answers = false
    _ = eventually {
      answers = (try? Connection(port: port)) != nil
      return answers || !process.isRunning
    }
    guard !answers else { return }
    let log = (try? String(contentsOfFile: folder + "/logs/error.log", encoding: .utf8)) ?? ""
    end()
    throw Program.Fault("nginx did not start: \(log)")
  }

  deinit { end() }

  private func end() {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// One that nobody listens on.
  private static func freePort() throws -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let found = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard found else { throw Program.Fault("no port is free") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}
