internal import JSON

/// The `coordinates` member of a geometry as it stands: positions in a row, and how they nest.
///
/// The type of a geometry may follow its coordinates, so they are taken down before anyone knows
/// what they mean.
struct CoordinateTape {
  /// Longitude (or easting), latitude (or northing) and elevation (NaN where absent), in turn.
  var values: [Double] = []
  /// Byte of each position.
  var offsets: [UInt32] = []
  /// An array of positions.
  struct Run {
    /// Index of its first position.
    let first: Int
    /// Byte of its own bracket.
    let bracket: Int
    /// Its index in the array around it.
    let index: Int
  }

  var runs: [Run] = []
  /// For each run, the number of the ring list (polygon) or line list that it belongs to.
  var groups: [Int] = []
  /// The first position of more than three numbers, and how many there are.
  var long: (offset: Int, pointer: String, count: Int)?
  /// The place of the first position.
  var firstPath = GeoJSONPath.root
  /// Nesting of the positions: 1 for a Point, 2 for a LineString; 0 where there is none.
  var depth = 0
  /// Byte of the member's value.
  var offset = 0
  /// Whether something in it was refused, so that what is left says nothing about the rest.
  var isFaulty = false
  /// The first empty array at each nesting, 1 being the member's own.
  var empties: [Int: (offset: Int, pointer: String)] = [:]

  var count: Int { offsets.count }

  func run(_ index: Int) -> Range<Int> {
    runs[index].first..<(index + 1 < runs.count ? runs[index + 1].first : count)
  }
}

extension CoordinateTape {
  /// Takes down the array that comes next. Faults inside are noted and passed over where the text
  /// is still JSON.
  ///
  /// - Parameters:
  ///   - place: of the member.
  ///   - room: how many positions the file may still have, of `most` in all.
  ///   - tape: takes it down; where the reading fails, it holds what came before.
  static func read(
    _ cursor: inout JSONCursor, at place: GeoJSONPath, room: Int, most: Int,
    into tape: inout CoordinateTape, diagnostics: inout DiagnosticList
  ) throws(JSONFault) {
    // What is open: the index of the item in each array; the innermost is last.
    var path: [Int] = []
    do throws(JSONFault) {
      try readItems(
        &cursor, path: &path, at: place, room: room, most: most, into: &tape,
        diagnostics: &diagnostics)
    } catch {
      var fault = error
      fault.pointer = place.items(path.prefix { $0 >= 0 }).pointer
      throw fault
    }
  }

  private static func readItems(
    _ cursor: inout JSONCursor, path: inout [Int], at place: GeoJSONPath, room: Int, most: Int,
    into tape: inout CoordinateTape, diagnostics: inout DiagnosticList
  ) throws(JSONFault) {
    tape.offset = cursor.offset
    var group = 0
    func here(_ path: [Int]) -> String { place.items(path).pointer }

    var opened = [cursor.offset]
    try cursor.enter()
    path.append(-1)
    while !path.isEmpty {
      if diagnostics.isHopeless {
        throw cursor.fault(DiagnosticList.hopelessMessage, code: .limit)
      }
      let isFirst = path[path.count - 1] < 0
      guard try cursor.nextItem(isFirst: isFirst) else {
        let level = path.count
        path.removeLast()
        if isFirst, tape.empties[level] == nil {
          tape.empties[level] = (opened[level - 1], here(path))
        }
        if path.count == 1 { group += 1 }
        continue
      }
      path[path.count - 1] += 1
      // An item of the innermost array: another array, or something else.
      let byte = cursor.peek() ?? 0
      if byte == 0x5B {
        if let position = try Self.position(&cursor, room: room - tape.count, most: most) {
          let depth = path.count + 1
          if tape.depth == 0 { tape.depth = depth }
          if depth != tape.depth, !tape.isFaulty {
            tape.isFaulty = true
            diagnostics.add(
              Diagnostic(
                .coordinatesDepth, .error,
                "this position is nested \(depth) deep, the ones before it \(tape.depth)",
                offset: position.offset, pointer: here(path)))
          }
          if tape.runs.isEmpty { tape.firstPath = place.items(path) }
          if position.isLong {
            if tape.long == nil { tape.long = (position.offset, here(path), 0) }
            tape.long?.count += 1
          }
          if isFirst {
            tape.runs.append(
              Run(
                first: tape.count, bracket: opened[path.count - 1],
                index: path.count > 1 ? path[path.count - 2] : 0))
            tape.groups.append(group)
          }
          tape.values.append(position.x)
          tape.values.append(position.y)
          tape.values.append(position.z)
          tape.offsets.append(UInt32(truncatingIfNeeded: position.offset))
        } else {
          opened[path.count...] = [cursor.offset]
          try cursor.enter()
          // An array of arrays, or a position with something else than numbers in it.
          path.append(-1)
        }
      } else if byte == 0x2D || byte &- 0x30 < 10 {
        // Numbers right here: this array is a position after all, a faulty or a bare one.
        try Self.bareNumbers(
          &cursor, &tape, start: isFirst ? opened[path.count - 1] : cursor.offset, path: &path,
          at: place, diagnostics: &diagnostics)
      } else {
        let start = cursor.offset
        let kind = try cursor.kind()
        tape.isFaulty = true
        let what = Self.name(kind)
        diagnostics.add(
          Diagnostic(
            .positionNotNumber, .error,
            "\(what) stands in the coordinates, where only numbers and arrays belong",
            offset: start, pointer: here(path)))
        try cursor.skipValue()
      }
    }
  }

