import CivilTime
import Foundation
import JSON
import Quests
import TestSupport
import Testing

@testable import Providers

/// The Python of the benchmarks' peers.
private enum Peer {
  static let python = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "benchmarks/.venv/bin/python").path

  static let isThere =
    (try? Home.run(python, ["-W", "ignore", "-c", "import pusher"]).status) == 0
}

/// The `pusher` package of PyPI, which knows nothing of us, agrees with us in both directions.
@Suite(
  .enabled(
    if: Peer.isThere,
    "benchmarks/.venv has no Python with the package “pusher”; make realtime puts it there"))
struct PusherPeerTests {
  /// Answers as Pusher would, as far as its own package can tell; and does with that package what it
  /// is asked to do.
  private static let text = """
    import hashlib, http.server, json, time, urllib.parse
    import pusher
    from pusher.signature import verify
    KEY, SECRET = "278d425bdf160c739803", "7ad3773142a6692b25b8"
    client = pusher.Pusher(app_id="3", key=KEY, secret=SECRET)

    def is_genuine(path, query, body):
        query = dict(urllib.parse.parse_qsl(query))
        signature = query.pop("auth_signature")
        signed = "&".join(f"{name}={query[name]}" for name in sorted(query))
        return (verify(SECRET, f"POST\\n{path}\\n{signed}", signature)
                and query["auth_key"] == KEY and query["auth_version"] == "1.0"
                and abs(time.time() - int(query["auth_timestamp"])) < 600
                and query["body_md5"] == hashlib.md5(body).hexdigest())

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def log_message(self, *arguments):
            pass
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            path, _, query = self.path.partition("?")
            status, answer = 200, {}
            if path.startswith("/apps/3/"):
                if is_genuine(path, query, body):
                    print(json.dumps([path, json.loads(body)]), flush=True)
                else:
                    status = 401
            elif path == "/authenticate":
                answer = client.authenticate(**json.loads(body))
            elif path == "/validate":
                found = client.validate_webhook(
                    self.headers["X-Pusher-Key"], self.headers["X-Pusher-Signature"], body)
                status = 401 if found is None else 200
            elif path == "/webhook":
                text = body.decode()
                answer = {"signature": pusher.signature.sign(SECRET, text)}
            elif path == "/trigger":
                request = client._pusher_client.trigger.make_request(**json.loads(body))
                answer = {"query": request.query_params, "body": request.body.decode()}
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  private let peer: PythonProgram
  private let origin: String
  private let client: OutgoingClient

  init() throws {
    peer = try PythonProgram(
      Self.text, python: Peer.python, variables: ["PYTHONWARNINGS": "ignore"])
    origin = "http://127.0.0.1:\(peer.greeting)"
    client = try OutgoingClientTests.client()
  }

  private static var now: Instant {
    Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
  }

  private func adapter(secret: String = AdapterKind.secret, offBy seconds: Int64 = 0) throws
    -> PusherAdapter
  {
    PusherAdapter(
      app: try PusherApp(id: "3", key: "278d425bdf160c739803", secret: secret),
      host: try OutgoingURL(origin), client: client,
      clock: { Self.now.advanced(bySeconds: seconds) })
  }

  private func ask(
    _ path: String, _ body: String, headers: [(name: String, value: String)] = []
  ) async throws -> (status: Int, answer: JSONNode) {
    let response = try await client.send(
      OutgoingRequest(
        .post, OutgoingURL(origin + path), headers: headers, body: Array(body.utf8)))
    return (response.status, try JSONReader.read(response.body))
  }

  @Test func aWholeTriggerIsTaken() async throws {
    let adapter = try adapter()
    try await adapter.deliver([.sample(version: 7)])
    try await adapter.deliver([
      .sample(team: 1, version: 8, isPublic: true, padding: 5_100),
      .sample(team: 2, version: 9, isPublic: true, padding: 3),
    ])
    let single = try JSONReader.read(Array(peer.line().utf8)).array
    #expect(single?[0].string == "/apps/3/events")
    #expect(single?[1]["channels"]?.array?.count == 3)
    let batch = try JSONReader.read(Array(peer.line().utf8)).array
    #expect(batch?[0].string == "/apps/3/batch_events")
    let events = batch?[1]["batch"]?.array ?? []
    #expect(events.count == 10)
    let last = try JSONReader.read(Array(#require(events.last?["data"]?.string).utf8))
    #expect(last["version"]?.int64 == 9)
    #expect(last["note"]?.string == "äää")
  }

  @Test func anotherSecretOrTimeIsNotTaken() async throws {
    for adapter in [
      try adapter(secret: "another secret of twenty"), try adapter(offBy: 700),
      try adapter(offBy: -700),
    ] {
      await #expect(throws: RealtimeError.self) { try await adapter.deliver([.sample()]) }
    }
  }

  @Test func itsRequestsAreSignedAsOurs() async throws {
    let (_, answer) = try await ask(
      "/trigger", #"{"channels":["project-3","team-1"],"event_name":"foo","data":{"some":"däta"}}"#)
    let body = Array(try #require(answer["body"]?.string).utf8)
    let query = try #require(answer["query"])
    let time = try #require(query["auth_timestamp"]?.string.flatMap { Int64($0) })
    let ours = try PusherTests.app().target(path: "/apps/3/events", body: body, at: time)
    for name in ["auth_key", "auth_timestamp", "auth_version", "body_md5", "auth_signature"] {
      let value = try #require(query[name]?.string)
      #expect(ours.contains("\(name)=\(value)"))
    }
  }

  @Test func channelsAreAuthorizedAlike() async throws {
    let team = TeamID(high: 5, low: 6)
    let name = "private-team-\(team)"
    let closed = try await ask("/authenticate", #"{"channel":"\#(name)","socket_id":"12.34"}"#)
    let ours = try JSONReader.read(
      adapter().authorization(
        for: RealtimeChannel(.team(team), .members), socket: "12.34",
        person: PersonID(high: 1, low: 1), personName: "Ann"))
    #expect(closed.answer["auth"] != nil)
    #expect(closed.answer["auth"]?.string == ours["auth"]?.string)
    // Its spelling of the person is another than ours; the signature is over that.
    let custom = #"{"user_id":"\#(PersonID(high: 1, low: 1))","user_info":{"name":"Zoë ☺"}}"#
    let shown = try await ask(
      "/authenticate",
      #"{"channel":"presence-team-\#(team)","socket_id":"12.34","custom_data":\#(custom)}"#)
    let data = try #require(shown.answer["channel_data"]?.string)
    let same = try JSONReader.read(
      PusherAuthorization.answer(
        socket: "12.34", channel: "presence-team-\(team)", channelData: data, app: PusherTests.app()
      ))
    #expect(shown.answer["auth"]?.string == same["auth"]?.string)
    let own = PusherAuthorization.channelData(person: PersonID(high: 1, low: 1), name: "Zoë ☺")
    #expect(
      try JSONReader.read(Array(own.utf8)).canonicalText
        == JSONReader.read(Array(data.utf8)).canonicalText)
  }

  @Test func webhooksAreJudgedAlike() async throws {
    let now = Self.now
    let milliseconds = now.microseconds / 1_000
    let body = #"{"time_ms":\#(milliseconds),"events":[{"name":"channel_occupied","channel":"ä"}]}"#
    let old = #"{"time_ms":\#(milliseconds - 400_000),"events":[]}"#
    let signature = try #require(try await ask("/webhook", body).answer["signature"]?.string)
    let oldSignature = try #require(try await ask("/webhook", old).answer["signature"]?.string)
    let key = "278d425bdf160c739803"
    for (body, key, signature, isGenuine) in [
      (body, key, signature, true), (body, "another", signature, false),
      (body + " ", key, signature, false), (body, key, oldSignature, false),
      (old, key, oldSignature, false), ("{}", key, AdapterKind.hmac("{}"), false),
      ("[", key, AdapterKind.hmac("["), false), (body, key, AdapterKind.hmac(body), true),
    ] {
      let theirs = try await ask(
        "/validate", body, headers: [("X-Pusher-Key", key), ("X-Pusher-Signature", signature)])
      #expect((theirs.status == 200) == isGenuine, "theirs: \(body)")
      let ours = try? PusherWebhook.notices(
        in: Array(body.utf8), key: key, signature: signature, app: PusherTests.app(), at: now)
      #expect((ours != nil) == isGenuine, "ours: \(body)")
    }
  }
}
