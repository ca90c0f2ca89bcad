internal import JSON
import Quests

/// The answers that let a connection of Pusher's follow private and presence channels.
enum PusherAuthorization {
  /// JSON with `auth` and, for presence channels, `channel_data`.
  ///
  /// - Parameter channelData: JSON with the person, signed as it is; nil for private channels.
  /// - Throws: `subscription` where the connection's id is not two numbers with a dot between them:
  ///   the text is signed, so it must not hold what could be read as another channel.
  static func answer(
    socket: String, channel: String, channelData: String?, app: PusherApp
  ) throws(RealtimeError) -> [UInt8] {
    guard isSocket(socket) else {
      throw RealtimeError(.subscription, "the socket_id is two numbers with a dot, such as 123.456")
    }
    let signed = "\(socket):\(channel)" + (channelData.map { ":\($0)" } ?? "")
    let auth = "\(app.key):\(app.secret.signature(of: Array(signed.utf8)))"
    var members: [(String, JSONValue)] = [("auth", .string(auth))]
    if let channelData { members.append(("channel_data", .string(channelData))) }
    return JSONValue.object(members).text()
  }

  /// Who somebody is to the others of a presence channel.
  static func channelData(person: PersonID, name: String) -> String {
    let value = JSONValue.object([
      ("user_id", .string(person.description)),
      ("user_info", .object([("name", .string(name))])),
    ])
    return String(decoding: value.text(), as: UTF8.self)
  }

  private static func isSocket(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: 0x2E, omittingEmptySubsequences: false)
    return text.utf8.count <= 64 && parts.count == 2
      && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