  private static func name(_ kind: JSONCursor.Kind) -> String {
    switch kind {
    case .object: "an object"
    case .array: "an array"
    case .string: "a text in quotes"
    case .number: "a number"
    case .literal: "true, false or null"
    }
  }

  /// An array of two or more numbers that comes next, or nil, with nothing taken, where it is
  /// something else.
  @inline(__always)
  private static func position(
    _ cursor: inout JSONCursor, room: Int, most: Int
  ) throws(JSONFault) -> (x: Double, y: Double, z: Double, offset: Int, isLong: Bool)? {
    let before = cursor
    let start = cursor.offset
    try cursor.enter()
    guard let first = cursor.peek(), first == 0x2D || first &- 0x30 < 10 else {
      cursor = before
      return nil
    }
    if room <= 0 {
      throw cursor.fault(
        "the file has more than \(most) positions, the limit", code: .limit)
    }
    let x = try cursor.number()
    guard cursor.peek() == 0x2C else {
      cursor = before
      return nil
    }
    cursor.advance()
    guard let second = cursor.peek(), second == 0x2D || second &- 0x30 < 10 else {
      cursor = before
      return nil
    }
    let y = try cursor.number()
    if cursor.peek() == 0x5D {
      cursor.leave()
      return (x, y, .nan, start, false)
    }
    guard cursor.peek() == 0x2C else { throw cursor.unexpected("“,” or “]”") }
    cursor.advance()
    guard let third = cursor.peek(), third == 0x2D || third &- 0x30 < 10 else {
      cursor = before
      return nil
    }
    let z = try cursor.number()
    // RFC 7946 lets further numbers stand and tells readers to pass over them.
    var isLong = false
    while cursor.peek() == 0x2C {
      isLong = true
      cursor.advance()
      guard let next = cursor.peek(), next == 0x2D || next &- 0x30 < 10 else {
        cursor = before
        return nil
      }
      _ = try cursor.number()
    }
    guard cursor.peek() == 0x5D else { throw cursor.unexpected("“,” or “]”") }
    cursor.leave()
    return (x, y, z, start, isLong)
  }

  /// Items of an array that begins with a number: a Point's own coordinates, or a faulty position.
  private static func bareNumbers(
    _ cursor: inout JSONCursor, _ tape: inout CoordinateTape, start: Int, path: inout [Int],
    at place: GeoJSONPath, diagnostics: inout DiagnosticList
  ) throws(JSONFault) {
    var values: [Double] = []
    let here = place.items(path.dropLast())
    var at: String { here.pointer }
    var hasFault = false
    repeat {
      let item = cursor.offset
      if try cursor.kind() == .number {
        values.append(try cursor.number())
      } else {
        hasFault = true
        diagnostics.add(
          Diagnostic(
            .positionNotNumber, .error,
            "\(Self.name(try cursor.kind())) stands in a position, where only numbers belong",
            offset: item, pointer: at + "/\(path[path.count - 1])"))
        try cursor.skipValue()
      }
      path[path.count - 1] += 1
    } while try cursor.nextItem(isFirst: false)
    path.removeLast()
    let depth = path.count + 1
    if tape.depth == 0 { tape.depth = depth }
    if values.count < 2, !hasFault, !tape.isFaulty {
      diagnostics.add(
        Diagnostic(
          .positionTooShort, .error,
          "a position needs a longitude and a latitude; this one has \(values.count) number",
          offset: start, pointer: at))
      hasFault = true
    }
    if hasFault || tape.isFaulty {
      tape.isFaulty = true
      return
    }
    if tape.runs.isEmpty {
      tape.runs.append(Run(first: 0, bracket: start, index: 0))
      tape.firstPath = here
      tape.groups.append(0)
    }
    if values.count > 3 { tape.long = (start, at, 1) }
    tape.values += [values[0], values[1], values.count > 2 ? values[2] : .nan]
    tape.offsets.append(UInt32(truncatingIfNeeded: start))
  }
}
