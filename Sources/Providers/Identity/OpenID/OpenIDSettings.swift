internal import Foundation
internal import JSON

/// The issuers of a service, as its operator writes them into a file of JSON.
public struct OpenIDSettings: Sendable {
  public let issuers: [OpenIDIssuer]
  /// Whether people can also have accounts of e-mail and password.
  public let allowsPasswords: Bool

  private static let mostBytes = 256 << 10
  private static let mostIssuers = 32

  /// Reads a file; secrets stand in files of their own, which are named from its folder.
  ///
  /// - Throws: `settings`, naming the file and the place in it.
  public static func load(file path: String) throws(IdentityError) -> OpenIDSettings {
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: mostBytes + 1)
    else { throw IdentityError(.settings, "\(path) cannot be read; it is to hold the issuers") }
    let end = path.lastIndex(of: "/")
    do throws(IdentityError) {
      return try OpenIDSettings(Array(data), folder: end.map { String(path[...$0]) } ?? "")
    } catch { throw IdentityError(.settings, "\(path): \(error.message)") }
  }

  /// - Parameter folder: what names of files are relative to, with a slash at its end.
  init(_ bytes: [UInt8], folder: String) throws(IdentityError) {
    let tree: JSONNode
    do throws(JSONFault) { tree = try JSONReader.read(bytes) } catch {
      throw IdentityError(
        .settings, "line \(error.line ?? 0), column \(error.column ?? 0): \(error.message)")
    }
    var fields = try SettingsFields(tree, at: "the file")
    allowsPasswords = try fields.flag("passwords") ?? true
    guard let items = fields.take("issuers")?.array, (1...Self.mostIssuers).contains(items.count)
    else {
      throw IdentityError(
        .settings, "“issuers” is not an array of 1 to \(Self.mostIssuers) issuers")
    }
    try fields.end()
    var issuers: [OpenIDIssuer] = []
    for (index, item) in items.enumerated() {
      let name = item["name"]?.string.map { "“\($0)”" } ?? String(index + 1)
      do throws(IdentityError) {
        let issuer = try Self.issuer(item, folder)
        if issuers.contains(where: { $0.name == issuer.name }) {
          throw IdentityError(.settings, "“name” is that of another issuer")
        }
        if issuers.contains(where: { $0.issuer == issuer.issuer }) {
          throw IdentityError(
            .settings, "“issuer” is that of another one; write all its audiences in one place")
        }
        issuers.append(issuer)
      } catch { throw IdentityError(.settings, "issuer \(name): \(error.message)") }
    }
    self.issuers = issuers
  }

  private static func issuer(
    _ node: JSONNode, _ folder: String
  ) throws(IdentityError) -> OpenIDIssuer {
    var fields = try SettingsFields(node, at: "it")
    let shapeName = try fields.text("shape") ?? TokenShape.standard.name
    guard let shape = TokenShape.all.first(where: { $0.name == shapeName }) else {
      let names = TokenShape.all.map(\.name).joined(separator: ", ")
      throw IdentityError(.settings, "“shape” is not one of \(names)")
    }
    let name = try fields.required("name")
    let title = try fields.text("title")
    let address = try fields.required("issuer")
    let audiences = try fields.texts("audiences") ?? []
    let clients = try fields.texts("clients") ?? []
    let clientID = try fields.text("clientId")
    let secretFile = try fields.text("secretFile")
    let scopes = try fields.texts("scopes") ?? ["openid", "profile"]
    try fields.end()
    var secret: OpenIDSecret?
    if let secretFile {
      do throws(IdentityError) {
        secret = try OpenIDSecret(
          try SecretText.load(file: secretFile.hasPrefix("/") ? secretFile : folder + secretFile))
      } catch { throw IdentityError(.settings, "“secretFile”: \(error.message)") }
    }
    return try OpenIDIssuer(
      name: name, title: title, issuer: address, shape: shape, audiences: Set(audiences),
      clients: Set(clients), clientID: clientID, clientSecret: secret, scopes: scopes)
  }
}

/// The members of an object of settings, each of which has to be known.
private struct SettingsFields {
  private var members: [JSONNode.Member]

  init(_ node: JSONNode, at place: String) throws(IdentityError) {
    guard let members = node.object else {
      throw IdentityError(.settings, "\(place) is not an object")
    }
    self.members = members
  }

  mutating func take(_ name: String) -> JSONNode? {
    guard let index = members.firstIndex(where: { $0.name == name }) else { return nil }
    return members.remove(at: index).value
  }

  mutating func text(_ name: String) throws(IdentityError) -> String? {
    guard let node = take(name) else { return nil }
    guard let text = node.string, (1...1_024).contains(text.utf8.count) else {
      throw IdentityError(.settings, "“\(name)” is not a text of 1 to 1,024 bytes")
    }
    return text
  }

  mutating func required(_ name: String) throws(IdentityError) -> String {
    guard let text = try text(name) else { throw IdentityError(.settings, "“\(name)” is missing") }
    return text
  }

  mutating func texts(_ name: String) throws(IdentityError) -> [String]? {
    guard let node = take(name) else { return nil }
    let texts = node.array?.compactMap(\.string)
    guard let texts, texts.count == node.array?.count, texts.allSatisfy({ !$0.isEmpty }) else {
      throw IdentityError(.settings, "“\(name)” is not an array of texts")
    }
    return texts
  }

  mutating func flag(_ name: String) throws(IdentityError) -> Bool? {
    guard let node = take(name) else { return nil }
    guard let flag = node.bool else {
      throw IdentityError(.settings, "“\(name)” is neither true nor false")
    }
    return flag
  }

  /// - Throws: `settings` for a member that nothing has asked for.
  func end() throws(IdentityError) {
    if let member = members.first {
      throw IdentityError(.settings, "“\(member.name)” is not a setting")
    }
  }
}
