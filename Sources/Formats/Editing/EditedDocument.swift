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
