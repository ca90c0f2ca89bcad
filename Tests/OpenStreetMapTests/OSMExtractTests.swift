import Foundation
import MapData
import TestSupport
import Testing

@testable import OpenStreetMap

@Suite struct OSMExtractTests {
  private static let village = OSMArea(south: 42.49, north: 42.52, west: 1.49, east: 1.52)

  private func features(
    _ extract: Extract, in area: OSMArea = village, _ kinds: Set<OSMKind> = Set(OSMKind.allCases)
  ) throws -> [OSMFeature] {
    try OSMExtract(extract.bytes).features(in: area, kinds)
  }

  private static let street = OSMFeature(
    kind: .street,
    lines: [
      [
        Place(latitude: 42.5, longitude: 1.5), Place(latitude: 42.501, longitude: 1.505),
        Place(latitude: 42.502, longitude: 1.51),
      ]
    ])

  @Test(arguments: [true, false])
  func linesAndAreas(isDense: Bool) throws {
    var extract = Extract.village
    extract.isDense = isDense
    let found = try features(extract)
    #expect(found.map(\.kind) == [.street, .water, .green])
    #expect(found.first?.lines.map(\.count) == Self.street.lines.map(\.count))
    for (place, right) in zip(found[0].lines[0], Self.street.lines[0]) {
      #expect(abs(place.latitude - right.latitude) < 1e-9)
      #expect(abs(place.longitude - right.longitude) < 1e-9)
    }
    // The pond's last corner is its first; the wood's two halves meet, and its clearing is a ring.
    #expect(found[1].lines.map(\.count) == [4] && found[2].lines.map(\.count) == [4, 4])
  }

  @Test func onlyKindsThatAreAskedFor() throws {
    #expect(try features(.village, [.street]).map(\.kind) == [.street])
    #expect(try features(.village, [.motorway]).isEmpty)
  }

  @Test func onlyWhatIsNearTheMap() throws {
    let elsewhere = OSMArea(south: 10, north: 11, west: 1, east: 2)
    #expect(try features(.village, in: elsewhere).isEmpty)
    // One corner of the wood lies on the map: all of it is needed to fill it.
    let corner = OSMArea(south: 42.5095, north: 42.511, west: 1.5095, east: 1.511)
    let wood = try features(.village, in: corner)
    #expect(wood.map(\.kind) == [.green] && wood.first?.lines.map(\.count) == [4, 4])
  }

  @Test func overTheMeridianOf180Degrees() throws {
    let extract = Extract(
      nodes: [(1, 0, 179.999), (2, 0, -179.999)],
      ways: [.init(id: 1, nodes: [1, 2], tags: [("highway", "path")])])
    let area = OSMArea(south: -1, north: 1, west: -0.5, east: 0.5, middleMeridian: 180)
    #expect(try features(extract, in: area).first?.lines.map(\.count) == [2])
  }

  @Test func anExtractMayLackNodes() throws {
    let extract = Extract(
      nodes: [
        (1, 42.5, 1.5), (2, 42.5, 1.501), (4, 42.5, 1.503), (5, 42.5, 1.504), (7, 42.5, 1.51),
      ],
      ways: [
        .init(id: 1, nodes: [1, 2, 3, 4, 5, 6, 7], tags: [("waterway", "river")]),
        .init(id: 2, nodes: [1, 8], tags: [("highway", "track")]),
        .init(id: 3, nodes: [1, 2, 4], tags: [("natural", "wood")]),
      ],
      relations: [.init(tags: [("type", "multipolygon"), ("natural", "water")], ways: [1, 99])])
    let found = try features(extract)
    #expect(found.map(\.kind) == [.river] && found.first?.lines.map(\.count) == [2, 2])
  }

  @Test func ringsAreJoinedAtTheirEnds() {
    #expect(OSMRings.closed([[1, 2, 3], [1, 4, 3]]) == [[1, 2, 3, 4, 1]])
    #expect(OSMRings.closed([[1, 2, 3], [4, 5], [3, 4], [5, 1]]) == [[1, 2, 3, 4, 5, 1]])
    #expect(OSMRings.closed([[1, 2, 3, 1], [7, 8], []]) == [[1, 2, 3, 1]])
    #expect(OSMRings.closed([[1, 2], [2, 1]]).isEmpty)
  }

