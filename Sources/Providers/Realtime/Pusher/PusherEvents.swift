internal import JSON
import Quests

/// Messages as the bodies of requests to Pusher.
enum PusherEvents {
  /// Pusher's bounds.
  static let mostDataBytes = 10 * 1_024
  static let mostEventsInBatch = 10
  static let mostChannelsOfEvent = 100
  /// Channels that one message can go to.
  static let mostChannels = 5

  struct Event: Equatable {
    let name: String
    let channels: [String]
    let data: [UInt8]
  }

  /// The event for members, and the one for everybody where the team is public.
  ///
  /// Members are given a hint alone: whoever was a member when the connection was made may have been
  /// taken out since, and the API shows the event to those who may see it now.
  static func events(of message: RealtimeMessage) -> [Event] {
    func names(_ access: RealtimeChannel.Access) -> [String] {
      let team = RealtimeChannel(.team(message.team), access)
      let quest =
        access == .presence ? nil : message.quest.map { RealtimeChannel(.quest($0), access) }
      return [team, quest].compactMap { $0.map(PusherChannel.name) }
    }
    var events = [
      Event(
        name: message.kind, channels: names(.members) + names(.presence),
        data: hint(message))
    ]
    if let open = message.forStrangers {
      events.append(
        Event(name: message.kind, channels: names(.everybody), data: data(open, of: message)))
    }
    return events
  }

  /// A path below the app's, and the body.
  static func request(for messages: [RealtimeMessage]) -> (path: String, body: [UInt8]) {
    let events = messages.flatMap(events)
    if events.count == 1, let event = events.first {
      let body = JSONValue.object([
        ("name", .string(event.name)), ("channels", .array(event.channels.map(JSONValue.string))),
        ("data", text(event.data)),
      ])
      return ("events", body.text())
    }
    let batch = events.flatMap { event in
      event.channels.map { channel in
        JSONValue.object([
          ("name", .string(event.name)), ("channel", .string(channel)), ("data", text(event.data)),
        ])
      }
    }
    return ("batch_events", JSONValue.object([("batch", .array(batch))]).text())
  }

  private static func text(_ data: [UInt8]) -> JSONValue {
    .string(String(decoding: data, as: UTF8.self))
  }

  /// What is too large is replaced by a hint, so that whoever gets it reads the event from the API.
  private static func data(_ json: [UInt8], of message: RealtimeMessage) -> [UInt8] {
    json.count <= mostDataBytes ? json : hint(message)
  }

  private static func hint(_ message: RealtimeMessage) -> [UInt8] {
    JSONValue.object([
      ("kind", .string(message.kind)), ("version", .integer(Int(message.version))),
      ("at", .string(message.at.description)), ("teamId", .string(message.team.description)),
      ("questId", .optional(message.quest?.description)), ("isComplete", .bool(false)),
    ]).text()
  }
}
