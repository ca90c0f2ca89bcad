internal import Base
internal import Geodesy

// Numbers of small tables, read as those of the tables of walks are.

extension CellTable {
  /// What stands before the decimals of the table's numbers, as its degrees show it: they have nothing
  /// between thousands. Nil where none of them shows it.
  ///
  /// - Complexity: O(rows).
  package func decimalMark(inDegrees columns: Int?...) -> DecimalMark? {
    for row in rows {
      for column in columns {
        guard let text = text(row, column) else { continue }
        if text.contains(",") { return .comma }
        if text.contains(".") { return .point }
      }
    }
    return nil
  }

  /// The number of a cell; nil where the cell is empty.
  ///
  /// - Parameters:
  ///   - mark: what stands before the decimals, where the table shows it.
  ///   - what: names the number in a message, such as `latitude`.
  /// - Throws: `row` for what is not a number, and for one that can be read in two ways.
  package func number(
    _ row: Row, _ column: Int?, mark: DecimalMark?, _ what: String
  ) throws(BatchError) -> Double? {
    guard let text = text(row, column) else { return nil }
    let plain = try plain(text, mark, row)
    guard let plain, let value = TypedNumber.read(plain) else {
      throw BatchError(
        .row, line: row.line, "“\(text)” is not a number, which the \(what) must be")
    }
    return value
  }

  /// The text of a cell with a distance, with a point before the decimals; nil where the cell is empty.
  ///
  /// - Throws: `row` for one that can be read in two ways.
  package func distanceText(
    _ row: Row, _ column: Int?, mark: DecimalMark?
  ) throws(BatchError) -> String? {
    guard let text = text(row, column) else { return nil }
    return try plain(text, mark, row) ?? text
  }

  /// Nil for what is not a number.
  private func plain(
    _ text: String, _ mark: DecimalMark?, _ row: Row
  ) throws(BatchError) -> String? {
    // A point in a table whose cells commas separate stands before decimals.
    let mayBeThousands = mark == .comma || mark == nil && isForeign && text.contains(".")
    if !text.contains(","), !mayBeThousands { return text }
    let bytes = Array(text.utf8)
    let plain = bytes.withUnsafeBufferPointer { CellNumber.plain($0, mark) }
    switch plain {
    case .success(let plain): return String(decoding: plain, as: UTF8.self)
    case .failure(.distanceAmbiguous):
      throw BatchError(
        .row, line: row.line,
        "“\(text)” can be read in two ways, as thousands or with decimals: write it without anything "
          + "between thousands and with a point before decimals")
    case .failure: return nil
    }
  }
}
