import Crypto
import Foundation
import Testing

@testable import Providers

@Suite struct SigningSecretTests {
  private func bytes(_ secret: SigningSecret) -> [UInt8] {
    secret.key.withUnsafeBytes { Array($0) }
  }

  @Test func hexadecimalAndBase64AreRead() async throws {
    let secret = (0..<48).map { UInt8(truncatingIfNeeded: $0 * 77 + 3) }
    let hex = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    let base64 = Data(secret).base64EncodedString()
    for text in [
      hex, hex.uppercased(), " \(hex)\r\n", base64,
      base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""),
    ] {
      #expect(bytes(try SigningSecret(text: text)) == secret)
    }
    for text in ["", "secret", String(hex.prefix(62)), "pass word pass word pass word pass word"] {
      #expect(await refusal { try SigningSecret(text: text) }?.code == .settings, "\(text)")
    }
  }

  /// Zeros, as an empty template leaves them, and what else anybody would guess.
  @Test func aSecretThatIsNotRandomIsRefused() async throws {
    let zeros = [UInt8](repeating: 0, count: 32)
    for bytes in [zeros, [UInt8](repeating: 0x41, count: 64), (0..<64).map { UInt8($0 % 7) }] {
      #expect(await refusal { try SigningSecret(bytes: bytes) }?.code == .settings)
    }
    #expect(
      await refusal { try SigningSecret(text: String(repeating: "0", count: 64)) }?.code
        == .settings)
    for _ in 0..<1_000 { _ = try SigningSecret(bytes: RandomSource.system.bytes(32)) }
  }

  @Test func aSecretIsNotShown() throws {
    let secret = try SigningSecret(bytes: Array(65..<97))
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped] {
      #expect(!text.contains("65") && !text.contains("ABCD"), "\(text)")
    }
  }

  @Test func aFileIsMadeOnceAndIsPrivate() async throws {
    let folder = try Folder()
    let path = folder.path + "/signing-secret"
    #expect(await refusal { try SigningSecret.load(file: path) }?.code == .settings)
    let secrets = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for _ in 0..<16 {
        group.addTask { bytes(try SigningSecret.loadOrCreate(file: path)) }
      }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(secrets.count == 1)
    #expect(bytes(try SigningSecret.load(file: path)) == secrets.first)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    // Nothing is left of those that came too late.
    #expect(try folder.files("") == ["signing-secret"])
  }

  @Test func aFileThatOthersReadIsRefused() async throws {
    let folder = try Folder()
    let path = folder.path + "/signing-secret"
    _ = try SigningSecret.loadOrCreate(file: path)
    #expect(chmod(path, 0o640) == 0)
    let error = await refusal { try SigningSecret.loadOrCreate(file: path) }
    #expect(error?.code == .settings)
    #expect(error?.message.contains("chmod 600") == true)
    // One that is damaged is told and not replaced.
    try Data("short".utf8).write(to: URL(filePath: path))
    #expect(chmod(path, 0o600) == 0)
    #expect(await refusal { try SigningSecret.loadOrCreate(file: path) }?.code == .settings)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "short")
    #expect(await refusal { try SigningSecret.loadOrCreate(file: folder.path) } != nil)
  }
}
