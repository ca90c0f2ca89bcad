/// Closes a GeoJSON text that is cut off: what is not whole goes, back to the last whole vertex, and what
/// is open behind it is closed.
struct GeoJSONClosing {
  private struct Open {
    let isObject: Bool
    let start: Int
    /// The place after the last child that is whole, or after the opening bracket.
    var end: Int
    /// Whole children.
    var count = 0
    /// Whether children are arrays or objects, and whether these hold numbers alone, as positions do.
    var hasContainers = false
    var hasPositions = false
    /// The key whose value comes next.
    var key: String?
    /// The members that say what an object is.
    var members: Set<String> = []
    /// The value of `type`.
    var type: String?
    /// How deep the coordinates nest.
    var depth = 0
  }

  private static let telling: Set<String> = [
    "type", "coordinates", "geometry", "geometries", "features", "properties",
  ]
  private static let mostKeyBytes = 64

  private let bytes: [UInt8]
  private let nesting: Int
  private var stack: [Open] = []
  private var closers = ""
  private var cut: Int?

  /// What takes the place of the end; nil where the text is not cut off, or nothing of it is whole.
  ///
  /// - Complexity: O(bytes).
  static func edit(of bytes: [UInt8], nesting: Int) -> TextEdit? {
    var closing = GeoJSONClosing(bytes, nesting: nesting)
    guard closing.scan() else { return nil }
    closing.unwind()
    return closing.cut.map { TextEdit($0..<bytes.count, closing.closers + "\n") }
  }

  private init(_ bytes: [UInt8], nesting: Int) {
    self.bytes = bytes
    self.nesting = nesting
  }

  // MARK: Scanning

  /// Reads up to the cut; false where there is none.
  private mutating func scan() -> Bool {
    var i = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while i < bytes.count {
      switch bytes[i] {
      case 0x7B, 0x5B:
        guard stack.count < nesting else { return false }
        stack.append(Open(isObject: bytes[i] == 0x7B, start: i, end: i + 1))
        i += 1
      case 0x7D, 0x5D:
        guard let open = stack.popLast(), open.isObject == (bytes[i] == 0x7D), !stack.isEmpty
        else { return false }
        i += 1
        take(open, end: i)
      case 0x22:
        guard let end = stringEnd(from: i) else { return !stack.isEmpty }
        takeString(i..<end)
        i = end
      case 0x2C, 0x3A, 0...0x20: i += 1
      default:
        let start = i
        while i < bytes.count, !Self.isDelimiter(bytes[i]) { i += 1 }
        // A number at the very end may have lost digits.
        if i == bytes.count { return !stack.isEmpty }
        guard i > start, !stack.isEmpty else { return false }
        takeScalar(end: i)
      }
    }
    return !stack.isEmpty
  }

  static func isDelimiter(_ byte: UInt8) -> Bool {
    byte <= 0x20 || [0x2C, 0x3A, 0x5B, 0x5D, 0x7B, 0x7D, 0x22].contains(byte)
  }

  private func stringEnd(from start: Int) -> Int? {
    var i = start + 1
    while i < bytes.count {
      if bytes[i] == 0x22 { return i + 1 }
      i += bytes[i] == 0x5C ? 2 : 1
    }
    return nil
  }

  private mutating func takeString(_ range: Range<Int>) {
    guard let top = stack.indices.last else { return }
    let text = String(
      decoding: bytes[(range.lowerBound + 1)..<(range.upperBound - 1)].prefix(Self.mostKeyBytes),
      as: UTF8.self)
    if stack[top].isObject, stack[top].key == nil {
      stack[top].key = text
    } else {
      if stack[top].key == "type" { stack[top].type = text }
      takeScalar(end: range.upperBound)
    }
  }

  private mutating func takeScalar(end: Int) {
    guard let top = stack.indices.last else { return }
    stack[top].end = end
    stack[top].count += 1
    takeKey(top)
  }

  private mutating func takeKey(_ top: Int) {
    if let key = stack[top].key, Self.telling.contains(key) { stack[top].members.insert(key) }
    stack[top].key = nil
  }

  /// Takes an array or object for a child of what is around it.
  private mutating func take(_ child: Open, end: Int) {
    guard let top = stack.indices.last else { return }
    stack[top].end = end
    stack[top].count += 1
    stack[top].hasContainers = true
    if !child.isObject, !child.hasContainers { stack[top].hasPositions = true }
    if stack[top].key == "coordinates" {
      var depth = 0
      var i = child.start
      while i < bytes.count, bytes[i] == 0x5B || bytes[i] <= 0x20 {
        if bytes[i] == 0x5B { depth += 1 }
        i += 1
      }
      stack[top].depth = depth
    }
    takeKey(top)
  }

  // MARK: Closing

  private mutating func unwind() {
    while let open = stack.popLast() {
      guard isKept(open) else {
        // What is in it goes with it.
        (cut, closers) = (nil, "")
        continue
      }
      if cut == nil { cut = open.end }
      closers += missing(in: open) + (open.isObject ? "}" : "]")
      take(open, end: open.end)
    }
  }

  private func isKept(_ open: Open) -> Bool {
    guard let outer = stack.last else { return open.count > 0 }
    if open.isObject {
      if outer.key == "geometry" || outer.key == nil && isGeometries {
        return !open.members.isDisjoint(with: ["coordinates", "geometries"])
      }
      return outer.key == nil ? open.members.contains("geometry") : open.count > 0
    }
    guard stack.contains(where: { $0.key == "coordinates" }) else {
      // Half a list of numbers or words is none.
      return open.hasContainers || outer.key == "features"
    }
    guard open.hasContainers else { return false }
    let isPoints = stack.last { $0.isObject }?.type == "MultiPoint"
    return !open.hasPositions || open.count >= (isPoints ? 1 : 2)
  }

  /// Whether the innermost array is that of a collection of geometries.
  private var isGeometries: Bool {
    stack.last { $0.isObject }?.key == "geometries"
  }

  /// The members without which an object is not what it is.
  private func missing(in open: Open) -> String {
    guard open.isObject else { return "" }
    let types = [1: "Point", 2: "LineString", 3: "MultiLineString", 4: "MultiPolygon"]
    var type: String?
    if open.members.contains("coordinates") { type = types[open.depth] }
    if open.members.contains("geometries") { type = "GeometryCollection" }
    if open.members.contains("geometry") { type = "Feature" }
    if open.members.contains("features") { type = "FeatureCollection" }
    var text = ""
    if let type, !open.members.contains("type") { text += ",\"type\":\"\(type)\"" }
    if type == "Feature", !open.members.contains("properties") { text += ",\"properties\":null" }
    return text
  }
}
