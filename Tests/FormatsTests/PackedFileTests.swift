import Foundation
import TestSupport
import Testing

@testable import Formats

/// Files within files: gzip and the archives of KMZ.
@Suite struct PackedFileTests {
  private static let gpx =
    "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><name>A</name>"
    + "<trkseg><trkpt lat=\"54\" lon=\"-3\"/><trkpt lat=\"54.1\" lon=\"-3\"/></trkseg></trk></gpx>"
  private static let kml =
    "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><name>B</name><LineString><coordinates>"
    + "-3,54 -3,54.1</coordinates></LineString></Placemark></kml>"

  private func read(_ bytes: [UInt8], _ name: String = "x.kmz") -> RouteDocument {
    RouteReader.read(bytes, fileName: name, thoroughly: true)
  }

  /// One block that is stored as it is.
  static func gzip(_ text: String, size: Int? = nil) -> [UInt8] {
    let bytes = Array(text.utf8)
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(bytes.count, 2)
      + little(~bytes.count, 2) + bytes + little(Int(ZIP.sum(bytes)), 4)
      + little(size ?? bytes.count, 4)
  }

  @Test func gzipIsUnpacked() {
    let packed = Self.gzip(Self.gpx)
    let document = read(packed, "walk.gpx.gz")
    #expect(document.format == .gpx && document.tracks.first?.vertexCount == 2)
    #expect(document.diagnostics.map(\.code) == [.unpacked])
    #expect(document.diagnostics[0].severity == .info)
    // Several members in a row are one file, and faults have the lines of the file within.
    let half = Self.gpx.index(Self.gpx.startIndex, offsetBy: 40)
    let members = Self.gzip("\n" + Self.gpx[..<half]) + Self.gzip(String(Self.gpx[half...]) + "x")
    let faulty = read(members, "walk.gz")
    #expect(faulty.format == .gpx && faulty.tracks.first?.vertexCount == 2)
    #expect(faulty.diagnostics.contains { $0.code == .notWellFormed && $0.line == 2 })
    // An encoded polyline is known by the name that is left.
    #expect(read(Self.gzip("_p~iF~ps|U_ulLnnqC"), "a.polyline5.gz").format == .polyline5)
  }

  @Test func gzipThatIsDamagedOrTooMuchIsRefused() throws {
    let packed = Self.gzip(Self.gpx)
    #expect(read(Array(packed.dropLast(9))).errors.first?.message.contains("cut off") == true)
    var damaged = packed
    damaged[60] ^= 1
    #expect(read(damaged).errors.first?.message.contains("damaged") == true)
    #expect(read(packed + [1, 2]).errors.first?.message.contains("follows the end") == true)
    #expect(read(packed + [0, 0, 0]).errors.isEmpty)
    let twice = Self.gzip(String(decoding: Self.gzip("x"), as: Unicode.ASCII.self))
    #expect(read(twice).errors.count == 1)
    var limits = ReadLimits.standard
    limits.unpackedBytes = Self.gpx.utf8.count
    #expect(RouteReader.read(packed, limits: limits).errors.isEmpty)
    limits.unpackedBytes -= 1
    let refused = RouteReader.read(packed, limits: limits)
    #expect(refused.errors.map(\.code) == [.limit])
    #expect(refused.errors[0].message.contains("\(limits.unpackedBytes) bytes"))
  }

  /// A megabyte that would unpack to a gigabyte ends at the limit.
  @Test func aBombIsNoMoreThanItsLimit() throws {
    let (status, bomb) = try Home.run(
      "/bin/sh", ["-c", "head -c 400000000 /dev/zero | gzip -1 | base64 -w 0"])
    try #require(status == 0)
    let bytes = try #require(Data(base64Encoded: bomb))
    #expect(bytes.count < 3_000_000)
    let document = read(Array(bytes), "x.gpx.gz")
    #expect(document.errors.map(\.code) == [.limit], "\(document.errors)")
    #expect(PackedFile.statedBytes(Array(bytes), most: .max) == 400_000_000)
  }

  @Test func ofAnArchiveOneRouteFileIsRead() {
    let kmz = ZIP.archive([
      ("images/", ""), ("images/a.png", "?"), ("other.kml", Self.gpx), ("doc.kml", Self.kml),
    ])
    let document = read(kmz)
    #expect(document.format == .kml && document.tracks.first?.name == "B")
    #expect(
      document.diagnostics.map(\.message) == [
        "“doc.kml” of the archive is read, and 2 other files of it not; places are those of that file"
      ])
    #expect(read(ZIP.archive([("walk.gpx", Self.gpx), ("readme.txt", "!")])).format == .gpx)
    func refusal(_ files: [(String, String)]) -> String {
      let document = read(ZIP.archive(files))
      #expect(!document.hasLine && document.errors.count == 1)
      return document.errors.first?.message ?? ""
    }
    #expect(refusal([]).contains("no route file"))
    #expect(refusal([("a.txt", "")]).contains("“a.txt”"))
    #expect(refusal([("a.gpx", Self.gpx), ("b.gpx", Self.gpx)]).contains("2 route files"))
    #expect(refusal([("[Content_Types].xml", ""), ("x.xml", "")]).contains("office"))
    for name in ["../doc.kml", "a/../../doc.kml", "/etc/doc.kml", "C:\\doc.kml", "..\\doc.kml"] {
      #expect(refusal([("doc.kml", Self.kml), (name, Self.kml)]).contains("leads out"), "\(name)")
    }
    let inner = String(decoding: ZIP.archive([("doc.kml", "")]), as: Unicode.ASCII.self)
    #expect(refusal([("doc.kml", inner)]).contains("another packed file"))
  }

  @Test func archivesThatAreDamagedAreRefused() {
    let kmz = ZIP.archive([("doc.kml", Self.kml)])
    for count in stride(from: 4, to: kmz.count, by: 7) {
      #expect(read(Array(kmz.prefix(count))).errors.count == 1, "\(count)")
    }
    for i in 4..<kmz.count {
      for bit in [UInt8(1), 0x80] {
        var damaged = kmz
        damaged[i] ^= bit
        // It ends, and what is read is what was packed.
        let document = read(damaged)
        if document.errors.isEmpty, document.hasLine { #expect(document.tracks[0].name == "B") }
      }
    }
  }
}

/// Archives whose files are stored as they are.
enum ZIP {
  static func sum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }

  static func archive(_ files: [(name: String, text: String)]) -> [UInt8] {
    func little(_ number: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
    var (body, directory): ([UInt8], [UInt8]) = ([], [])
    for file in files {
      let (name, bytes) = (Array(file.name.utf8), Array(file.text.utf8))
      let facts =
        little(0, 8) + little(Int(sum(bytes)), 4) + little(bytes.count, 4) + little(bytes.count, 4)
        + little(name.count, 2) + little(0, 2)
      directory +=
        [0x50, 0x4B, 1, 2] + little(20, 2) + little(20, 2) + facts + little(0, 10)
        + little(body.count, 4) + name
      body += [0x50, 0x4B, 3, 4] + little(20, 2) + facts + name + bytes
    }
    return body + directory + [0x50, 0x4B, 5, 6] + little(0, 4) + little(files.count, 2)
      + little(files.count, 2) + little(directory.count, 4) + little(body.count, 4) + little(0, 2)
  }
}
