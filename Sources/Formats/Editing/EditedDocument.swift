internal import Geodesy
internal import JSON
internal import Routes

/// A document that is being edited: its parts in file order, and what editors of every format ask.
struct EditedDocument {
  let document: RouteDocument
  let bytes: [UInt8]
  /// All parts in file order; after them those of what is left aside.
  let parts: [SourcePart]
  /// The track of each part.
  let trackOfPart: [Int]
  /// The number of the first vertex of each part, and at the end that of all vertices.
  private let firstVertex: [Int]

  init(_ document: RouteDocument) {
    self.document = document
    bytes = document.source.bytes
    var parts: [SourcePart] = []
    var trackOfPart: [Int] = []
    var firstVertex = [0]
    for (index, track) in document.allTracks.enumerated() {
      for part in track.parts {
        parts.append(part)
        trackOfPart.append(index)
        firstVertex.append(firstVertex[firstVertex.count - 1] + part.vertices.count)
      }
    }
    self.parts = parts
    self.trackOfPart = trackOfPart
    self.firstVertex = firstVertex
  }

  /// How many of the parts make the route where nobody chooses.
  var routePartCount: Int { document.tracks.reduce(0) { $0 + $1.parts.count } }

  // MARK: Checks

  func checked(offset: Int) throws(EditError) -> Int {
    guard offset >= 0, offset < bytes.count else {
      throw EditError(
        .range, "the byte \(offset) is not in the file, which has \(bytes.count)")
    }
    return offset
  }

  func checked(part index: Int) throws(EditError) -> Int {
    guard parts.indices.contains(index) else {
      throw EditError(
        .range, "there is no part \(index): the file has \(parts.count), counted from 0")
    }
    return index
  }

  func checked(waypoint index: Int) throws(EditError) -> Int {
    guard document.waypoints.indices.contains(index) else {
      throw EditError(
        .range,
        "there is no waypoint \(index): the file has \(document.waypoints.count), counted from 0")
    }
    return index
  }

  func checked(order: [Int], of count: Int, _ what: String) throws(EditError) -> [Int] {
    var isSeen = [Bool](repeating: false, count: count)
    for index in order where (0..<count).contains(index) { isSeen[index] = true }
    guard order.count == count, isSeen.allSatisfy({ $0 }) else {
      throw EditError(
        .range, "an order of \(count) \(what) names each of them once, counted from 0")
    }
    return order
  }

  /// The part of a vertex and its place in it.
  func place(ofVertex index: Int) throws(EditError) -> (part: Int, index: Int) {
    guard index >= 0, index < firstVertex[parts.count] else {
      throw EditError(
        .range,
        "there is no vertex \(index): the file has \(firstVertex[parts.count]), counted from 0")
    }
    let part = firstVertex.partitioningIndex { $0 > index } - 1
    return (part, index - firstVertex[part])
  }

  func refuseReprojected() throws(EditError) {
    if document.isReprojected {
      throw .unsupported(
        "the file's numbers are not degrees but of another reference system: write it anew first")
    }
  }

  // MARK: Bytes

  /// A replacement whose text is in UTF-8 as the file's encoding writes it; a letter that the encoding
  /// lacks becomes a reference of XML. O(bytes).
  func encoded(_ edit: TextEdit) -> TextEdit {
    let text = document.source
    let isASCII =
      text.declaredEncoding.flatMap { ForeignEncoding.canonical($0.name) } == "US-ASCII"
    guard text.encoding == .singleByte || isASCII, edit.replacement.contains(where: { $0 >= 0x80 })
    else { return edit }
    let name = isASCII ? "US-ASCII" : text.foreignEncoding ?? "ISO-8859-1"
    var out: [UInt8] = []
    for scalar in String(decoding: edit.replacement, as: UTF8.self).unicodeScalars {
      let utf8 = Array(String(scalar).utf8)
      if scalar.isASCII {
        out += utf8
      } else if let own = ForeignEncoding.converted(utf8[...], from: "UTF-8", to: name) {
        out += own
      } else {
        out += "&#x\(String(scalar.value, radix: 16, uppercase: true));".utf8
      }
    }
    return TextEdit(edit.range, out)
  }

  /// Replacements with the line end of the file, where it has CR LF everywhere.
  ///
  /// - Complexity: O(bytes) where a replacement has a line end, else O(replacements).
  func withOwnLineEnds(_ edits: [TextEdit]) -> [TextEdit] {
    func bare(_ bytes: [UInt8], after last: UInt8?) -> Bool {
      var last = last
      for byte in bytes {
        if byte == 0x0A, last != 0x0D { return true }
        last = byte
      }
      return false
    }
    func before(_ edit: TextEdit) -> UInt8? {
      edit.range.lowerBound > 0 ? bytes[edit.range.lowerBound - 1] : nil
    }
    guard edits.contains(where: { bare($0.replacement, after: before($0)) }), bytes.contains(0x0A),
      !bare(bytes, after: nil)
    else { return edits }
    return edits.map { edit in
      var out: [UInt8] = []
      for byte in edit.replacement {
        if byte == 0x0A, (out.last ?? before(edit)) != 0x0D { out.append(0x0D) }
        out.append(byte)
      }
      return TextEdit(edit.range, out)
    }
  }

  /// Gives each place the bytes of another.
  func exchange(_ slots: [Range<Int>], _ order: [Int]) -> EditPlan {
    var plan = EditPlan()
    for (slot, source) in order.enumerated() where source != slot {
      plan.texts.append(TextEdit(slots[slot], Array(bytes[slots[source]])))
    }
    return plan
  }

  /// A number of degrees with as many decimals as stood there, at least seven.
  func degrees(_ value: Double, like old: Range<Int>?) -> String {
    number(value, decimals: max(decimals(old), 7))
  }

  /// A height, to the millimetre: no file's heights are better than that.
  func height(_ meters: Double) -> String { number(meters, decimals: 3) }

  func number(_ value: Double, decimals: Int) -> String {
    var out: [UInt8] = []
    NumberText.append(value, decimals: decimals, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// Decimals of the number that stands in a range, as far as a double holds them.
  func decimals(_ range: Range<Int>?) -> Int {
    guard let range else { return 0 }
    var count = 0
    var isBehindPoint = false
    for byte in bytes[range] {
      if byte == 0x2E {
        isBehindPoint = true
      } else if isBehindPoint, byte &- 0x30 < 10 {
        count += 1
      }
      if byte | 0x20 == 0x65 { break }
    }
    return min(count, WriteOptions.mostDigits)
  }

  /// Whether the bytes are just this number already.
  func holds(_ range: Range<Int>, _ value: Double) -> Bool {
    bytes.withUnsafeBufferPointer { bytes in
      guard
        let (number, end) = try? DecimalNumber.parse(
          UnsafeBufferPointer(rebasing: bytes[..<range.upperBound]), from: range.lowerBound,
          grammar: .xml, mostBytes: 1 << 16)
      else { return false }
      return end == range.upperBound && number == value
    }
  }
}
