import Formats
import Quests
import Routes

/// A route's file on its way to a client. Each piece is made when the one before it has been taken, of
/// a route that is kept for all: a download holds a few pieces, whatever the route's size.
final class Download: Sendable {
  /// What is known of a file before its first byte is sent.
  struct Facts: Hashable, Sendable {
    let length: Int
    /// Of all bytes.
    let tag: String

    /// - Throws: a cancellation.
    /// - Complexity: O(vertices), with a piece of the file in memory at a time.
    init(of route: Route, as format: RouteFormat) throws {
      var pieces = RoutePieces(route, as: format)
      var sum = EntityTag.Sum()
      var length = 0
      while let piece = pieces.next(of: route) {
        try Task.checkCancellation()
        sum.add(piece)
        length += piece.count
      }
      self.length = length
      tag = sum.tag
    }
  }

  /// The memory of one: the piece that is made, the one that is sent, and what the system holds of it.
  static let bytes = 4 * RoutePieces.pieceBytes

  let format: RouteFormat
  let facts: Facts
  /// The name that the route went by when the file was asked for.
  private let name: String?
  private let version: RouteVersion
  private let routes: RouteCache
  private let threads: WorkThreads
  private let hold: BodyBudget.Hold

  /// - Parameter hold: of its memory.
  init(
    _ record: RouteRecord, as format: RouteFormat, _ facts: Facts, _ backend: Backend,
    hold: BodyBudget.Hold
  ) {
    name = record.name
    version = record.version
    self.format = format
    self.facts = facts
    routes = backend.routeCache
    threads = backend.downloadThreads
    self.hold = hold
  }

  /// Writes it in pieces, each when the one before has been taken.
  ///
  /// - Throws: where it cannot be written to its end. The connection is closed then, before as many
  ///   bytes have come as were promised, so that nobody takes a part for the whole.
  func write(_ put: ([UInt8]) async throws -> Void) async throws {
    var made = try await piece(after: nil)
    var rest = facts.length
    while let piece = made.piece {
      rest -= piece.count
      guard rest >= 0 else { break }
      try hold.move(piece.count)
      try await put(piece)
      made = try await self.piece(after: made.pieces)
    }
    guard rest == 0 else {
      throw LedgerError(.corrupt, "a file of \(version.route) is not as long as it was")
    }
  }

  /// The route is in nobody's hands while a client takes its time.
  private func piece(
    after pieces: RoutePieces?
  ) async throws -> (pieces: RoutePieces, piece: [UInt8]?) {
    let route = try await routes.measured(version).route.named(name)
    return try await threads.run { [format] in
      var pieces = pieces ?? RoutePieces(route, as: format)
      let piece = pieces.next(of: route)
      return (pieces, piece)
    }
  }
}

extension Call {
  /// Takes memory for a file that is to be downloaded. A slow download gives way to others, and its
  /// connection is closed.
  ///
  /// - Throws: `unavailable` and `too-many-requests` where downloads have no memory left.
  func downloadMemory() throws(Problem) -> BodyBudget.Hold {
    let hold = try BodyBudget.Hold(
      backend.downloads, for: CallerKey(caller, at: address), at: address, isUpload: false
    ) { [connection] in connection?.close() }
    try hold.take(Download.bytes)
    return hold
  }

  /// What is known of a route's file before it is sent.
  ///
  /// - Throws: `unavailable` and `too-many-requests` where it has to be found out and too much waits.
  func fileFacts(_ kept: KeptRoute, as format: RouteFormat, named name: String?) async throws
    -> Download.Facts
  {
    if let known = kept.file(format, named: name) { return known }
    return try await working(on: kept.measured) { try kept.makeFile(format, named: name) }
  }
}
