import CivilTime
import Foundation
import Geodesy
import Routes
import Testing

@testable import Formats

@Suite struct FITTests {
  private static func read(_ bytes: [UInt8], thoroughly: Bool = true) -> RouteDocument {
    RouteReader.read(bytes, fileName: "walk.fit", thoroughly: thoroughly)
  }

  private static func found(_ document: RouteDocument) -> [String] {
    document.diagnostics.map { "\($0.offset ?? -1) \($0.code.rawValue) \($0.severity.rawValue)" }
  }

  @Test(arguments: [(false, 12), (false, 14), (true, 12), (true, 14), (true, 17)])
  func aWalkIsRead(_ isBig: Bool, _ headerSize: Int) throws {
    var bytes = FITFile.walk(isBig: isBig).bytes(headerSize: min(headerSize, 14))
    if headerSize > 14 {
      // Later versions of the protocol may have longer headers.
      bytes[0] = UInt8(headerSize)
      bytes[12...13] = [0, 0]
      bytes.insert(contentsOf: [UInt8](repeating: 9, count: headerSize - 14), at: 14)
      bytes = bytes.dropLast(2) + FITFile.sum(Array(bytes.dropLast(2)))
    }
    let document = Self.read(bytes)
    #expect(Self.found(document) == [])
    #expect(document.format == .fit && document.shape == [[3]])
    let part = try #require(document.tracks.first?.parts.first)
    let start: Int64 = 1_777_833_000_000_000
    #expect(part.times == [0, 10, 30].map { start + $0 * 1_000_000 })
    #expect(part.deviceMeters == [0, 110, 230])
    #expect(part.vertices.map(\.elevationMeters) == [1_200, 1_201.2, 1_199.8])
    for (vertex, latitude) in zip(part.vertices, [46.5, 46.501, 46.502]) {
      // A semicircle is 84 billionths of a degree.
      #expect(abs(vertex.latitude - latitude) < 5e-8 && abs(vertex.longitude + 7.25) < 5e-8)
    }
    let recording = try #require(document.tracks.first?.recording)
    #expect(recording.start?.description == "2026-05-03T18:30:00Z")
    #expect(recording.elapsedMicroseconds == 31_000_000)
    #expect(recording.movingMicroseconds == 25_500_000)
    #expect(recording.distance == distance("230 m"))
    #expect(recording.zoneOffsetSeconds == 7_200)
    #expect(recording.device == "1 2050 4711" && recording.sport == "11")
    #expect(document.leftovers().contains { $0.name == "heart_rate" && $0.count == 3 })
    #expect(document.leftovers().contains { $0.name == "session" })
  }

  @Test func compressedTimesGoOnFromTheLastOne() throws {
    var file = FITFile()
    file.define(0, 20, [.uint32(253), .int32(0), .int32(1)])
    file.define(1, 20, [.int32(0), .int32(1)])
    let start = FITFile.start & ~0x1F | 29
    file.message()
    for value in [start, 0, 0] { file.add(value, 4) }
    for later: UInt8 in [30, 31, 1, 1, 0] {
      file.message(1, secondsLater: later)
      for value in [Int64(1_000), 1_000] { file.add(value, 4) }
    }
    let part = try #require(Self.read(file.bytes()).tracks.first?.parts.first)
    let seconds = part.times.map { $0 / 1_000_000 - 631_065_600 - start }
    #expect(seconds == [0, 1, 2, 4, 4, 35])
  }

  @Test func compressedDistancesAddUp() throws {
    var file = FITFile()
    file.define(0, 20, [.int32(0), .int32(1), .init(number: 8, size: 3, type: 0x0D)])
    for sixteenths in [0x010, 0xFF0, 0x020] {
      file.message()
      for value in [Int64(1_000), 1_000] { file.add(value, 4) }
      file.add(raw: [0, UInt8(sixteenths & 15) << 4, UInt8(sixteenths >> 4)])
    }
    let part = try #require(Self.read(file.bytes()).tracks.first?.parts.first)
    #expect(part.deviceMeters == [1, 255, 258])
  }

  @Test func developersFieldsArePassedOver() throws {
    var file = FITFile()
    file.define(0, 20, [.int32(0), .int32(1)], developerSizes: [3, 200])
    for degree in [1.0, 2] {
      file.message()
      file.add(FITFile.semicircles(degree), 4)
      file.add(FITFile.semicircles(3), 4)
      file.add(raw: [UInt8](repeating: 0x45, count: 203))
    }
    let document = Self.read(file.bytes())
    #expect(document.errors.isEmpty && document.shape == [[2]])
    #expect(abs(document.vertices[1].latitude - 2) < 1e-7)
  }

