internal import CMapBytes

/// Land, lakes, ice shelves, rivers, borders and towns of the Earth in tiles, read where they stand in
/// the program: a map decodes the tiles that it shows, and nothing else costs anything.
///
/// Natural Earth 1:10,000,000, public domain, with towns of GeoNames, CC BY 4.0;
/// `routes/tools/make_map.py` writes the bytes and says how.
package struct BaseMap {
  /// How much is generalised.
  package enum Level: Int, Sendable {
    /// As the source has it, in tiles of three degrees.
    case fine
    /// Thinned to half a kilometre, in tiles of fifteen.
    case medium
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private let degrees: Int
  private let units: Double
  private let overlap: Int
  /// Where the offsets of the tiles stand.
  private let index: Int

  private var columns: Int { 360 / degrees }
  private var rows: Int { 180 / degrees }

  package init(_ level: Level) {
    var count = 0
    let start = milequest_map_bytes(&count)
    bytes = UnsafeBufferPointer(start: start, count: count)
    precondition(bytes.starts(with: "MQMAP1".utf8), "the map is not what make_map.py writes")
    var at = 7
    for _ in 0..<level.rawValue {
      let degrees = Int(bytes[at])
      at += 4 + 4 * (360 / degrees * (180 / degrees) + 1)
    }
    degrees = Int(bytes[at])
    units = Double(Int(bytes[at + 1]) | Int(bytes[at + 2]) << 8)
    overlap = Int(bytes[at + 3])
    index = at + 4
  }

  /// The tiles that a part of the globe touches.
  ///
  /// - Parameters:
  ///   - west: in degrees; may lie beyond 180, and so may `east`, which is not below it.
  /// - Complexity: O(vertices of these tiles).
  package func tiles(south: Double, north: Double, west: Double, east: Double) -> [MapTile] {
    func cell(_ value: Double) -> Int { Int((value / Double(degrees)).rounded(.down)) }
    let firstRow = min(max(cell(south + 90), 0), rows - 1)
    let lastRow = min(max(cell(north + 90), firstRow), rows - 1)
    let firstColumn = cell(west + 180)
    let lastColumn = min(max(cell(east + 180), firstColumn), firstColumn + columns - 1)
    return (firstRow...lastRow).flatMap { row in
      (firstColumn...lastColumn).map { column in
        tile(row: row, column: (column % columns + columns) % columns)
      }
    }
  }

  private func offset(_ tile: Int) -> Int {
    let at = index + 4 * tile
    return (0..<4).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }

  private func tile(row: Int, column: Int) -> MapTile {
    let number = row * columns + column
    let size = degrees * Int(units)
    // At the poles there is nothing to reach over to.
    let edges = TileEdges(
      west: -overlap, east: size + overlap, south: row == 0 ? 0 : -overlap,
      north: row == rows - 1 ? size : size + overlap)
    let origin = Place(
      latitude: Double(row * degrees - 90), longitude: Double(column * degrees - 180))
    var reader = TileReader(
      bytes: UnsafeBufferPointer(rebasing: bytes[offset(number)..<offset(number + 1)]),
      origin: origin, units: units, edges: edges)
    return reader.tile()
  }
}

/// What lies in a tile, and a little beyond its edges, so that tiles side by side leave no gap.
package struct MapTile: Sendable {
  package struct Area: Sendable {
    package enum Kind: UInt8, Sendable {
      case land = 1
      case lake, iceShelf
    }

    package var kind: Kind
    /// 0 is the most important.
    package var rank: Int
    /// Closed, the closing vertex left out; together they are filled by the even-odd rule.
    package var rings: [[Place]]
    /// Their outlines without the edges at which the tile is cut.
    package var shores: [[Place]]
  }

  package struct Line: Sendable {
    package enum Kind: UInt8, Sendable {
      case river = 4
      case border
    }

    package var kind: Kind
    /// 0 is the most important.
    package var rank: Int
    package var places: [Place]
  }

  package struct Town: Sendable {
    package var name: String
    package var place: Place
    package var population: Int
  }

  package internal(set) var areas: [Area] = []
  package internal(set) var lines: [Line] = []
  /// The largest first.
  package internal(set) var towns: [Town] = []
}
