import Foundation
import JSON
import Testing

@testable import Providers

/// The signatures of Project Wycheproof, the wrong ones above all.
@Suite struct SignatureCorpusTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/corpus/jwt/json_web_signature_test.json").standardized

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: file.path),
      "the cases of Wycheproof are not at ../shared/corpus/jwt"))
  func noWrongSignatureIsTaken() async throws {
    var limits = JSONLimits()
    limits.bytes = 16 << 20
    limits.nodes = 1_000_000
    let tree = try JSONReader.read(Array(try Data(contentsOf: Self.file)), limits: limits)
    var (taken, refused) = (0, 0)
    for group in try #require(tree["testGroups"]?.array) {
      // Groups without a public key have a shared secret, which no issuer gives away.
      let shown = group["public"] ?? group["private"]
      let key = shown.map { String(decoding: $0.text, as: UTF8.self) } ?? "{}"
      let keys = await KeySet(Array("{\"keys\":[\(key)]}".utf8))
      for item in group["tests"]?.array ?? [] {
        let isValid = item["result"]?.string == "valid"
        var isTaken = false
        if let token = item["jws"]?.string.flatMap({ SignedToken($0) }),
          case .signed? = keys?.finding(token)
        {
          isTaken = true
        }
        let name = "case \(item["tcId"]?.int64 ?? 0): \(item["comment"]?.string ?? "")"
        if isTaken { taken += 1 } else { refused += 1 }
        if !isValid { #expect(!isTaken, "\(name)") }
        // Shared secrets and ES521, which does not exist, are refused; a key's algorithm is the
        // token's, or what the key is bound to counts.
        let algorithm = item["jws"]?.string.flatMap { SignedToken($0) }?.algorithm
        if isValid, algorithm != "HS256", algorithm == shown?["alg"]?.string {
          #expect(isTaken, "\(name)")
        }
      }
    }
    #expect(taken + refused == tree["numberOfTests"]?.int64.map(Int.init))
    #expect(taken == 32)
  }
}

extension JSONNode {
  /// The value as JSON.
  fileprivate var text: [UInt8] { value.text() }

  private var value: JSONValue {
    switch content {
    case .null, .broken: .null
    case .bool(let value): .bool(value)
    case .number(let text): .fragment(Array(text.utf8))
    case .string(let text): .string(text)
    case .array(let items): .array(items.map(\.value))
    case .object(let members): .object(members.map { ($0.name, $0.value.value) })
    }
  }
}
