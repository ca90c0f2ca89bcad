import Crypto
import Foundation
import JSON
import Testing

@testable import Providers

/// An adapter that the conformance suite runs, with what a server on the other side checks.
struct AdapterKind: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Makes one that sends to an origin.
  let make:
    @Sendable (_ origin: String, _ timeout: Duration, OutgoingClient) throws -> any RealtimeAdapter
  /// Nil where a request is signed and shaped as published; else what is wrong with it.
  let fault: @Sendable (SmallServer.Request) -> String?
  /// The versions that a request carries, by team.
  let versions: @Sendable (SmallServer.Request) -> [String: [Int64]]

  /// At the time of Pusher's published example.
  static let now = Office.dawn
  static let secret = "7ad3773142a6692b25b8"

  static let all = [webhook, pusher]

  static func hmac(_ text: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data(text.utf8), using: SymmetricKey(data: Data(secret.utf8)))
    return code.map { String(format: "%02x", $0) }.joined()
  }

  static func events(_ nodes: [JSONNode]) -> [String: [Int64]] {
    var found: [String: [Int64]] = [:]
    for node in nodes {
      guard let team = node["teamId"]?.string, let version = node["version"]?.int64 else {
        continue
      }
      if found[team]?.last != version { found[team, default: []].append(version) }
    }
    return found
  }

  static let webhook = AdapterKind(
    testDescription: "webhook",
    make: { origin, timeout, client in
      WebhookAdapter(
        url: try OutgoingURL("\(origin)/hook?token=PATHSECRET"), secret: try RealtimeSecret(secret),
        client: client, timeout: timeout, clock: { now })
    },
    fault: { request in
      let body = String(decoding: request.body, as: UTF8.self)
      let wanted = "t=\(now.seconds),v1=" + hmac("\(now.seconds).\(body)")
      if request.method != "POST" || request.target != "/hook?token=PATHSECRET" { return "target" }
      if request.headers["milequest-signature"] != wanted { return "signature" }
      if request.headers["milequest-delivery"]?.count != 32 { return "delivery" }
      if request.headers["content-type"] != "application/json" { return "type" }
      return (try? JSONReader.read(request.body))?["events"]?.array == nil ? "body" : nil
    },
    versions: { request in events((try? JSONReader.read(request.body))?["events"]?.array ?? []) })

  static let pusher = AdapterKind(
    testDescription: "pusher",
    make: { origin, timeout, client in
      PusherAdapter(
        app: try PusherApp(id: "3", key: "278d425bdf160c739803", secret: secret),
        host: try OutgoingURL(origin), client: client, timeout: timeout, clock: { now })
    },
    fault: { request in
      let query = request.query
      guard ["/apps/3/events", "/apps/3/batch_events"].contains(request.path),
        request.method == "POST"
      else { return "target" }
      let md5 = Insecure.MD5.hash(data: request.body).map { String(format: "%02x", $0) }.joined()
      if query["body_md5"] != md5 { return "body_md5" }
      if query["auth_key"] != "278d425bdf160c739803" || query["auth_version"] != "1.0" {
        return "key"
      }
      if query["auth_timestamp"] != "\(now.seconds)" { return "time" }
      let signed = query.filter { $0.key != "auth_signature" }.sorted { $0.key < $1.key }
        .map { "\($0.key)=\($0.value)" }.joined(separator: "&")
      if query["auth_signature"] != hmac("POST\n\(request.path)\n\(signed)") { return "signature" }
      if request.headers["content-type"] != "application/json" { return "type" }
      let events = pusherEvents(request)
      let channels = events.flatMap(\.channels)
      if events.isEmpty || events.count > 10 || channels.count > 100 { return "number" }
      let letters = CharacterSet(
        charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=@,.;")
      let areNames = channels.allSatisfy {
        $0.count <= 164 && $0.unicodeScalars.allSatisfy(letters.contains)
      }
      if !areNames { return "channels" }
      return events.allSatisfy { $0.data.utf8.count <= 10_240 } ? nil : "data"
    },
    versions: { request in
      // What goes to the members' channel of the team.
      events(
        pusherEvents(request).filter { $0.channels.contains { $0.hasPrefix("private-team-") } }
          .compactMap { try? JSONReader.read(Array($0.data.utf8)) })
    })

  struct PusherEvent: Equatable {
    let name: String
    let channels: [String]
    let data: String
  }

  static func pusherEvents(_ request: SmallServer.Request) -> [PusherEvent] {
    guard let root = try? JSONReader.read(request.body) else { return [] }
    return (root["batch"]?.array ?? [root]).compactMap { node in
      guard let name = node["name"]?.string, let data = node["data"]?.string else { return nil }
      let channels = node["channels"]?.array ?? node["channel"].map { [$0] } ?? []
      return PusherEvent(name: name, channels: channels.compactMap(\.string), data: data)
    }
  }
}
