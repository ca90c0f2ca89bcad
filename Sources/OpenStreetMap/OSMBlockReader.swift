internal import MapData

/// Reads the nodes, ways and relations of one block.
struct OSMBlockReader {
  struct Way {
    let id: Int64
    let kind: OSMKind?
    /// The ids of its nodes.
    let nodes: [Int64]
  }

  struct Relation {
    let kind: OSMKind
    /// The ids of its members that are ways.
    let ways: [Int64]
  }

  /// Takes what a block holds; what is not wanted is not decoded.
  struct Visitor {
    var node: ((Int64, Place) -> Void)?
    var way: ((Way) -> Void)?
    var relation: ((Relation) -> Void)?
  }

  private let block: MessageReader
  private let limits: OSMLimits
  private var strings: [Range<Int>] = []
  /// By the index of a text.
  private var keys: [OSMKey?] = []
  private var granularity = 100.0
  private var latitudeOffset = 0.0
  private var longitudeOffset = 0.0

  init(_ bytes: [UInt8], at offset: Int, _ limits: OSMLimits) throws(OSMFault) {
    self.limits = limits
    block = MessageReader(bytes, 0..<bytes.count, .block(at: offset))
    var fields = block
    while let field = try fields.next() {
      switch field.number {
      case 1: try readStrings(try field.range(block))
      case 17: granularity = Double(try field.integer(block))
      case 19: latitudeOffset = Double(try field.integer(block))
      case 20: longitudeOffset = Double(try field.integer(block))
      default: break
      }
    }
  }

  private mutating func readStrings(_ range: Range<Int>) throws(OSMFault) {
    var table = block.reader(of: range)
    while let field = try table.next() {
      guard field.number == 1 else { continue }
      guard strings.count < limits.strings else {
        throw block.fault(
          "the block has more than \(limits.strings) texts, the limit", at: field.offset)
      }
      let text = try field.range(table)
      strings.append(text)
      keys.append(
        text.count > 8 ? nil : OSMKey(rawValue: String(decoding: block.bytes[text], as: UTF8.self)))
    }
  }

  /// Visits all that a block holds, and says which kinds that were.
  func visit(_ visitor: Visitor) throws(OSMFault) -> OSMBlock.Content {
    var content: OSMBlock.Content = []
    var fields = block
    while let field = try fields.next() {
      guard field.number == 2 else { continue }
      var group = block.reader(of: try field.range(block))
      while let entry = try group.next() {
        switch entry.number {
        case 1:
          content.insert(.nodes)
          if let take = visitor.node { try readNode(try entry.range(group), take) }
        case 2:
          content.insert(.nodes)
          if let take = visitor.node { try readDenseNodes(try entry.range(group), take) }
        case 3:
          content.insert(.ways)
          if let take = visitor.way { take(try way(try entry.range(group))) }
        case 4:
          content.insert(.relations)
          if let take = visitor.relation, let relation = try relation(try entry.range(group)) {
            take(relation)
          }
        default: break
        }
      }
    }
    return content
  }

  // MARK: Nodes

  private func readNode(_ range: Range<Int>, _ take: (Int64, Place) -> Void) throws(OSMFault) {
    var fields = block.reader(of: range)
    var values: [UInt64: Int64] = [:]
    while let field = try fields.next() {
      guard [1, 8, 9].contains(field.number) else { continue }
      values[field.number] = MessageReader.signed(
        UInt64(bitPattern: try field.integer(fields)))
    }
    guard let id = values[1], let latitude = values[8], let longitude = values[9] else {
      throw block.fault("a node has no id or no place", at: range.lowerBound)
    }
    take(id, try place(latitude, longitude, at: range.lowerBound))
  }

  private func readDenseNodes(
    _ range: Range<Int>, _ take: (Int64, Place) -> Void
  ) throws(OSMFault) {
    var fields = block.reader(of: range)
    let none = range.upperBound..<range.upperBound
    var (ids, latitudes, longitudes) = (none, none, none)
    while let field = try fields.next() {
      switch field.number {
      case 1: ids = try field.range(fields)
      case 8: latitudes = try field.range(fields)
      case 9: longitudes = try field.range(fields)
      default: break
      }
    }
    var (first, second, third) = (
      block.reader(of: ids), block.reader(of: latitudes), block.reader(of: longitudes)
    )
    var (id, latitude, longitude) = (Int64(0), Int64(0), Int64(0))
    while !first.isAtEnd {
      let offset = first.offset
      guard !second.isAtEnd, !third.isAtEnd else {
        throw block.fault("there are more nodes than places of nodes", at: offset)
      }
      id = try first.step(from: id)
      latitude = try second.step(from: latitude)
      longitude = try third.step(from: longitude)
      take(id, try place(latitude, longitude, at: offset))
    }
    guard second.isAtEnd, third.isAtEnd else {
      throw block.fault("there are more places of nodes than nodes", at: range.lowerBound)
    }
  }

