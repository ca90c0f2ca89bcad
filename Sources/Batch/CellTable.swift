internal import Formats

/// A small CSV file as texts: its header and its rows, in any dialect that files of walks may have.
package struct CellTable {
  package struct Row {
    /// Where the row begins, from 1.
    package let line: Int
    fileprivate let cells: [String]
  }

  package let rows: [Row]
  /// The encoding that was taken for granted, as the bytes are in none that says what it is; nil for
  /// UTF-8 and UTF-16.
  package let assumedEncoding: String?
  /// Whether the comma does not separate cells, so that it may stand before decimals.
  let isForeign: Bool
  private let finder: ColumnFinder

  /// - Throws: `header` for a file without one, `row` for a row that cannot be taken apart or has
  ///   more or fewer cells than the header.
  package init(_ bytes: [UInt8], limits: BatchLimits = .standard) throws(BatchError) {
    var bytes = bytes
    // What spreadsheets on Windows save as plain CSV.
    let foreign = "windows-1252"
    if !Self.isUnicode(bytes), let text = ForeignEncoding.utf8(bytes[...], from: foreign) {
      bytes = text
      assumedEncoding = foreign
    } else {
      assumedEncoding = nil
    }
    let dialect = Dialect(bytes, separator: nil)
    var translation = PlainRows(dialect, limits: limits)
    let text = translation.translate(bytes.dropFirst(dialect.prefixBytes), isAtEnd: true)
    var rows: [Row] = []
    var line = dialect.prefixLines + 1
    var fault: BatchError?
    text.withUnsafeBufferPointer { text in
      var offset = 0
      while offset < text.count {
        var (end, next) = (text.count, text.count)
        switch Rows.end(of: offset, in: text, limits: limits) {
        case .whole(let rowEnd, let rowNext): (end, next) = (rowEnd, rowNext)
        case .open: break
        case .faulty:
          fault = BatchError(
            .row, line: line, "a quote is not closed, or something else than a separator follows it"
          )
          return
        }
        let cells = Rows.fields(UnsafeBufferPointer(rebasing: text[offset..<end])).map {
          Self.trimmed(String(decoding: $0, as: UTF8.self))
        }
        if cells.contains(where: { !$0.isEmpty }) { rows.append(Row(line: line, cells: cells)) }
        line += text[offset..<next].count { $0 == 0x0A }
        offset = next
      }
    }
    if let fault { throw fault }
    guard let header = rows.first else {
      throw BatchError(.header, "the file is empty; a header line is due")
    }
    for row in rows where row.cells.count != header.cells.count {
      throw BatchError(
        .row, line: row.line,
        "the row has \(row.cells.count) cells; the header has \(header.cells.count)")
    }
    self.rows = Array(rows.dropFirst())
    isForeign = dialect.separator != Dialect.comma
    finder = ColumnFinder(header.cells, dialect)
  }

  private static func isUnicode(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
      || String(validating: bytes, as: UTF8.self) != nil || bytes.contains(0)
  }

  /// The number of the column that has one of the names, or nil; case and blanks do not count.
  ///
  /// - Throws: `header` where several columns have one of them.
  package func column(_ names: String...) throws(BatchError) -> Int? { try finder.column(names) }

  /// The text of a cell, or nil where it is empty.
  package func text(_ row: Row, _ column: Int?) -> String? {
    column.flatMap { row.cells[$0].isEmpty ? nil : row.cells[$0] }
  }

  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