  @Test func filesMayFollowOneAnother() {
    let bytes = FITFile.walk().bytes() + FITFile.walk(isBig: true).bytes(headerSize: 12)
    let document = Self.read(bytes)
    #expect(Self.found(document) == [] && document.shape == [[3], [3]])
    // What follows and is no FIT file is named.
    let other = Self.read(FITFile.walk().bytes() + [1, 2, 3])
    #expect(Self.found(other) == ["\(FITFile.walk().bytes().count) not-well-formed error"])
    #expect(other.shape == [[3]])
  }

  @Test func invalidValuesAreNone() {
    var file = FITFile()
    file.define(0, 20, FITFile.recordFields)
    file.record(0, 1, 1, meters: 0, height: 10)
    file.message()
    for value in [FITFile.start + 1, 0x7FFF_FFFF, 0x7FFF_FFFF] { file.add(value, 4) }
    file.add(0xFFFF, 2)
    file.add(0xFFFF_FFFF, 4)
    file.add(raw: [0xFF])
    let place = 14 + file.data.count
    file.message()
    for value in [0xFFFF_FFFF, FITFile.semicircles(1.5), FITFile.semicircles(1)] {
      file.add(value, 4)
    }
    file.add(0xFFFF, 2)
    file.add(0xFFFF_FFFF, 4)
    file.add(raw: [0xFF])
    let document = Self.read(file.bytes())
    #expect(Self.found(document) == ["\(place - 20) points-unplaced info"])
    #expect(document.shape == [[2]] && document.vertices[1].elevationMeters == nil)
    #expect(document.tracks[0].parts[0].times.last == SourcePart.noTime)
    #expect(document.tracks[0].parts[0].deviceMeters.last?.isNaN == true)
    #expect(document.leftovers().first { $0.name == "heart_rate" }?.count == 1)
  }

  @Test func aLatitudeBeyondThePoleIsNamed() {
    var file = FITFile()
    file.define(0, 20, FITFile.recordFields)
    file.record(0, 91, 1, meters: 0, height: 10)
    let document = Self.read(file.bytes())
    #expect(document.errors.map(\.code) == [.latitudeRange] && document.vertices.isEmpty)
  }

  @Test func aCourseHasNameAndPoints() throws {
    var file = FITFile()
    file.define(1, 0, [.enumeration(0)])
    file.message(1)
    file.add(raw: [6])
    file.define(2, 31, [.text(5, 16)])
    file.message(2)
    file.add("Höhenweg", 16)
    file.define(0, 20, FITFile.recordFields)
    file.record(0, 1, 1, meters: 0, height: 10)
    file.record(1, 1.01, 1, meters: 1_100, height: 11)
    file.define(3, 32, [.int32(2), .int32(3), .enumeration(5), .text(6, 12)])
    for (name, type) in [("Hut", UInt8(4)), ("", 1), ("Turn left", 6), ("Chapel", 6)] {
      file.message(3)
      file.add(FITFile.semicircles(1), 4)
      file.add(FITFile.semicircles(1), 4)
      file.add(raw: [type])
      file.add(name, 12)
    }
    let document = Self.read(file.bytes())
    #expect(document.tracks.map(\.name) == ["Höhenweg"] && document.tracks[0].recording == nil)
    #expect(document.waypoints.map(\.name) == ["Hut", nil, "Chapel"])
    #expect(document.waypoints.map(\.type) == ["food", "summit", "left"])
    #expect(document.codes == [.routeNames])
    #expect(try document.route().name == "Höhenweg")
  }

  @Test func sessionsAreTracks() {
    var file = FITFile()
    file.define(0, 20, FITFile.recordFields)
    for second: Int64 in [0, 10, 20, 30, 40] {
      file.record(second, 1 + Double(second) / 1_000, 1, meters: second, height: 1)
    }
    file.define(2, 18, [.uint32(2), .uint32(7)])
    for begin: Int64 in [0, 20] {
      file.message(2)
      file.add(FITFile.start + begin, 4)
      file.add(20_000, 4)
    }
    let document = Self.read(file.bytes())
    #expect(document.shape == [[2], [3]])
    #expect(document.tracks.map { $0.parts[0].times.count } == [2, 3])
    #expect(document.tracks[1].parts[0].deviceMeters == [20, 30, 40])
  }

