import Base
import JSON
import NIOCore
import Quests

/// One stream of server-sent events, from its first byte to its last.
struct LiveStream: Sendable {
  /// Where a reader goes on.
  enum Start: Sendable {
    /// The present: the reader knows everything up to a version.
    case now(Int64)
    /// After a version that the reader knows, while the team is at another.
    case after(Int64, present: Int64)
  }

  static let mediaType = "text/event-stream"
  /// How many events a reader that catches up is given at once.
  static let pageEvents = 100
  /// How long clients wait before they come again.
  private static let retryMilliseconds = 2_000

  private let streams: LiveStreams
  private let ledger: any LedgerStore
  private let reader: LiveReader
  private let start: Start
  private let connection: ConnectionWatch?
  /// Held as long as the stream is.
  private let seat: LiveStreams.Seat

  init(
    _ reader: LiveReader, from start: Start, _ seat: LiveStreams.Seat, _ streams: LiveStreams,
    _ ledger: any LedgerStore, _ connection: ConnectionWatch?
  ) {
    self.reader = reader
    self.start = start
    self.seat = seat
    self.streams = streams
    self.ledger = ledger
    self.connection = connection
  }

  /// Writes the stream until it ends or the client is gone.
  func run(_ write: (ByteBuffer) async throws -> Void) async throws {
    streams.insert(reader) { [connection] in connection?.close() }
    connection?.whenGone { [reader] in reader.stop() }
    defer {
      connection?.whenGone(nil)
      streams.remove(reader)
    }
    try await write(LiveFrame.retry(milliseconds: Self.retryMilliseconds))
    var version: Int64
    switch start {
    case .now(let present):
      version = present
      try await write(Self.ready(present))
    case .after(let known, let present) where known > present:
      version = present
      try await write(Self.reset(present))
    case .after(let known, let present) where known == present: version = known
    case .after(let known, let present):
      version = known
      try await catchUp(&version, at: present, write)
    }
    while true {
      if let ending = reader.ending { return try await finish(ending, write) }
      guard streams.attach(reader, through: version) else {
        try await catchUp(&version, write)
        continue
      }
      stepping: while true {
        switch await reader.next() {
        case .send(let bytes): try await write(bytes)
        case .catchUp(let after):
          streams.detach(reader)
          version = after
          try await catchUp(&version, write)
          break stepping
        case let ending: return try await finish(ending, write)
        }
      }
    }
  }

  private func finish(
    _ ending: LiveReader.Step, _ write: (ByteBuffer) async throws -> Void
  ) async throws {
    if case .end(let end) = ending { try await write(Self.end(end)) }
  }

  /// Sends what the store has after a version, page by page, as fast as it is read.
  ///
  /// - Parameter present: the version of the team when the reader came, nil where it is not known.
  private func catchUp(
    _ version: inout Int64, at present: Int64? = nil, _ write: (ByteBuffer) async throws -> Void
  ) async throws {
    while reader.ending == nil {
      let known = version
      let page = try await streams.turns.take {
        try await streams.rendering.page(
          of: reader.team, after: known, limit: Self.pageEvents, at: present)
      }
      guard let first = page.messages.first?.event, let last = page.messages.last?.event else {
        // Of a team that has been quiet for long no event is kept.
        let now = try await ledger.team(reader.team)?.version ?? version
        if now > version {
          version = now
          try await write(Self.reset(now))
        }
        return
      }
      if first.version > version + 1 {
        // What lies between is no longer kept.
        let present = try await ledger.team(reader.team)?.version ?? last.version
        version = present
        return try await write(Self.reset(present))
      }
      let (bytes, end) = page.bytes(for: reader)
      // Who may see it may have been decided anew meanwhile.
      if reader.ending != nil { return }
      reader.sends(through: last.version)
      try await write(bytes)
      version = last.version
      reader.sent(through: version)
      if let end { return reader.end(end) }
      if page.messages.count < Self.pageEvents { return }
    }
  }

  // MARK: What is no event of the team

  /// The first message of a stream that begins with the present.
  private static func ready(_ version: Int64) -> ByteBuffer {
    LiveFrame.event("ready", id: version, .object([("version", .integer(Int(version)))]))
  }

  /// Says that events are missing: whoever reads fetches anew what it shows, and goes on from here.
  private static func reset(_ version: Int64) -> ByteBuffer {
    LiveFrame.event("reset", id: version, .object([("version", .integer(Int(version)))]))
  }

  private static func end(_ end: LiveEnd) -> ByteBuffer {
    LiveFrame.event("end", id: nil, .object([("reason", .string(end.rawValue))]))
  }
}
