import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// Random edits of files do to the bytes what the same edits do to arrays.
@Suite struct EditingTests {
  static let files: [(name: String, format: RouteFormat, bytes: [UInt8])] =
    OddFile.all.enumerated().map { ("odd file \($0)", $1.format, Array($1.text.utf8)) }
    + Sample.all.map { ("sample", $0.format, Array($0.text.utf8)) }

  /// What must be in the file still when vertices alone change.
  private static func marks(_ bytes: [UInt8]) -> [Substring] {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.matches(of: /keep \d/).map { text[$0.range] }
  }

  @Test(arguments: 0..<files.count) func noEditGivesTheSameBytes(_ index: Int) throws {
    let (name, format, bytes) = Self.files[index]
    let document = RouteReader.read(bytes, as: format.source)
    #expect(document.errors.isEmpty, "\(name): \(document.errors.first?.summary ?? "")")
    #expect(document.applying([]).bytes == bytes)
    #expect(try document.textEdits(for: []).isEmpty)
  }

  @Test(arguments: 0..<files.count) func everyEditDoesWhatTheModelSays(_ index: Int) throws {
    let (name, format, bytes) = Self.files[index]
    var random = SplitMix64("editing \(index)")
    try check(bytes, format, name, rounds: 300, &random)
  }

  @Test func writtenRoutesAreEditedAsTheModelSays() throws {
    var random = SplitMix64("editing written")
    for round in 0..<120 {
      let route = try random.route()
      for format in RouteFormat.allCases {
        let bytes = RouteWriter.write(route, as: format)
        try check(bytes, format, "round \(round)", rounds: 4, &random)
      }
    }
  }

  @Test(Corpus.needed) func theFilesOfOthersAreEditedAsTheModelSays() throws {
    var random = SplitMix64("editing corpus")
    var edited = 0
    for file in Corpus.routes {
      let bytes = try Corpus.bytes(file)
      guard bytes.count < 2_000_000 else { continue }
      let document = RouteReader.read(bytes, fileName: file)
      guard let format = document.format.flatMap(RouteFormat.init), document.errors.isEmpty else {
        continue
      }
      // Points of a route that are waypoints too are moved as both at once.
      let isApart = Set(document.waypointOffsets).isDisjoint(with: document.vertexOffsets)
      guard isApart else { continue }
      edited += 1
      try check(bytes, format, file, rounds: bytes.count > 100_000 ? 2 : 12, &random)
    }
    #expect(edited > 50)
  }

  /// Edits of one kind at a time, then many at once.
  private func check(
    _ bytes: [UInt8], _ format: RouteFormat, _ name: String, rounds: Int,
    _ random: inout SplitMix64
  ) throws {
    let document = RouteReader.read(bytes, as: format.source)
    let before = EditingModel(document)
    for _ in 0..<rounds {
      // Routes that were left aside come to count when the last track is gone.
      let isAlone = document.codes.contains(.routesIgnored) && before.parts.count == 1
      if let edit = random.wholeEdit(of: before), !isAlone || edit != .removePart(0) {
        let result = document.applying([edit])
        let note: Comment = "\(name): \(edit), seed \(runSeed)"
        if let refused = result.refused.first {
          #expect(refused.error.code == .unsupported || refused.error.code == .format, note)
          #expect(result.bytes == bytes, note)
        } else {
          var expected = before
          expected.apply(edit)
          let after = RouteReader.read(result.bytes, as: format.source)
          #expect(EditingModel(after).difference(from: expected) == nil, note)
          let isEmpty = result.bytes.allSatisfy { $0 <= 0x20 }
          #expect(isEmpty || after.errors.count <= document.errors.count, note)
          #expect(result.applied == [edit], note)
          if !isEmpty { try expectWellFormed(result.bytes, format, note) }
          if let route = try? document.route(), let edited = try? after.route() {
            expectSameJoins(route, edited, edit, before, note)
          }
        }
      }
      guard before.vertexCount > 0 else { continue }
      let edits = (0..<random.int(1...8)).map { _ in
        random.vertexEdit(random.int(0...before.vertexCount - 1), of: format)
      }
      let result = document.applying(edits)
      let note: Comment = "\(name): \(edits), seed \(runSeed)"
      #expect(result.applied.count + result.deferred.count + result.refused.count == edits.count)
      for refused in result.refused {
        #expect(refused.error.code == .unsupported, "\(refused.error.message), \(note)")
      }
      var expected = before
      expected.apply(vertexEdits: result.applied)
      let after = RouteReader.read(result.bytes, as: format.source)
      // What was left aside is the route where the last line of a track is gone.
      let hasChangedSides = document.asides.map(\.vertexCount) != after.asides.map(\.vertexCount)
      if document.asides.isEmpty || !hasChangedSides {
        #expect(EditingModel(after).difference(from: expected) == nil, note)
      }
      #expect(after.errors.count <= document.errors.count, note)
      #expect(Self.marks(result.bytes) == Self.marks(bytes), note)
      try expectWellFormed(result.bytes, format, note)
    }
  }

  private func expectWellFormed(
    _ bytes: [UInt8], _ format: RouteFormat, _ note: Comment
  ) throws {
    guard format == .geojson else { return }
    let data = Data(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...])
    #expect((try? JSONSerialization.jsonObject(with: data)) != nil, note)
  }

  /// Pairs of parts that stay together keep their policy.
  private func expectSameJoins(
    _ old: Route, _ new: Route, _ edit: RouteEdit, _ model: EditingModel, _ note: Comment
  ) {
    guard old.joinPolicies.contains(where: { $0 != nil }) else { return }
    let filled = model.parts.indices.filter { !model.parts[$0].isEmpty }
    var order = model.parts.indices.map { $0 }
    switch edit {
    case .orderParts(let permutation): order = permutation
    case .removePart(let part): order.removeAll { $0 == part }
    default: break
    }
    order = order.filter { !model.parts[$0].isEmpty }
    let policies = old.resolvedJoinPolicies
    let after = new.resolvedJoinPolicies
    guard after.count == order.count - 1, policies.count == filled.count - 1 else { return }
    for (i, pair) in zip(order, order.dropFirst()).enumerated() {
      if let a = filled.firstIndex(of: pair.0), a + 1 < filled.count, filled[a + 1] == pair.1 {
        #expect(
          after[i] == policies[a] || edit == .reversePart(pair.0) || edit == .reversePart(pair.1),
          note)
      }
    }
  }
}