  private func place(
    _ latitude: Int64, _ longitude: Int64, at offset: Int
  ) throws(OSMFault) -> Place {
    let place = Place(
      latitude: (latitudeOffset + granularity * Double(latitude)) / 1e9,
      longitude: (longitudeOffset + granularity * Double(longitude)) / 1e9)
    guard abs(place.latitude) <= 90, abs(place.longitude) <= 180 else {
      throw block.fault(
        "a node lies at \(place.latitude), \(place.longitude), which is nowhere on Earth",
        at: offset)
    }
    return place
  }

  // MARK: Ways and relations

  private func way(_ range: Range<Int>) throws(OSMFault) -> Way {
    var fields = block.reader(of: range)
    var id: Int64 = 0
    var tags = Tags(end: range.upperBound)
    var nodes: [Int64] = []
    while let field = try fields.next() {
      switch field.number {
      case 1: id = try field.integer(fields)
      case 2: tags.keys = try field.range(fields)
      case 3: tags.values = try field.range(fields)
      case 8: nodes = try steps(try field.range(fields))
      default: break
      }
    }
    return Way(id: id, kind: try kind(tags).kind, nodes: nodes)
  }

  /// Nil for all but areas that are told by a relation.
  private func relation(_ range: Range<Int>) throws(OSMFault) -> Relation? {
    var fields = block.reader(of: range)
    var tags = Tags(end: range.upperBound)
    var ids: [Int64] = []
    var types = range.upperBound..<range.upperBound
    while let field = try fields.next() {
      switch field.number {
      case 2: tags.keys = try field.range(fields)
      case 3: tags.values = try field.range(fields)
      case 9: ids = try steps(try field.range(fields))
      case 10: types = try field.range(fields)
      default: break
      }
    }
    let (kind, isMultipolygon) = try kind(tags)
    guard let kind, kind.isArea, isMultipolygon else { return nil }
    var type = block.reader(of: types)
    var ways: [Int64] = []
    for id in ids {
      guard !type.isAtEnd else {
        throw block.fault("there are more members than types of members", at: range.lowerBound)
      }
      if try type.number() == 1 { ways.append(id) }
    }
    return Relation(kind: kind, ways: ways)
  }

  private func steps(_ range: Range<Int>) throws(OSMFault) -> [Int64] {
    var list = block.reader(of: range)
    var values: [Int64] = []
    var last: Int64 = 0
    while !list.isAtEnd {
      guard values.count < limits.nodes else {
        throw block.fault("a list has more than \(limits.nodes) ids, the limit", at: list.offset)
      }
      last = try list.step(from: last)
      values.append(last)
    }
    return values
  }

  /// Lists of indices of texts.
  private struct Tags {
    var keys: Range<Int>
    var values: Range<Int>

    init(end: Int) { (keys, values) = (end..<end, end..<end) }
  }

  private func kind(_ tags: Tags) throws(OSMFault) -> (kind: OSMKind?, isMultipolygon: Bool) {
    var keyList = block.reader(of: tags.keys)
    var values = block.reader(of: tags.values)
    var best: (key: OSMKey, kind: OSMKind)?
    var isMultipolygon = false
    while !keyList.isAtEnd {
      guard !values.isAtEnd else {
        throw block.fault("there are more keys than values", at: keyList.offset)
      }
      let keyIndex = try index(&keyList)
      let valueIndex = try index(&values)
      guard let key = keys[keyIndex] else { continue }
      let value = String(decoding: block.bytes[strings[valueIndex]].prefix(16), as: UTF8.self)
      if key == .type { isMultipolygon = value == "multipolygon" }
      if let kind = OSMKind(key, value), key < best?.key ?? .type { best = (key, kind) }
    }
    return (best?.kind, isMultipolygon)
  }

  private func index(_ list: inout MessageReader) throws(OSMFault) -> Int {
    let offset = list.offset
    let index = try list.number()
    guard index < UInt64(strings.count) else {
      throw block.fault("text \(index) is named, and there are \(strings.count)", at: offset)
    }
    return Int(index)
  }
}
