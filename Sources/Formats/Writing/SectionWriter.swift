internal import Routes

/// Writes a file as sections, each of which is a run of items of bounded length, so that a file can be
/// written as far as it is asked for.
protocol SectionWriter: Sendable {
  associatedtype Section: CaseIterable, Sendable where Section.AllCases == [Section]

  /// What was written and not taken.
  var bytes: [UInt8] { get }
  /// Takes what was written.
  mutating func take() -> [UInt8]

  func count(of section: Section, in route: Route) -> Int
  /// Writes the items of the sections in their order, each once.
  mutating func write(_ item: Int, of section: Section, in route: Route)
}

/// Makes the pieces of a file.
protocol PieceMaker: Sendable {
  mutating func next(of route: Route) -> [UInt8]?
}

/// The pieces of what a writer writes.
struct Sections<Writer: SectionWriter>: PieceMaker {
  private var writer: Writer
  private let pieceBytes: Int
  private var section = 0
  private var item = 0

  init(_ writer: Writer, pieceBytes: Int) {
    self.writer = writer
    self.pieceBytes = pieceBytes
  }

  mutating func next(of route: Route) -> [UInt8]? {
    let all = Writer.Section.allCases
    while section < all.count {
      let count = writer.count(of: all[section], in: route)
      while item < count {
        writer.write(item, of: all[section], in: route)
        item += 1
        if writer.bytes.count >= pieceBytes { return writer.take() }
      }
      section += 1
      item = 0
    }
    return writer.bytes.isEmpty ? nil : writer.take()
  }
}
