public import Base

/// How busy a store is, of this process alone: figures in memory, which are always there at once.
public struct StoreFigures: Sendable {
  /// Connections to a server.
  public struct Connections: Sendable {
    public let use: String
    /// Those at work.
    public let busy: Int
    public let limit: Int

    public init(use: String, busy: Int, limit: Int) {
      (self.use, self.busy, self.limit) = (use, busy, limit)
    }
  }

  /// What a store commits.
  public struct Writing: Sendable {
    /// Commands that wait for a commit.
    public var waiting = 0
    /// Transactions in which commands of one or more callers were done, also those that failed.
    public var folds = 0
    /// Commands in all folds.
    public var commands = 0
    /// How long all folds took together.
    public var seconds = 0.0
    /// Threads that are at a fold.
    public var busy = 0

    public init() {}
  }

  public let writing: Writing
  /// Requests that wait for a connection to read by; nil where no reader waits.
  public let waitingReads: Int?
  /// None where the store is a file.
  public let connections: [Connections]
  public let caches: [(name: String, figures: CacheFigures)]

  public init(
    writing: Writing, waitingReads: Int? = nil, connections: [Connections] = [],
    caches: [(name: String, figures: CacheFigures)]
  ) {
    self.writing = writing
    self.waitingReads = waitingReads
    self.connections = connections
    self.caches = caches
  }
}
