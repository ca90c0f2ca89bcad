import Foundation
import Geodesy
import Routes
import Testing

@testable import Formats

@Suite struct PolylineTests {
  private static let example = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"

  private static let places = [
    place(38.5, -120.2), place(40.7, -120.95), place(43.252, -126.453),
  ]

  /// The example of Google's "Encoded Polyline Algorithm Format".
  @Test func theExampleOfTheDocumentation() throws {
    let document = read(Self.example, as: .polyline5)
    #expect(document.codes.isEmpty && document.format == .polyline5)
    #expect(document.vertices == Self.places)
    #expect(document.tracks.first?.parts.first?.offsets == [0, 10, 18])
    let written = RouteWriter.write(try Route(parts: [Self.places]), as: .polyline5)
    #expect(String(decoding: written, as: UTF8.self) == Self.example + "\n")
    // The single value of the same page: -179.9832104 is `~oia@.
    let value = read("??" + "?`~oia@", as: .polyline5)
    #expect(value.vertices == [place(0, 0), place(0, -179.98321)])
  }

  @Test func sixDigits() throws {
    let document = read("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI", as: .polyline6)
    #expect(document.vertices == Self.places)
    let written = RouteWriter.write(try Route(parts: [Self.places]), as: .polyline6)
    #expect(String(decoding: written, as: UTF8.self) == "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI\n")
  }

  @Test func partsAreLines() throws {
    for text in [
      "\(Self.example)\n\(Self.example)\n", "\(Self.example)\r\n\r\n\(Self.example)  \r\n",
      "\u{FEFF}\(Self.example)\n\n\n\(Self.example)\t",
    ] {
      let document = read(text, as: .polyline5)
      #expect(document.codes.isEmpty)
      #expect(document.shape == [[3, 3]])
      // Each line starts anew from 0, 0.
      #expect(document.vertices == Self.places + Self.places)
    }
    #expect(read("\n \n", as: .polyline5).tracks.isEmpty)
    #expect(!read("\n \n", as: .polyline5).hasLine)
  }

  @Test func doubledBackslashesAreReadOnce() throws {
    let plain = "_p~iF~ps|U\\o@^m@`@b@\\q@d@o@\\`@"
    let doubled = plain.replacing("\\", with: "\\\\")
    let document = read(doubled, as: .polyline5)
    #expect(document.codes == [.polylineEscaped])
    #expect(document.vertices == read(plain, as: .polyline5).vertices)
    let mended = document.applying(document.diagnostics[0].remedy)
    #expect(mended.bytes == Array(plain.utf8))
    // A straight line to the south-west has runs of its own.
    let straight = "_p~iF~ps|U\\\\]]\\\\]]\\\\]]\\\\]]"
    #expect(!read(straight, as: .polyline5).codes.contains(.polylineEscaped))
  }

  @Test func quotesAndPercentSignsAreReadPast() throws {
    let plain = "_p~iF~ps|U\\o@^m@`@b@\\q@d@o@\\`@"
    let due = read(plain, as: .polyline5).vertices
    let percent = plain.replacing("|", with: "%7C").replacing("\\", with: "%5c")
    let doubled = plain.replacing("\\", with: "\\\\")
    for (text, found) in [
      ("\"\(doubled)\"", 2), ("'\(plain)'", 1), (percent, 1), ("\"\(percent)\"", 2),
    ] {
      let document = read(text + "\n" + text, as: .polyline5)
      expectSane(document, text)
      #expect(document.codes == Array(repeating: Diagnostic.Code.polylineEscaped, count: 2 * found))
      #expect(document.vertices == due + due, "\(text)")
      let mended = document.applying(document.diagnostics.flatMap(\.remedy))
      #expect(String(decoding: mended.bytes, as: UTF8.self) == plain + "\n" + plain, "\(text)")
    }
    // A quote stands before the line's first vertex, and the second is where it is in the file.
    #expect(read("'\(plain)'", as: .polyline5).vertexOffsets.prefix(2) == [1, 11])
    #expect(read(percent, as: .polyline5).vertexOffsets.prefix(2) == [0, 12])
    for wrong in ["_p~iF~ps%7", "_p~iF~ps%20U", "_p~iF~ps%zzU", "\"_p~iF~ps|U", "\"\""] {
      #expect(!read(wrong, as: .polyline5).errors.isEmpty, "\(wrong)")
    }
  }

