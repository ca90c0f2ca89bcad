import BuiltProgram
import Foundation

/// One connection to a server on this machine, bytes as they are: what is sent, how slowly and how
/// much of it is the test's to say.
final class Connection: Sendable {
  private let descriptor: Int32

  /// - Parameter patience: seconds that a read waits before it fails.
  init(port: Int, patience: Int = 60) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Program.Fault("no socket: \(Self.reason)") }
    var wait = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else {
      let reason = Self.reason
      close(descriptor)
      throw Program.Fault("port \(port): \(reason)")
    }
  }

  deinit { close(descriptor) }

  private static var reason: String { String(cString: strerror(errno)) }

  func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(
          descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Program.Fault("cannot send: \(Self.reason)") }
      sent += count
    }
  }

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  /// Says that nothing more is sent; what is answered can still be read.
  func endWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// What has come, at least a byte; nothing where the other end has closed the connection.
  func read() throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    // One that is reset is closed too.
    if count < 0, errno == ECONNRESET { return [] }
    guard count >= 0 else { throw Program.Fault("nothing comes: \(Self.reason)") }
    return Array(buffer[..<count])
  }

  /// What comes until the other end closes the connection.
  func readToEnd() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let more = try read()
      if more.isEmpty { return bytes }
      bytes += more
    }
  }

  /// Reads an answer: to the end of the connection where nothing else says where it ends.
  ///
  /// - Parameter isHead: whether the request was HEAD, whose answer has no body.
  func answer(isHead: Bool = false) throws -> HTTPAnswer {
    var bytes: [UInt8] = []
    let end = Array("\r\n\r\n".utf8)
    var headEnd: Int?
    var answer: HTTPAnswer?
    while true {
      if headEnd == nil, let found = bytes.firstRange(of: end) {
        headEnd = found.upperBound
        answer = try HTTPAnswer(head: String(decoding: bytes[..<found.lowerBound], as: UTF8.self))
      }
      if let headEnd, var answer {
        let body = bytes[headEnd...]
        if isHead || answer.status == 204 || answer.status == 304 { return answer }
        if answer["transfer-encoding"] == "chunked" {
          if let whole = Self.unchunked(body) {
            answer.bytes = whole
            return answer
          }
        } else if let length = answer["content-length"].flatMap({ Int($0) }), body.count >= length {
          answer.bytes = Array(body.prefix(length))
          return answer
        }
      }
      let more = try read()
      if more.isEmpty {
        throw Program.Fault(
          "the connection ended within an answer: \(String(decoding: bytes, as: UTF8.self))")
      }
      bytes += more
    }
  }

  /// The body that came in chunks, or nil where it is not whole.
  private static func unchunked(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var rest = bytes
    var body: [UInt8] = []
    let line = Array("\r\n".utf8)
    while let end = rest.firstRange(of: line) {
      guard let size = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16)
      else { return nil }
      rest = rest[end.upperBound...]
      guard rest.count >= size + 2 else { return nil }
      if size == 0 { return body }
      body += rest.prefix(size)
      rest = rest.dropFirst(size + 2)
    }
    return nil
  }
}

/// What a server answered.
struct HTTPAnswer: Sendable {
  let status: Int
  /// By the lower-case name, in the order of the answer.
  let headers: [(name: String, value: String)]
  var bytes: [UInt8] = []

  init(head: String) throws {
    let lines = head.components(separatedBy: "\r\n")
    let first = lines[0].split(separator: " ")
    guard first.count >= 2, let status = Int(first[1]) else {
      throw Program.Fault("“\(lines[0])” begins no answer")
    }
    self.status = status
    headers = lines.dropFirst().map { line in
      let name = line.prefix { $0 != ":" }
      return (
        name.lowercased(),
        line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
      )
    }
  }

  /// A header's value, several with commas between.
  subscript(name: String) -> String? {
    let values = headers.filter { $0.name == name }.map(\.value)
    return values.isEmpty ? nil : values.joined(separator: ", ")
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The body; null where it is no JSON.
  var json: JSON {
    JSON((try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)))
  }

  /// The stable code of a problem.
  var code: String? { json["code"].text }
}

/// JSON to be looked into: what is not there is null.
struct JSON: CustomStringConvertible, Equatable {
  private let value: Any?

  init(_ value: Any?) { self.value = value is NSNull ? nil : value }

  static func == (a: JSON, b: JSON) -> Bool { a.description == b.description }

  subscript(name: String) -> JSON { JSON((value as? [String: Any])?[name]) }
  subscript(index: Int) -> JSON {
    guard let items = value as? [Any], items.indices.contains(index) else { return JSON(nil) }
    return JSON(items[index])
  }

  var isNull: Bool { value == nil }
  var text: String? { value as? String }
  var number: Double? { (value as? NSNumber)?.doubleValue }
  var integer: Int? { (value as? NSNumber)?.intValue }
  var flag: Bool? { value as? Bool }
  var items: [JSON] { (value as? [Any])?.map { JSON($0) } ?? [] }
  var names: Set<String> { Set((value as? [String: Any])?.keys.map { $0 } ?? []) }
  var members: [String: JSON] { (value as? [String: Any])?.mapValues { JSON($0) } ?? [:] }

  var description: String {
    guard let value,
      let data = try? JSONSerialization.data(
        withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
    else { return "null" }
    return String(decoding: data, as: UTF8.self)
  }
}