  /// The extract beside a clone; nil where there is none.
  private static let andorra: [UInt8]? = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return (try? Data(contentsOf: root.appending(path: "shared/maps/andorra.osm.pbf"))).map(
      Array.init)
  }()

  @Test(.enabled(if: andorra != nil, "there is no extract beside the clone"))
  func whatGDALCountsToo() throws {
    let found = try OSMExtract(try #require(Self.andorra)).features(
      in: .globe, Set(OSMKind.allCases))
    let counts = Dictionary(grouping: found, by: \.kind).mapValues(\.count)
    // By `ogrinfo -sql "select highway, count(*) from lines group by highway"` and the like; GDAL takes
    // one pedestrian way for an area.
    let right: [OSMKind: Int] = [
      .primary: 326, .secondary: 148, .tertiary: 9, .street: 584, .lane: 276, .path: 270,
      .river: 25, .stream: 86, .water: 98, .green: 59,
    ]
    #expect(counts == right)
  }

  // MARK: Hostile files

  /// The fault of a file that is refused.
  private func fault(_ bytes: [UInt8], _ limits: OSMLimits = .standard) -> OSMFault? {
    do throws(OSMFault) {
      _ = try OSMExtract(bytes, limits: limits).features(in: .globe, Set(OSMKind.allCases))
      return nil
    } catch { return error }
  }

  private func expect(
    _ bytes: [UInt8], at offset: Int, _ words: String, limits: OSMLimits = .standard,
    _ place: SourceLocation = #_sourceLocation
  ) {
    let fault = fault(bytes, limits)
    #expect(fault?.offset == offset, "\(String(describing: fault))", sourceLocation: place)
    #expect(
      fault?.message.contains(words) == true, "\(String(describing: fault))",
      sourceLocation: place)
  }

  private static let header = Extract.block(
    "OSMHeader", Extract.zlib(Wire.bytes(4, Array("DenseNodes".utf8))))

  /// A file whose block of data holds some bytes.
  private func file(_ content: [UInt8], stating size: Int? = nil) -> [UInt8] {
    Self.header + Extract.block("OSMData", Extract.zlib(content, stating: size))
  }

  @Test func aFileThatIsCutOffAnywhere() {
    let bytes = Extract.village.bytes
    let second = Extract.village.dataOffset
    for count in 0..<bytes.count where count != second {
      expect(Array(bytes[..<count]), at: count < second ? 0 : second, "cut off")
    }
    #expect(fault(bytes) == nil)
  }

  @Test func otherFiles() {
    expect(Array("<?xml version=\"1.0\"?><osm/>".utf8), at: 0, "is this an OpenStreetMap extract")
    expect(Array("PMTiles and more".utf8), at: 0, "is this an OpenStreetMap extract")
    expect(Extract.block("OSMData", []), at: 0, "OSMHeader")
    var extract = Extract.village
    extract.features.append("HistoricalInformation")
    expect(extract.bytes, at: 0, "HistoricalInformation")
  }

  @Test func wrongSizes() {
    let start = Self.header.count
    let big = Wire.bytes(1, Array("OSMData".utf8)) + Wire.field(3, 33 << 20)
    expect(Self.header + Extract.bigEndian(big.count) + big, at: start, "34603008 bytes")
    let negative = Wire.bytes(1, Array("OSMData".utf8)) + Wire.field(3, .max)
    expect(Self.header + Extract.bigEndian(negative.count) + negative, at: start, "size")
    let content = Extract.village.primitives
    expect(file(content, stating: content.count - 1), at: start, "damaged")
    expect(file(content, stating: content.count + 1), at: start, "damaged")
    expect(file(content, stating: 33 << 20), at: start, "34603008 bytes unpacked")
    expect(file(content, stating: -1), at: start, "size unpacked")
    expect(Self.header + Extract.block("OSMData", []), at: start, "empty")
    expect(
      Self.header + Extract.block("OSMData", Wire.bytes(7, [1, 2])), at: start, "Zstandard")
  }

  @Test func countsThatAreHuge() {
    let start = Self.header.count
    // A field that states more bytes than there are, and a number that has no end.
    expect(file([0x12] + Wire.number(.max)), at: start, "states 18446744073709551615 bytes")
    expect(file([UInt8](repeating: 0xFF, count: 20)), at: start, "more than 64 bits")
    expect(file([0x0B]), at: start, "of type 3")
    // Steps that add up to more than 64 bits.
    let steps = Wire.number(Wire.coded(.max)) + Wire.number(Wire.coded(1))
    let dense = Wire.bytes(1, steps) + Wire.bytes(8, [0, 0]) + Wire.bytes(9, [0, 0])
    expect(file(Wire.bytes(2, Wire.bytes(2, dense))), at: start, "add up")
    let way = Wire.field(1, 1) + Wire.bytes(8, steps)
    let near = Wire.bytes(2, Wire.bytes(2, [0x0A, 1, 2, 0x42, 1, 0, 0x4A, 1, 0]))
    expect(file(near + Wire.bytes(2, Wire.bytes(3, way))), at: start, "add up")
  }

  @Test func listsThatDoNotMatch() {
    let start = Self.header.count
    let few = Wire.bytes(1, [2, 2]) + Wire.bytes(8, [0]) + Wire.bytes(9, [0, 0])
    expect(file(Wire.bytes(2, Wire.bytes(2, few))), at: start, "more nodes than places")
    let many = Wire.bytes(1, [2]) + Wire.bytes(8, [0, 0]) + Wire.bytes(9, [0, 0])
    expect(file(Wire.bytes(2, Wire.bytes(2, many))), at: start, "more places of nodes")
    let text = Wire.field(1, 2)
    expect(file(Wire.bytes(2, Wire.bytes(2, text))), at: start, "another type")
    var nowhere = Extract.village
    nowhere.nodes[2].latitude = 90.1
    expect(nowhere.bytes, at: nowhere.dataOffset, "nowhere on Earth")
  }

  @Test func indicesOutsideOfTheTable() {
    let start = Self.header.count
    let near = Wire.bytes(2, Wire.bytes(2, [0x0A, 1, 2, 0x42, 1, 0, 0x4A, 1, 0]))
    func way(_ keys: [UInt8], _ values: [UInt8]) -> [UInt8] {
      near + Wire.bytes(2, Wire.bytes(3, Wire.bytes(2, keys) + Wire.bytes(3, values)))
    }
    let table = Wire.bytes(1, Wire.bytes(1, []) + Wire.bytes(1, Array("highway".utf8)))
    #expect(fault(file(table + way([1], [0]))) == nil)
    expect(file(table + way([2], [0])), at: start, "text 2 is named, and there are 2")
    expect(file(table + way([1], Wire.number(.max))), at: start, "is named")
    expect(file(way([0], [0])), at: start, "there are 0")
    expect(file(table + way([1, 1], [0])), at: start, "more keys than values")
  }

  @Test func limitsAreNamed() {
    let bytes = Extract.village.bytes
    let start = Extract.village.dataOffset
    func limits(_ set: (inout OSMLimits) -> Void) -> OSMLimits {
      var limits = OSMLimits.standard
      set(&limits)
      return limits
    }
    expect(bytes, at: 100, "the limit", limits: limits { $0.fileBytes = 100 })
    expect(bytes, at: start, "the limit", limits: limits { $0.unpackedBytes = 100 })
    expect(bytes, at: start, "the limit", limits: limits { $0.blocks = 0 })
    expect(bytes, at: start, "the limit", limits: limits { $0.strings = 3 })
    expect(bytes, at: start, "the limit", limits: limits { $0.nodes = 10 })
    #expect(fault(bytes, limits { $0.nodes = 19 }) == nil)
  }

  /// Whatever is changed in a file, it is read or refused.
  @Test func changedBytes() {
    var random = SplitMix64("changed extracts")
    let content = Extract.village.primitives
    for _ in 0..<3_000 {
      var changed = content
      for _ in 0..<random.int(1...4) {
        changed[random.int(0...changed.count - 1)] = UInt8(random.int(0...255))
      }
      if let fault = fault(file(changed)) { #expect(fault.offset == Self.header.count) }
    }
  }
}

extension Extract {
  /// Where the block of data begins.
  var dataOffset: Int {
    Extract.block("OSMHeader", Extract.zlib(features.flatMap { Wire.bytes(4, Array($0.utf8)) }))
      .count
  }
}