  @Test(arguments: [
    ("{\"routes\":[{\"overview_polyline\":{\"points\":\"_p~iF~ps|U\"}}]}", "this is JSON"),
    ("[\"_p~iF~ps|U\"]", "this is JSON"), ("https://example.org/?line=_p~iF~ps|U", "(URL)"),
  ])
  func whatIsNoPolylineIsCalledByItsName(_ text: String, _ name: String) {
    let document = read(text, as: .polyline5)
    #expect(document.codes == [.notWellFormed])
    #expect(document.diagnostics[0].message.contains(name))
  }

  @Test func triplesAreToldFromPairs() throws {
    // An odd number of values is no pairs at all.
    for text in [
      "g}n{G{puq@_vgCoKvQw|AoKvQw|AoKvQw|AoKvQw|AoKvQw|AoKvQw|AoKvQw|A",
      "g}n{G{puq@_vgCoKvQw|AoKvQw|AoKvQw|AoKvQw|AoKvQw|AoKvQw|A",
    ] {
      let document = read(text, as: .polyline5)
      #expect(document.codes == [.polylineTriples])
      #expect(document.vertices.first?.elevationMeters == 700)
    }
    let pairs = "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    #expect(read(pairs, as: .polyline5).codes.isEmpty)
  }

  /// A walk of even steps, with what stands at each vertex beside its place.
  private static func walk(
    _ count: Int, step: Double, turn: Double, _ random: inout SplitMix64,
    elevation: (Int) -> Double = { _ in .nan }
  ) -> [Coordinate] {
    var (latitude, longitude) = (random.double(-60..<60), random.double(-170..<170))
    var heading = random.double(0..<6.28)
    return (0..<count).map { i in
      heading += random.double(-turn..<turn)
      let meters = step * random.double(0.5..<1.5)
      latitude += meters * cos(heading) / 111_000
      longitude += meters * sin(heading) / (111_000 * cos(latitude * .pi / 180))
      return place(latitude, longitude, elevation(i))
    }
  }

  /// Low ground, the sea's level and a plain are where triples look most like pairs.
  @Test func triplesAreReadOnLowGroundToo() throws {
    let grounds: [(String, (Int) -> Double)] = [
      ("sea", { _ in 0 }), ("plain", { _ in 37 }), ("rising", { 30 + Double($0) }),
      ("waves", { 30 + 5 * sin(Double($0) / 3) }), ("steps", { Double(30 + $0 / 4) }),
      ("alps", { 1_200 + 15 * Double($0) }),
    ]
    var random = SplitMix64("triples")
    for (name, ground) in grounds {
      for count in [14, 20, 40, 300] {
        for digits in [5, 6] {
          let line = Self.walk(count, step: 80, turn: 0.45, &random, elevation: ground)
          let text = Self.text(line, digits: digits)
          let document = read(text, as: digits == 5 ? .polyline5 : .polyline6)
          #expect(document.codes == [.polylineTriples], "\(name) \(count)")
          // Short ones may be left open, but are never read as pairs without a word.
          let isRead = document.vertices.count == count
          #expect(isRead || count < 40 || digits == 6, "\(name) \(count)")
          guard isRead else { continue }
          for (vertex, due) in zip(document.vertices, line) {
            #expect(abs(vertex.latitude - due.latitude) < 1e-5)
            #expect(abs(vertex.elevationMetersOrNaN - due.elevationMetersOrNaN) < 0.01)
          }
          let edited = document.applying([.removeVertex(2)])
          let again = read(
            String(decoding: edited.bytes, as: UTF8.self),
            as: document.format.flatMap(RouteFormat.init) ?? .polyline5)
          #expect(again.vertices.count == count - 1)
        }
      }
    }
  }

