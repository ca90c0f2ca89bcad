import BuiltProgram
import Foundation
import TestSupport
import Testing

/// A client of server-sent events: it reads on a thread of its own, and keeps what came.
final class EventStream: @unchecked Sendable {
  struct Event: Sendable {
    var id: Int?
    var kind = ""
    var data = ""

    var json: JSON {
      JSON(try? JSONSerialization.jsonObject(with: Data(data.utf8), options: .fragmentsAllowed))
    }
  }

  private let lock = NSLock()
  private var seen: [Event] = []
  private var ended = false
  private var comments = 0
  /// Of the answer that began the stream.
  let head: HTTPAnswer

  /// Opens a stream and waits for the head of the answer.
  ///
  /// - Parameters:
  ///   - person: in whose name.
  ///   - id: that of the last event known.
  init(
    _ target: String, as person: Person, after id: Int? = nil, port: Int? = nil
  ) throws {
    let connection = try Connection(port: port ?? person.service.port, patience: 120)
    var request = "GET \(target) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if let token = person.token { request += "Authorization: Bearer \(token)\r\n" }
    if let address = person.address { request += "X-Forwarded-For: \(address)\r\n" }
    if let id { request += "Last-Event-ID: \(id)\r\n" }
    try connection.write(request + "\r\n")
    var bytes: [UInt8] = []
    let gap = Array("\r\n\r\n".utf8)
    while bytes.firstRange(of: gap) == nil {
      let more = try connection.read()
      if more.isEmpty { throw Program.Fault("the stream did not begin: \(bytes.count) bytes") }
      bytes += more
    }
    let end = try #require(bytes.firstRange(of: gap))
    head = try HTTPAnswer(head: String(decoding: bytes[..<end.lowerBound], as: UTF8.self))
    let rest = Array(bytes[end.upperBound...])
    let thread = Thread { [self] in read(connection, rest) }
    thread.start()
  }

  private func read(_ connection: Connection, _ first: [UInt8]) {
    var (chunks, text) = (first, [UInt8]())
    var event = Event()
    let line = Array("\r\n".utf8)
    var isLast = false
    while true {
      while !isLast, let end = chunks.firstRange(of: line),
        let size = Int(String(decoding: chunks[..<end.lowerBound], as: UTF8.self), radix: 16),
        chunks.count >= end.upperBound + size + 2
      {
        text += chunks[end.upperBound..<end.upperBound + size]
        chunks.removeFirst(end.upperBound + size + 2)
        isLast = size == 0
      }
      while let end = text.firstIndex(of: 0x0A) {
        take(String(decoding: text[..<end], as: UTF8.self), &event)
        text.removeFirst(end + 1)
      }
      guard !isLast, let more = try? connection.read(), !more.isEmpty else {
        lock.withLock { ended = true }
        return
      }
      chunks += more
    }
  }

  private func take(_ line: String, _ event: inout Event) {
    if line.isEmpty {
      if !event.kind.isEmpty { lock.withLock { seen.append(event) } }
      event = Event()
    } else if line.hasPrefix(":") {
      lock.withLock { comments += 1 }
    } else if line.hasPrefix("id: ") {
      event.id = Int(line.dropFirst(4))
    } else if line.hasPrefix("event: ") {
      event.kind = String(line.dropFirst(7))
    } else if line.hasPrefix("data: ") {
      event.data += line.dropFirst(6)
    }
  }

  /// All that came so far.
  var events: [Event] { lock.withLock { seen } }
  /// Whether the stream is over.
  var isOver: Bool { lock.withLock { ended } }
  var commentCount: Int { lock.withLock { comments } }

  /// Those that tell of the team, without `ready`, `reset` and `end`.
  var ofTeam: [Event] { events.filter { !["ready", "reset", "end"].contains($0.kind) } }

  /// Waits until an event of a kind has come, and more than so many of it.
  func waits(for kind: String, count: Int = 1) -> Bool {
    eventually { events.count { $0.kind == kind } >= count }
  }

  /// Waits until the service has ended the stream.
  ///
  /// - Returns: the reason that it gave; nil where the stream goes on, or broke off.
  func endReason() -> String? {
    guard eventually({ isOver }) else { return nil }
    return events.last.flatMap { $0.kind == "end" ? $0.json["reason"].text : nil }
  }
}
