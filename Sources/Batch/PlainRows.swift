/// Turns rows of any dialect into the one that the parsers read: UTF-8, commas, RFC 4180 quotes.
///
/// Fields keep their bytes, and rows their lines, so that faults are reported where they stand in the
/// file. A field with a comma or point is quoted, so that the exact reader of numbers looks at it.
struct PlainRows {
  /// A row with a faulty quote, which every parser reports.
  private static let faultyRow = Array("\"\"x\n".utf8)

  private let separator: UInt8
  private let endsLinesWithReturn: Bool
  private let limits: BatchLimits
  private var decoder: UTF16Decoder?
  /// What is not a whole row yet.
  private var open: [UInt8] = []

  init(_ dialect: Dialect, limits: BatchLimits) {
    separator = dialect.separator
    endsLinesWithReturn = dialect.endsLinesWithReturn
    self.limits = limits
    decoder = dialect.encoding == .utf8 ? nil : UTF16Decoder(dialect.encoding)
  }

  /// The rows that are whole with these bytes; at the end of the file all that is left.
  mutating func translate(_ bytes: some Sequence<UInt8>, isAtEnd: Bool) -> [UInt8] {
    let known = open.count
    if decoder != nil {
      open += decoder?.decode(bytes) ?? []
    } else {
      open += bytes
    }
    if endsLinesWithReturn {
      for i in known..<open.count where open[i] == 0x0D { open[i] = 0x0A }
    }
    var plain: [UInt8] = []
    plain.reserveCapacity(open.count + open.count / 4)
    let used = open.withUnsafeBufferPointer { text -> Int in
      var offset = 0
      while offset < text.count {
        switch Rows.end(of: offset, in: text, limits: limits, separator: separator) {
        case .whole(let end, let next):
          append(UnsafeBufferPointer(rebasing: text[offset..<end]), to: &plain)
          plain += text[end..<next]
          offset = next
        case .faulty(let next):
          plain += Self.faultyRow
          offset = next
        case .open:
          let isTooLong = text.count - offset > limits.rowBytes
          guard isAtEnd || isTooLong else { return offset }
          // A quote that is never closed ends at its line, as the parsers have it.
          let next = text[offset...].firstIndex(of: 0x0A).map { $0 + 1 }
          let row = text[offset..<(next ?? text.count)]
          if isTooLong, next == nil {
            plain += row
          } else if row.count(where: { $0 == 0x22 }) % 2 == 1 {
            plain += Self.faultyRow
          } else {
            append(UnsafeBufferPointer(rebasing: row), to: &plain)
          }
          offset = row.endIndex
        }
      }
      return offset
    }
    open.removeFirst(used)
    return plain
  }

  private func append(_ row: UnsafeBufferPointer<UInt8>, to plain: inout [UInt8]) {
    for (number, field) in Rows.fields(row, separator: separator).enumerated() {
      if number > 0 { plain.append(Dialect.comma) }
      // A row without a line end may still have the carriage return of one.
      guard field.contains(where: { $0 == 0x2C || $0 == 0x2E || $0 == 0x22 || $0 == 0x0A }) else {
        plain += field
        continue
      }
      plain.append(0x22)
      for byte in field {
        if byte == 0x22 { plain.append(0x22) }
        plain.append(byte)
      }
      plain.append(0x22)
    }
  }
}
