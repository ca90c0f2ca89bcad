#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where rows and fields of RFC 4180 text begin and end.
///
/// A field is quoted when its first byte is a quote. A quote that is never closed, or that something
/// else than a comma follows, makes its row faulty, and the row then ends at its first line end: so
/// one slip does not swallow what follows.
enum Rows {
  /// The end of the last whole row, behind its line end; 0 where there is none.
  static func lastBoundary(in bytes: UnsafeBufferPointer<UInt8>, limits: BatchLimits) -> Int {
    guard let base = bytes.baseAddress, bytes.count > 0 else { return 0 }
    if memchr(base, 0x22, bytes.count) == nil {
      var end = bytes.count
      while end > 0, base[end - 1] != 0x0A { end -= 1 }
      return end
    }
    var offset = 0
    var boundary = 0
    while offset < bytes.count {
      switch end(of: offset, in: bytes, limits: limits) {
      case .whole(_, let next): boundary = next
      case .faulty(let next): boundary = next
      case .open: return boundary
      }
      offset = boundary
    }
    return boundary
  }

  enum End {
    /// The index behind the last field's last byte, and that of the next row.
    case whole(end: Int, next: Int)
    /// A row with a faulty quote; where the next row begins.
    case faulty(next: Int)
    /// The bytes end before the row does.
    case open
  }

  /// Where the row that begins at an offset ends.
  static func end(
    of start: Int, in bytes: UnsafeBufferPointer<UInt8>, limits: BatchLimits,
    separator: UInt8 = Dialect.comma
  ) -> End {
    var i = start
    let n = bytes.count
    while i < n {
      if bytes[i] == 0x22 {
        var isClosed = false
        i += 1
        while i < n {
          if i - start > limits.rowBytes { return resynchronized(from: start, in: bytes) }
          if bytes[i] == 0x22 {
            if i + 1 < n, bytes[i + 1] == 0x22 {
              i += 2
              continue
            }
            isClosed = true
            i += 1
            break
          }
          i += 1
        }
        if !isClosed { return .open }
        if i < n, bytes[i] == 0x0D, i + 1 < n, bytes[i + 1] == 0x0A {
          return .whole(end: i, next: i + 2)
        }
        if i < n, bytes[i] != separator, bytes[i] != 0x0A {
          return resynchronized(from: start, in: bytes)
        }
      } else {
        while i < n, bytes[i] != separator, bytes[i] != 0x0A { i += 1 }
      }
      if i == n { return .open }
      if bytes[i] == 0x0A {
        let end = i > start && bytes[i - 1] == 0x0D ? i - 1 : i
        return .whole(end: end, next: i + 1)
      }
      i += 1
      if i == n { return .open }
    }
    return .open
  }

  private static func resynchronized(
    from start: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> End {
    var i = start
    while i < bytes.count, bytes[i] != 0x0A { i += 1 }
    return i == bytes.count ? .open : .faulty(next: i + 1)
  }

  /// The fields of a whole row, unquoted.
  static func fields(
    _ row: UnsafeBufferPointer<UInt8>, separator: UInt8 = Dialect.comma
  ) -> [[UInt8]] {
    var fields: [[UInt8]] = []
    var i = 0
    while true {
      var field: [UInt8] = []
      if i < row.count, row[i] == 0x22 {
        i += 1
        while i < row.count {
          if row[i] == 0x22 {
            i += 1
            if i < row.count, row[i] == 0x22 {
              field.append(0x22)
              i += 1
              continue
            }
            break
          }
          field.append(row[i])
          i += 1
        }
        while i < row.count, row[i] != separator { i += 1 }
      } else {
        while i < row.count, row[i] != separator {
          field.append(row[i])
          i += 1
        }
      }
      fields.append(field)
      if i >= row.count { return fields }
      i += 1
    }
  }
}