  @Test func pairsAreReadAsPairs() {
    var random = SplitMix64("pairs")
    var open = 0
    for round in 0..<400 {
      let line = Self.walk(
        3 * random.int(1...60), step: random.double(5..<500), turn: random.double(0.05..<1.2),
        &random)
      let document = read(Self.text(line, digits: 5), as: .polyline5)
      #expect(document.vertices.count == line.count, "\(round)")
      if !document.codes.isEmpty { open += 1 }
    }
    #expect(open < 40, "\(open) of 400")
  }

  private static func text(_ line: [Coordinate], digits: Int) -> String {
    String(
      decoding: PolylineWriter.line(
        line, digits: digits,
        elevationsInMeter: line[0].elevationMeters == nil ? nil : 100), as: UTF8.self)
  }

  @Test func theWrongPrecisionIsHintedAt() {
    let six = "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"
    let document = read(six, as: .polyline5)
    #expect(document.found() == ["1:1 latitude-range"])
    #expect(
      document.diagnostics[0].message
        == "the latitude 385.0 is outside -90…90; was it encoded with 6 digits?")
    // The other way round everything shrinks, which cannot be seen but where it goes far.
    let far = read("?_kbvD_________D", as: .polyline6)
    #expect(!far.errors.isEmpty)
    let longitude = read("?_aohvM", as: .polyline5)
    #expect(longitude.diagnostics.first?.message.contains("encoded with 6 digits") == true)
  }

  @Test func badBytesAndTruncation() {
    for (text, found) in [
      ("_p~iF~ps|U_ulL", "1:11 position-too-short"), ("_p~iF~ps|U_ul", "1:13 not-well-formed"),
      ("_p~iF", "1:1 position-too-short"), ("_", "1:1 not-well-formed"),
      ("_p~iF ~ps|U", "1:6 not-well-formed"), ("_p~iF~ps|U\n_p~iF~ps|U>", "2:11 not-well-formed"),
      ("_p~iF~ps|Ué", "1:11 not-well-formed"), ("_p~iF~ps|U\u{7F}", "1:11 not-well-formed"),
      ("~~~~~~~~~~", "1:9 number-range"), ("{\"type\":1}", "1:2 not-well-formed"),
    ] {
      let document = read(text, as: .polyline5)
      expectSane(document, text)
      #expect(document.found() == [found], "\(text)")
    }
    let stray = read("_p~iF~ps|U>", as: .polyline5)
    #expect(
      stray.diagnostics[0].message == "the byte 0x3E does not belong in an encoded polyline")
  }

  /// A value is a whole number of 1e-5 degrees: shifted, inverted where negative, in fives of bits.
  @Test func randomValuesAgainstTheDefinition() throws {
    var random = SplitMix64("randomValuesAgainstTheDefinition")
    func encoded(_ value: Int) -> String {
      var bits = String(value < 0 ? ~(value << 1) : value << 1, radix: 2)
      while bits.count % 5 != 0 { bits = "0" + bits }
      var chunks: [Int] = []
      while !bits.isEmpty {
        chunks.append(Int(bits.suffix(5), radix: 2) ?? 0)
        bits.removeLast(5)
      }
      let last = chunks.count - 1
      return String(
        String.UnicodeScalarView(
          chunks.enumerated().compactMap { Unicode.Scalar(($1 | ($0 < last ? 0x20 : 0)) + 63) }))
    }
    for format in [RouteFormat.polyline5, .polyline6] {
      let scale = format == .polyline5 ? 100_000 : 1_000_000
      for _ in 0..<300 {
        var text = ""
        var last = (0, 0)
        var due: [Coordinate] = []
        for _ in 0..<random.int(1...8) {
          let next = (
            random.int(-90 * scale...90 * scale), random.int(-180 * scale...180 * scale)
          )
          text += encoded(next.0 - last.0) + encoded(next.1 - last.1)
          last = next
          due.append(place(Double(next.0) / Double(scale), Double(next.1) / Double(scale)))
        }
        let document = read(text, as: format)
        #expect(document.vertices == due, "\(text), seed \(runSeed)")
        let written = RouteWriter.write(try document.route(), as: format)
        #expect(String(decoding: written, as: UTF8.self) == text + "\n", "seed \(runSeed)")
      }
    }
  }
}