  // MARK: Faults

  @Test func aWrongCheckSumIsNamedAndTheLineIsRead() {
    let sound = FITFile.walk().bytes()
    var file = sound
    file[sound.count - 1] ^= 1
    #expect(Self.found(Self.read(file)) == ["\(sound.count - 2) check-sum warning"])
    #expect(Self.read(file).shape == [[3]])
    var header = sound
    header[1] ^= 1
    #expect(
      Self.found(Self.read(header)) == [
        "12 check-sum warning", "\(sound.count - 2) check-sum warning",
      ])
  }

  @Test(arguments: [0, 11, 13, 15, 99, 255]) func aHeaderOfAWrongSizeIsNamed(_ size: UInt8) {
    for headerSize in [12, 14] {
      var file = FITFile.walk().bytes(headerSize: headerSize)
      file[0] = size
      let found = Self.read(file)
      #expect(
        found.errors.first?.message.contains("the header states that it has \(size) bytes") == true)
      #expect(found.errors.first?.offset == 0)
    }
  }

  @Test func aCutFileIsNeverTakenForAWholeOne() {
    for headerSize in [12, 14] {
      let sound = FITFile.walk().bytes(headerSize: headerSize)
      for count in 1..<sound.count {
        let document = RouteReader.read(
          Array(sound.prefix(count)), as: .fit, fileName: "walk.fit", thoroughly: true)
        expectSane(document, "\(count) bytes")
        #expect(document.errors.count == 1 && document.isCutShort, "\(count) bytes")
        #expect((document.errors.first?.offset ?? -1) <= count)
        #expect(document.diagnostics.allSatisfy { $0.line == nil })
      }
    }
  }

  @Test func aRecordingThatWasNeverFinishedIsRead() {
    var bytes = Array(FITFile.walk().bytes().dropLast(2))
    bytes[4...7] = [0, 0, 0, 0]
    bytes[12...13] = [0, 0]
    let document = Self.read(bytes)
    #expect(Self.found(document) == ["4 check-sum warning"] && document.shape == [[3]])
  }

  @Test(arguments: [
    (0, UInt8(11), "0 not-well-formed error", "12 or 14"),
    (9, 0x20, "8 format-unknown error", "not a FIT file"),
    (14, 0x05, "14 not-well-formed error", "before its definition"),
    (16, 7, "16 not-well-formed error", "byte order 7"),
  ])
  func whatIsWrongIsNamedWithItsByte(
    _ offset: Int, _ byte: UInt8, _ found: String, _ words: String
  ) throws {
    var bytes = FITFile.walk().bytes()
    bytes[offset] = byte
    let document = RouteReader.read(bytes, as: .fit)
    #expect(Self.found(document).filter { $0.hasSuffix("error") } == [found])
    #expect(try #require(document.errors.first).message.contains(words))
  }

  @Test func bytesAreToldWhereThereAreNoLines() {
    #expect(FilePlace.text("a.fit", line: nil, column: nil, offset: 812) == "a.fit: byte 812")
    #expect(FilePlace.text("a.gpx", line: 3, column: 5, offset: 812) == "a.gpx:3:5")
  }

  @Test func nothingIsEdited() {
    let document = Self.read(FITFile.walk().bytes())
    let result = document.applying([.removeVertex(0)])
    #expect(result.bytes == document.source.bytes && result.applied.isEmpty)
    #expect(result.refused.first?.error.message.contains("FIT is read and not written") == true)
  }

  @Test func damageNeverTraps() {
    var random = SplitMix64("damaged FIT")
    let samples = [FITFile.walk().bytes(), FITFile.walk(isBig: true).bytes(headerSize: 12)]
    for _ in 0..<20_000 {
      var bytes = random.element(of: samples)
      for _ in 0..<random.int(1...5) where !bytes.isEmpty {
        let at = random.int(0...bytes.count - 1)
        switch random.int(0...3) {
        case 0: bytes.removeSubrange(at..<min(at + random.int(1...9), bytes.count))
        case 1: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
        default: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        }
      }
      let document = RouteReader.read(bytes, as: .fit, thoroughly: true)
      expectSane(document, "\(bytes), seed \(runSeed)")
      _ = try? document.route()
    }
  }
}
