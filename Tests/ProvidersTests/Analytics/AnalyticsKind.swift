import CivilTime
import Foundation
import JSON
import Testing

@testable import Providers

/// An adapter that the conformance suite runs, with what a server on the other side checks.
struct AnalyticsKind: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// Makes one that sends to an origin.
  let make:
    @Sendable (_ origin: String, _ timeout: Duration, OutgoingClient) throws
      -> any AnalyticsAdapter
  let target: String
  let headers: [String: String]
  /// The whole body for the two samples.
  let body: String
  /// The events of a body, where it is shaped as published; nil where it is not.
  let events: @Sendable (JSONNode) -> [Event]?

  struct Event: Hashable {
    let kind: String
    let id: String?
    let properties: [String: Double]
  }

  static let now = Office.dawn
  static let key = "KEYSECRET0123456789"
  static let installation = InstallationID(random: RandomSource { 0x0123_4567_89AB_CDEF })
  static let all = [plain, ga4, mixpanel, amplitude]

  static let day = Day(year: 2026, month: 5, day: 3)!
  static let counts = AnalyticsEvent(
    countsOf: day,
    [.init("registered", 3), .init("onboardSeconds", 5_400.5), .init("pageLoadCount", 12)])
  static let timings = AnalyticsEvent(
    timings: [.init("pageLoad", 812), .init("logWalk", 9_500)], at: now,
    random: RandomSource { 0x0123_4567_89AB_CDEF })

  static func server(_ timeout: Duration, _ client: OutgoingClient) -> AnalyticsServer {
    AnalyticsServer(client: client, timeout: timeout, clock: { now })
  }

  /// What is wrong with a request; nil where it is as published.
  func fault(_ request: SmallServer.Request) -> String? {
    if request.method != "POST" || request.target != target { return "target" }
    for (name, value) in headers where request.headers[name] != value { return name }
    if request.headers["content-type"] != "application/json" { return "type" }
    return (try? JSONReader.read(request.body)).flatMap(events) == nil ? "body" : nil
  }

  func events(of request: SmallServer.Request) -> [Event] {
    (try? JSONReader.read(request.body)).flatMap(events) ?? []
  }

  /// - Returns: nil unless the object has these members and no other.
  private static func members(_ node: JSONNode?, _ names: Set<String>) -> JSONNode? {
    guard let node, let object = node.object, Set(object.map(\.name)) == names else { return nil }
    return node
  }

  private static func all(
    _ nodes: [JSONNode]?, _ most: Int, _ read: (JSONNode) -> Event?
  ) -> [Event]? {
    guard let nodes, (1...most).contains(nodes.count) else { return nil }
    let found = nodes.compactMap(read)
    return found.count == nodes.count ? found : nil
  }

  /// The numbers; nil where there are more than the vendors take, or others.
  private static func event(_ kind: String?, _ id: String?, _ node: JSONNode?) -> Event? {
    guard let kind, kind.count <= 40, let object = node?.object, object.count <= 25,
      node?["day"]?.string?.count == 10
    else { return nil }
    var properties: [String: Double] = [:]
    for (name, value) in object.map({ ($0.name, $0.value) }) where name != "day" {
      guard (1...40).contains(name.utf8.count),
        name.utf8.allSatisfy({ isLetter($0) || 0x30...0x39 ~= $0 }), isLetter(name.utf8.first!),
        let number = value.double
      else { return nil }
      properties[name] = number
    }
    return Event(kind: kind, id: id, properties: properties)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }

  private static func id(_ node: JSONNode?) -> String? {
    guard let id = node?.string, (1...36).contains(id.utf8.count),
      id.utf8.allSatisfy({ isLetter($0) || 0x30...0x39 ~= $0 || $0 == 0x2D })
    else { return nil }
    return id
  }

  static let plain = AnalyticsKind(
    testDescription: "http",
    make: { origin, timeout, client in
      PlainAnalytics(
        url: try OutgoingURL("\(origin)/counts?token=PATHSECRET"), key: try AnalyticsKey(key),
        server: server(timeout, client))
    },
    target: "/counts?token=PATHSECRET", headers: ["authorization": "Bearer \(key)"],
    body: #"""
      {"events":[{"id":"daily-2026-05-03","event":"daily_counts","at":"2026-05-03T12:00:00Z",\#
      "properties":{"day":"2026-05-03","registered":3,"onboardSeconds":5400.5,"pageLoadCount":12}},\#
      {"id":"efcdab8967452301efcdab8967452301","event":"page_timings",\#
      "at":"2026-05-04T12:00:00Z",\#
      "properties":{"day":"2026-05-04","pageLoad":812,"logWalk":9500}}]}
      """#,
    events: { body in
      all(members(body, ["events"])?["events"]?.array, 500) { event in
        guard members(event, ["id", "event", "at", "properties"]) != nil,
          let id = id(event["id"]), event["at"]?.string?.hasSuffix("Z") == true
        else { return nil }
        return Self.event(event["event"]?.string, id, event["properties"])
      }
    })

  static let ga4 = AnalyticsKind(
    testDescription: "ga4",
    make: { origin, timeout, client in
      try GA4Analytics(
        base: try OutgoingURL(origin), measurement: "G-ABC123DEF4", key: try AnalyticsKey(key),
        installation: installation, server: server(timeout, client))
    },
    target: "/mp/collect?measurement_id=G-ABC123DEF4&api_secret=\(key)", headers: [:],
    body: #"""
      {"client_id":"\#(AnalyticsKind.installation.text)","non_personalized_ads":true,"events":[\#
      {"name":"daily_counts","timestamp_micros":1777809600000000,\#
      "params":{"day":"2026-05-03","registered":3,"onboardSeconds":5400.5,"pageLoadCount":12}},\#
      {"name":"page_timings","timestamp_micros":1777896000000000,\#
      "params":{"day":"2026-05-04","pageLoad":812,"logWalk":9500}}]}
      """#,
    events: { body in
      guard let body = members(body, ["client_id", "non_personalized_ads", "events"]),
        body["client_id"]?.string == installation.text
      else { return nil }
      return all(body["events"]?.array, 25) { event in
        guard members(event, ["name", "timestamp_micros", "params"]) != nil,
          event["timestamp_micros"]?.int64 != nil
        else { return nil }
        return Self.event(event["name"]?.string, nil, event["params"])
      }
    })

  static let mixpanel = AnalyticsKind(
    testDescription: "mixpanel",
    make: { origin, timeout, client in
      try MixpanelAnalytics(
        base: try OutgoingURL(origin), key: try AnalyticsKey(key), server: server(timeout, client))
    },
    target: "/import?strict=1",
    headers: ["authorization": "Basic " + Data("\(key):".utf8).base64EncodedString()],
    body: #"""
      [{"event":"daily_counts","properties":{"time":1777809600000,"distinct_id":"",\#
      "$insert_id":"daily-2026-05-03","day":"2026-05-03","registered":3,"onboardSeconds":5400.5,\#
      "pageLoadCount":12}},{"event":"page_timings","properties":{"time":1777896000000,\#
      "distinct_id":"","$insert_id":"efcdab8967452301efcdab8967452301","day":"2026-05-04",\#
      "pageLoad":812,"logWalk":9500}}]
      """#,
    events: { body in
      all(body.array, 2_000) { event in
        guard members(event, ["event", "properties"]) != nil,
          let properties = event["properties"], properties["distinct_id"]?.string == "",
          let id = id(properties["$insert_id"]), properties["time"]?.int64 != nil,
          let object = properties.object
        else { return nil }
        let rest = object.filter { !["distinct_id", "$insert_id", "time"].contains($0.name) }
        let numbers = rest.compactMap { member in member.value.double.map { (member.name, $0) } }
        guard rest.count == numbers.count + 1, let kind = event["event"]?.string else {
          return nil
        }
        return Event(kind: kind, id: id, properties: Dictionary(uniqueKeysWithValues: numbers))
      }
    })

  static let amplitude = AnalyticsKind(
    testDescription: "amplitude",
    make: { origin, timeout, client in
      try AmplitudeAnalytics(
        base: try OutgoingURL(origin), key: try AnalyticsKey(key), installation: installation,
        server: server(timeout, client))
    },
    target: "/2/httpapi", headers: [:],
    body: #"""
      {"api_key":"\#(AnalyticsKind.key)","events":[{"device_id":"\#(AnalyticsKind.installation.text)",\#
      "event_type":"daily_counts","time":1777809600000,"insert_id":"daily-2026-05-03",\#
      "event_properties":{"day":"2026-05-03","registered":3,"onboardSeconds":5400.5,\#
      "pageLoadCount":12}},{"device_id":"\#(AnalyticsKind.installation.text)",\#
      "event_type":"page_timings","time":1777896000000,\#
      "insert_id":"efcdab8967452301efcdab8967452301",\#
      "event_properties":{"day":"2026-05-04","pageLoad":812,"logWalk":9500}}]}
      """#,
    events: { body in
      guard let body = members(body, ["api_key", "events"]), body["api_key"]?.string == key else {
        return nil
      }
      return all(body["events"]?.array, 2_000) { event in
        let names: Set = ["device_id", "event_type", "time", "insert_id", "event_properties"]
        guard members(event, names) != nil, let id = id(event["insert_id"]),
          event["device_id"]?.string == installation.text, event["time"]?.int64 != nil
        else { return nil }
        return Self.event(event["event_type"]?.string, id, event["event_properties"])
      }
    })
}
