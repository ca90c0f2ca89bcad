import Foundation

/// An HTTP server of the tests on this machine's loopback, which answers as well or as badly as a test
/// asks for.
final class SmallServer: Sendable {
  struct Request: Sendable {
    var method = ""
    /// What stands in the first line: path and query, or the whole URL where it is asked as a proxy.
    var target = ""
    /// The names in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    var path: String { String(target.prefix { $0 != "?" }) }
    var query: [String: String] {
      let pairs = target.drop { $0 != "?" }.dropFirst().split(separator: "&").map {
        $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      }
      return Dictionary(pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { first, _ in first }
    }
  }

  enum Answer: Sendable {
    case status(Int, headers: [String: String] = [:], body: String = "{}")
    /// Bytes as they are, and the end of the connection.
    case bytes(String)
    /// The connection is reset.
    case reset
    /// Nothing ever.
    case silence
    /// A status, and a body that does not end.
    case endless(status: Int)
  }

  private let socket: Int32
  let port: Int
  private let answer: @Sendable (Request) -> Answer
  private let state = Locked((requests: [Request](), connections: [Int32](), isClosed: false))

  init(_ answer: @escaping @Sendable (Request) -> Answer = { _ in .status(200) }) throws {
    self.answer = answer
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { [socket] pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && listen(socket, 64) == 0
          && getsockname(socket, $0, &length) == 0
      }
    }
    guard status else { throw POSIXError(.EADDRINUSE) }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [weak self, socket] in
      while true {
        let connection = accept(socket, nil, nil)
        guard connection >= 0, let self, self.open(connection) else { return }
        Thread.detachNewThread { self.serve(connection) }
      }
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { state.with { $0.requests } }
  var connectionCount: Int { state.with { $0.connections.count } }

  /// Takes no connection any more, and ends all there are.
  func close() {
    state.with { state in
      if state.isClosed { return }
      state.isClosed = true
      shutdown(socket, Int32(SHUT_RDWR))
      Glibc.close(socket)
      for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  private func open(_ connection: Int32) -> Bool {
    state.with { state in
      if state.isClosed {
        Glibc.close(connection)
        return false
      }
      state.connections.append(connection)
      return true
    }
  }

  private func serve(_ connection: Int32) {
    // The number stays taken until the server is closed, for it ends connections by number.
    defer { shutdown(connection, Int32(SHUT_RDWR)) }
    var bytes: [UInt8] = []
    while let request = read(connection, &bytes) {
      state.with { $0.requests.append(request) }
      switch answer(request) {
      case .status(let status, let headers, let body):
        let lines = headers.map { "\($0): \($1)\r\n" }.joined()
        write(
          connection,
          "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(lines)\r\n\(body)")
      case .bytes(let text):
        write(connection, text)
        return
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
          connection, SOL_SOCKET, SO_LINGER, &linger,
          socklen_t(MemoryLayout<Glibc.linger>.size))
        // The number lives on, and with it the connection, unless another takes its place.
        let null = Glibc.open("/dev/null", O_RDWR)
        dup2(null, connection)
        Glibc.close(null)
        return
      case .silence:
        var byte: UInt8 = 0
        while recv(connection, &byte, 1, 0) > 0 {}
        return
      case .endless(let status):
        write(connection, "HTTP/1.1 \(status) X\r\nContent-Type: text/plain\r\n\r\n")
        let block = String(repeating: "x", count: 65_536)
        while write(connection, block) {}
        return
      }
    }
  }

  @discardableResult
  private func write(_ connection: Int32, _ text: String) -> Bool {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count <= 0 { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// - Returns: nil at the connection's end.
  private func read(_ connection: Int32, _ bytes: inout [UInt8]) -> Request? {
    func more() -> Bool {
      var block = [UInt8](repeating: 0, count: 65_536)
      let count = recv(connection, &block, block.count, 0)
      if count > 0 { bytes += block[..<count] }
      return count > 0
    }
    let blank = Array("\r\n\r\n".utf8)
    var end: Int?
    while end == nil {
      end = bytes.indices.first { bytes[$0...].starts(with: blank) }
      if end == nil, !more() { return nil }
    }
    let head = String(decoding: bytes[..<end!], as: UTF8.self).components(separatedBy: "\r\n")
    bytes.removeFirst(end! + 4)
    var request = Request()
    let words = head[0].split(separator: " ").map(String.init)
    guard words.count == 3 else { return nil }
    (request.method, request.target) = (words[0], words[1])
    for line in head.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { return nil }
      request.headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let length = request.headers["content-length"].flatMap { Int($0) } ?? 0
    while bytes.count < length { if !more() { return nil } }
    request.body = Array(bytes.prefix(length))
    bytes.removeFirst(length)
    return request
  }

  deinit {
    close()
    for connection in state.with({ $0.connections }) { Glibc.close(connection) }
  }
}
