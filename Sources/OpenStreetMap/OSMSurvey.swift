internal import MapData

/// One reading of an extract for one map.
struct OSMSurvey {
  private let bytes: [UInt8]
  private var blocks: [OSMBlock]
  private let limits: OSMLimits
  private let area: OSMArea
  private let kinds: Set<OSMKind>
  private var relations: [OSMBlockReader.Relation] = []
  /// Those with a kind are shown by themselves.
  private var ways: [OSMBlockReader.Way] = []

  init(
    _ bytes: [UInt8], _ limits: OSMLimits, area: OSMArea, _ kinds: Set<OSMKind>
  ) throws(OSMFault) {
    blocks = try OSMBlock.all(in: bytes, limits)
    self.bytes = bytes
    self.limits = limits
    self.area = area
    self.kinds = kinds
  }

  mutating func features() throws(OSMFault) -> [OSMFeature] {
    let near = try nearNodes()
    guard !near.isEmpty else { return [] }
    try readWays(near)
    keepRelations()
    try readMembers()
    let places = try places()
    var features: [OSMFeature] = []
    for way in ways {
      guard let kind = way.kind else { continue }
      let isClosed = way.nodes.first == way.nodes.last
      let lines =
        kind.isArea ? isClosed ? [places.ring(way.nodes)] : [] : places.lines(way.nodes)
      let drawn = lines.filter { $0.count > (kind.isArea ? 2 : 1) }
      if !drawn.isEmpty { features.append(OSMFeature(kind: kind, lines: drawn)) }
    }
    let nodes = Dictionary(ways.map { ($0.id, $0.nodes) }) { first, _ in first }
    for relation in relations {
      let rings = OSMRings.closed(relation.ways.compactMap { nodes[$0] }).map(places.ring)
        .filter { $0.count > 2 }
      if !rings.isEmpty { features.append(OSMFeature(kind: relation.kind, lines: rings)) }
    }
    return features
  }

  // MARK: Readings

  /// Visits the blocks that may hold something.
  ///
  /// - Parameter kept: how much is kept so far.
  private mutating func visit(
    _ content: OSMBlock.Content, _ visitor: OSMBlockReader.Visitor, kept: () -> Int
  ) throws(OSMFault) {
    var unpackedBytes = 0
    for index in blocks.indices where !blocks[index].holds.isDisjoint(with: content) {
      let unpacked = try blocks[index].unpacked(bytes, limits)
      let offset = blocks[index].offset
      unpackedBytes += unpacked.count
      guard unpackedBytes <= limits.unpackedBytes else {
        throw OSMFault(
          "the file unpacks to more than \(limits.unpackedBytes) bytes, the limit: cut out the part "
            + "around the route", at: offset)
      }
      blocks[index].holds = try OSMBlockReader(unpacked, at: offset, limits).visit(visitor)
      guard kept() <= limits.nodes else {
        throw OSMFault(
          "more than \(limits.nodes) nodes lie on the map or near it, the limit: cut out the part "
            + "around the route", at: offset)
      }
    }
  }

  /// The ids of nodes on the map and near it, sorted; notes the areas that relations tell.
  private mutating func nearNodes() throws(OSMFault) -> [Int64] {
    let (area, kinds) = (area, kinds)
    var near: [Int64] = []
    var relations: [OSMBlockReader.Relation] = []
    var memberCount = 0
    let visitor = OSMBlockReader.Visitor(
      node: { id, place in if area.contains(place) { near.append(id) } },
      relation: { relation in
        guard kinds.contains(relation.kind), !relation.ways.isEmpty else { return }
        relations.append(relation)
        memberCount += relation.ways.count
      })
    try visit(.all, visitor) { near.count + memberCount }
    self.relations = relations
    near.sort()
    return near
  }

  /// Reads the ways that have a node near the map, those of no kind that are members of relations too.
  private mutating func readWays(_ near: [Int64]) throws(OSMFault) {
    let kinds = kinds
    let members = Set(relations.lazy.flatMap(\.ways))
    var ways: [OSMBlockReader.Way] = []
    var nodeCount = 0
    let visitor = OSMBlockReader.Visitor(way: { way in
      let kind = way.kind.flatMap { kinds.contains($0) ? $0 : nil }
      guard kind != nil || members.contains(way.id), way.nodes.count > 1,
        way.nodes.contains(where: { near.indexInSorted($0) != nil })
      else { return }
      ways.append(OSMBlockReader.Way(id: way.id, kind: kind, nodes: way.nodes))
      nodeCount += way.nodes.count
    })
    try visit(.ways, visitor) { nodeCount }
    self.ways = ways
  }

  /// Keeps the relations with a way near the map.
  private mutating func keepRelations() {
    let known = Set(ways.lazy.map(\.id))
    relations.removeAll { !$0.ways.contains(where: known.contains) }
  }

  /// Reads the members of relations that lie elsewhere: with them, areas are whole.
  private mutating func readMembers() throws(OSMFault) {
    let missing = Set(relations.lazy.flatMap(\.ways)).subtracting(ways.lazy.map(\.id))
    guard !missing.isEmpty else { return }
    var found: [OSMBlockReader.Way] = []
    var nodeCount = ways.reduce(0) { $0 + $1.nodes.count }
    let visitor = OSMBlockReader.Visitor(way: { way in
      guard missing.contains(way.id), way.nodes.count > 1 else { return }
      found.append(OSMBlockReader.Way(id: way.id, kind: nil, nodes: way.nodes))
      nodeCount += way.nodes.count
    })
    try visit(.ways, visitor) { nodeCount }
    ways += found
  }

  /// Where the nodes of all ways lie.
  private mutating func places() throws(OSMFault) -> OSMPlaces {
    var places = OSMPlaces(ways.flatMap(\.nodes))
    try visit(.nodes, OSMBlockReader.Visitor(node: { places.add($0, $1) })) { 0 }
    return places
  }
}
