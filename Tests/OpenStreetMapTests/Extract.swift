@testable import OpenStreetMap

/// Writes small extracts, right ones and wrong ones.
struct Extract {
  struct Way {
    var id: UInt64
    var nodes: [Int64]
    var tags: [(String, String)] = []
  }

  struct Relation {
    var tags: [(String, String)]
    /// Ids of ways.
    var ways: [Int64]
  }

  /// Ids, latitudes and longitudes.
  var nodes: [(id: Int64, latitude: Double, longitude: Double)] = []
  var ways: [Way] = []
  var relations: [Relation] = []
  var isDense = true
  var features = ["OsmSchema-V0.6", "DenseNodes"]
  /// What texts the table holds besides those of tags.
  var text: [String] = []

  /// A street of three nodes from west to east, a round pond and a wood with a clearing.
  static let village = Extract(
    nodes: [
      (1, 42.500, 1.500), (2, 42.501, 1.505), (3, 42.502, 1.510),
      (11, 42.503, 1.503), (12, 42.503, 1.504), (13, 42.504, 1.504), (14, 42.504, 1.503),
      (21, 42.506, 1.500), (22, 42.506, 1.510), (23, 42.510, 1.510), (24, 42.510, 1.500),
      (31, 42.507, 1.504), (32, 42.507, 1.506), (33, 42.508, 1.506), (34, 42.508, 1.504),
    ],
    ways: [
      Way(id: 100, nodes: [1, 2, 3], tags: [("name", "High Street"), ("highway", "residential")]),
      Way(id: 101, nodes: [11, 12, 13, 14, 11], tags: [("natural", "water")]),
      Way(id: 102, nodes: [21, 22, 23]), Way(id: 103, nodes: [21, 24, 23]),
      Way(id: 104, nodes: [31, 32, 33, 34, 31]),
      Way(id: 105, nodes: [1, 11], tags: [("building", "yes")]),
    ],
    relations: [
      Relation(tags: [("type", "multipolygon"), ("landuse", "forest")], ways: [102, 103, 104])
    ])

  var bytes: [UInt8] {
    Self.block("OSMHeader", Self.zlib(features.flatMap { Wire.bytes(4, Array($0.utf8)) }))
      + Self.block("OSMData", Self.zlib(primitives))
  }

  /// The content of the block of data.
  var primitives: [UInt8] {
    var table = [""] + text
    func index(_ text: String) -> UInt64 {
      if let index = table.firstIndex(of: text) { return UInt64(index) }
      table.append(text)
      return UInt64(table.count - 1)
    }
    func tags(_ tags: [(String, String)]) -> [UInt8] {
      Wire.bytes(2, tags.flatMap { Wire.number(index($0.0)) })
        + Wire.bytes(3, tags.flatMap { Wire.number(index($0.1)) })
    }
    func units(_ degrees: Double) -> Int64 { Int64((degrees * 1e7).rounded()) }
    var groups: [UInt8] = []
    if isDense {
      groups += Wire.bytes(
        2,
        Wire.bytes(
          2,
          Wire.bytes(1, Wire.steps(nodes.map(\.id)))
            + Wire.bytes(8, Wire.steps(nodes.map { units($0.latitude) }))
            + Wire.bytes(9, Wire.steps(nodes.map { units($0.longitude) }))))
    } else {
      groups += Wire.bytes(
        2,
        nodes.flatMap {
          Wire.bytes(
            1,
            Wire.field(1, Wire.coded($0.id)) + Wire.field(8, Wire.coded(units($0.latitude)))
              + Wire.field(9, Wire.coded(units($0.longitude))))
        })
    }
    groups += Wire.bytes(
      2,
      ways.flatMap {
        Wire.bytes(3, Wire.field(1, $0.id) + tags($0.tags) + Wire.bytes(8, Wire.steps($0.nodes)))
      })
    groups += Wire.bytes(
      2,
      relations.flatMap {
        Wire.bytes(
          4,
          Wire.field(1, 1) + tags($0.tags) + Wire.bytes(9, Wire.steps($0.ways))
            + Wire.bytes(10, $0.ways.map { _ in 1 }))
      })
    return Wire.bytes(1, table.flatMap { Wire.bytes(1, Array($0.utf8)) }) + groups
  }

  static func block(_ type: String, _ blob: [UInt8]) -> [UInt8] {
    let header = Wire.bytes(1, Array(type.utf8)) + Wire.field(3, UInt64(blob.count))
    return bigEndian(header.count) + header + blob
  }

  static func bigEndian(_ count: Int) -> [UInt8] {
    (0..<4).map { UInt8(count >> (24 - 8 * $0) & 0xFF) }
  }

  /// A blob packed by zlib, in pieces that are stored as they are.
  static func zlib(_ content: [UInt8], stating size: Int? = nil) -> [UInt8] {
    var packed: [UInt8] = [0x78, 0x01]
    var rest = content[...]
    repeat {
      let piece = rest.prefix(65_535)
      rest = rest.dropFirst(65_535)
      let (low, high) = (UInt8(piece.count & 0xFF), UInt8(piece.count >> 8))
      packed += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + piece
    } while !rest.isEmpty
    let sum = content.reduce((1, 0)) { sum, byte in
      let a = (sum.0 + Int(byte)) % 65_521
      return (a, (sum.1 + a) % 65_521)
    }
    packed += bigEndian(sum.1 << 16 | sum.0)
    return Wire.field(2, UInt64(bitPattern: Int64(size ?? content.count))) + Wire.bytes(3, packed)
  }
}

/// The wire format of protocol buffers.
enum Wire {
  static func number(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value > 0x7F {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  static func field(_ field: UInt64, _ value: UInt64) -> [UInt8] {
    number(field << 3) + number(value)
  }

  static func bytes(_ field: UInt64, _ content: [UInt8]) -> [UInt8] {
    number(field << 3 | 2) + number(UInt64(content.count)) + content
  }

  /// A number with its sign in the last bit.
  static func coded(_ value: Int64) -> UInt64 { UInt64(bitPattern: value << 1 ^ value >> 63) }

  static func steps(_ values: [Int64]) -> [UInt8] {
    zip(values, [0] + values).flatMap { number(coded($0 &- $1)) }
  }
}
