internal import Geodesy
internal import JSON

/// A place where a line was cut at 180 degrees for RFC 7946 section 3.1.9, marked so that reading
/// can join it again.
struct AntimeridianCut: Hashable {
  /// The number, from 1, of the line string before the cut.
  var line: Int
  /// Vertices that the cut added: 2 where it fell inside a leg (the end before and the start
  /// behind it), 1 where a vertex lies on the meridian and is written a second time behind the cut.
  var added: Int

  /// The array of cuts that comes next. Members that are not ours are passed over.
  static func read(_ cursor: inout JSONCursor) throws(JSONFault) -> [AntimeridianCut] {
    try cursor.enter()
    var cuts: [AntimeridianCut] = []
    var isFirst = true
    while try cursor.nextItem(isFirst: isFirst) {
      isFirst = false
      guard try cursor.kind() == .object else {
        throw cursor.fault(
          "a cut is an object with “line” and “added”", code: JSONFault.Code(.routeProperty))
      }
      try cursor.enter()
      var cut = AntimeridianCut(line: 0, added: 0)
      var isFirstMember = true
      while let (key, _) = try cursor.nextKey(isFirst: isFirstMember) {
        isFirstMember = false
        let kind = try cursor.kind()
        guard kind == .number, key == "line" || key == "added" else {
          try cursor.skipValue()
          continue
        }
        let value = Int(exactly: try cursor.number()) ?? 0
        if key == "line" { cut.line = value } else { cut.added = value }
      }
      // Others undo nothing, and cost a file two bytes each.
      if cut.line > 0, (1...2).contains(cut.added) { cuts.append(cut) }
    }
    return cuts
  }

  /// The lines with the marked cuts undone. A mark that does not fit the lines is passed over: an
  /// editor may have changed them since.
  static func mended(_ lines: [SourcePart], _ cuts: [AntimeridianCut]) -> [SourcePart] {
    if cuts.isEmpty { return lines }
    let byLine = Dictionary(
      cuts.map { ($0.line, $0.added) }, uniquingKeysWith: { first, _ in first })
    var mended: [SourcePart] = []
    for (index, line) in lines.enumerated() {
      guard let added = byLine[index], (1...2).contains(added),
        let end = mended.last?.vertices.last, let start = line.vertices.first,
        abs(end.longitude) == 180, abs(start.longitude) == 180, end.latitude == start.latitude
      else {
        mended.append(line)
        continue
      }
      // In place: a copy for each of many cuts would cost the square of their number.
      let last = mended.count - 1
      if added == 2 {
        mended[last].vertices.removeLast()
        mended[last].offsets.removeLast()
      }
      mended[last].vertices += line.vertices.dropFirst()
      mended[last].offsets += line.offsets.dropFirst()
    }
    return mended
  }
}
