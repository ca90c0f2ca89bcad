import BuiltProgram
import Foundation

/// A server that takes whatever is posted to it, and keeps it.
final class Receiver: @unchecked Sendable {
  struct Post: Sendable {
    let headers: [String: String]
    let body: [UInt8]
  }

  let port: Int
  private let descriptor: Int32
  private let lock = NSLock()
  private var taken: [Post] = []
  private var (status, body) = (200, "")

  init() throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
          && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw Program.Fault("no port for a receiver") }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread { [self] in accept() }.start()
  }

  deinit { close(descriptor) }

  var posts: [Post] { lock.withLock { taken } }

  /// What it answers from now on.
  func answer(_ status: Int, _ body: String = "") {
    lock.withLock { (self.status, self.body) = (status, body) }
  }

  private func accept() {
    while true {
      let client = Foundation.accept(descriptor, nil, nil)
      guard client >= 0 else { return }
      Thread { [self] in
        serve(client)
        close(client)
      }.start()
    }
  }

  private func serve(_ client: Int32) {
    var bytes: [UInt8] = []
    let gap = Array("\r\n\r\n".utf8)
    while true {
      if let end = bytes.firstRange(of: gap) {
        var headers: [String: String] = [:]
        for line in String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
          .components(separatedBy: "\r\n").dropFirst()
        {
          let name = line.prefix { $0 != ":" }
          headers[name.lowercased()] =
            line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        if bytes.count >= end.upperBound + length {
          let body = Array(bytes[end.upperBound..<end.upperBound + length])
          bytes.removeFirst(end.upperBound + length)
          let (status, text) = lock.withLock {
            if self.status < 300 { taken.append(Post(headers: headers, body: body)) }
            return (self.status, self.body)
          }
          let head = "HTTP/1.1 \(status) OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n"
          let answer = Array((head + text).utf8)
          guard send(client, answer, answer.count, Int32(MSG_NOSIGNAL)) > 0 else { return }
          continue
        }
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(client, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }
}
