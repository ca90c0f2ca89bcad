internal import JSON

extension SourceText {
  /// The JSON pointers (RFC 6901) of the values that begin at given bytes; nil where none begins there
  /// or the text before it is not JSON.
  ///
  /// Values without a wanted byte in them are walked over once for each level above them.
  /// - Complexity: O(bytes · nesting + offsets · log offsets).
  package func jsonPointers(
    of offsets: [Int], limits: ReadLimits = .standard
  ) -> [String?] {
    let wanted = Set(offsets).sorted()
    var found: [Int: String] = [:]
    bytes.withUnsafeBufferPointer { bytes in
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      var cursor = JSONCursor(bytes, limits: limits.json, offset: start)
      // What was found before a fault stays.
      do throws(JSONFault) {
        try Self.walk(&cursor, wanted, &found)
      } catch { return }
    }
    return offsets.map { found[$0] }
  }

  private struct OpenContainer {
    var pointer: String
    var isObject: Bool
    var count = 0
  }

  /// Walks into every container that holds a wanted byte. No recursion.
  private static func walk(
    _ cursor: inout JSONCursor, _ wanted: [Int], _ found: inout [Int: String]
  ) throws(JSONFault) {
    var next = 0
    var open: [OpenContainer] = []

    func value(_ pointer: @autoclosure () -> String) throws(JSONFault) {
      let kind = try cursor.kind()
      let start = cursor.offset
      while next < wanted.count, wanted[next] < start { next += 1 }
      if next < wanted.count, wanted[next] == start {
        found[start] = pointer()
        next += 1
      }
      var beyond = cursor
      try beyond.skipValue()
      guard next < wanted.count, wanted[next] < beyond.offset, kind == .object || kind == .array
      else {
        cursor = beyond
        return
      }
      try cursor.enter()
      open.append(OpenContainer(pointer: pointer(), isObject: kind == .object))
    }

    try value("")
    while let container = open.last {
      let isFirst = container.count == 0
      open[open.count - 1].count += 1
      if container.isObject {
        guard let (key, keyOffset) = try cursor.nextKey(isFirst: isFirst) else {
          open.removeLast()
          continue
        }
        let pointer = container.pointer + "/" + JSONPointer.escaped(key)
        // A member may be meant by its key.
        while next < wanted.count, wanted[next] < keyOffset { next += 1 }
        if next < wanted.count, wanted[next] == keyOffset {
          found[keyOffset] = pointer
          next += 1
        }
        try value(pointer)
      } else {
        guard try cursor.nextItem(isFirst: isFirst) else {
          open.removeLast()
          continue
        }
        try value("\(container.pointer)/\(container.count)")
      }
    }
  }
}
