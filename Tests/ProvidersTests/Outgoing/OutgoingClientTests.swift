import Base
import Foundation
import TestSupport
import Testing

@testable import Providers

/// The way out, over real connections to a server of the tests.
@Suite struct OutgoingClientTests {
  /// A client that may go to this machine.
  static func client(
    _ change: (inout OutgoingClient.Options) -> Void = { _ in }
  ) throws -> OutgoingClient {
    var options = OutgoingClient.Options()
    options.allowedNetworks = [try #require(AddressRange("127.0.0.0/8"))]
    change(&options)
    return OutgoingClient(options)
  }

  private func error(
    _ client: OutgoingClient, _ request: OutgoingRequest
  ) async -> OutgoingError? {
    do throws(OutgoingError) {
      _ = try await client.send(request)
      return nil
    } catch { return error }
  }

  // MARK: What goes out and comes back

  @Test func aRequestArrivesAsItIsAndSoDoesItsAnswer() async throws {
    let server = try SmallServer { _ in
      .status(201, headers: ["X-Answer": " yes "], body: #"{"a":1}"#)
    }
    let client = try Self.client()
    let body = (0...255).map { UInt8($0) } + [UInt8](repeating: 7, count: 2_000_000)
    let response = try await client.send(
      OutgoingRequest(
        .post, OutgoingURL("\(server.url)/a%20b?c=d"),
        headers: [("Content-Type", "application/octet-stream"), ("X-Empty", "")], body: body))
    #expect(response.status == 201)
    #expect(response.header("x-answer") == "yes")
    #expect(response.body == Array(#"{"a":1}"#.utf8))
    let request = try #require(server.requests.first)
    #expect(request.method == "POST")
    #expect(request.target == "/a%20b?c=d")
    #expect(request.headers["content-type"] == "application/octet-stream")
    #expect(request.headers["x-empty"] == "")
    #expect(request.headers["expect"] == nil)
    #expect(request.body == body)

    let second = try await client.send(OutgoingRequest(.get, OutgoingURL("\(server.url)/get")))
    #expect(second.status == 201)
    #expect(server.requests.last?.method == "GET")
    let third = try await client.send(OutgoingRequest(.post, OutgoingURL(server.url)))
    #expect(third.status == 201)
    #expect(server.requests.last?.headers["content-length"] == "0")
    #expect(server.connectionCount == 1, "connections are kept")
  }

  @Test func anyStatusIsAnAnswer() async throws {
    let server = try SmallServer { request in .status(Int(request.path.dropFirst()) ?? 0) }
    let client = try Self.client()
    for status in [204, 304, 400, 404, 429, 500, 503] {
      let response = try await client.send(
        OutgoingRequest(.post, OutgoingURL("\(server.url)/\(status)")))
      #expect(response.status == status)
    }
  }

  @Test func aRedirectIsNotFollowed() async throws {
    let inside = try SmallServer()
    let server = try SmallServer { _ in .status(307, headers: ["Location": "\(inside.url)/secret"])
    }
    let response = try await Self.client().send(OutgoingRequest(.post, OutgoingURL(server.url)))
    #expect(response.status == 307)
    #expect(inside.requests.isEmpty)
  }

  // MARK: Where requests may go

  /// By number in every spelling, by name, and inside an address of IPv6.
  @Test(arguments: [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0", "0.0.0.0", "localhost", "[::1]",
    "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1", "[fd00:ec2::254]", "[64:ff9b::7f00:1]",
  ])
  func theInsideNetworkIsClosed(_ host: String) async throws {
    let server = try SmallServer()
    let request = try OutgoingRequest(.get, OutgoingURL("http://\(host):\(server.port)/"))
    #expect(await error(OutgoingClient(), request)?.code == .insideNetwork)
    #expect(server.connectionCount == 0)
  }

  @Test func whatTheEnvironmentSaysOfProxiesDoesNotCount() async throws {
    let proxy = try SmallServer()
    for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] {
      setenv(name, proxy.url, 1)
    }
    defer { for name in ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"] { unsetenv(name) } }
    let server = try SmallServer()
    _ = try await Self.client().send(OutgoingRequest(.get, OutgoingURL(server.url)))
    #expect(proxy.requests.isEmpty)
    #expect(server.requests.count == 1)
  }

  @Test func aConfiguredProxyIsAskedForEverything() async throws {
    let proxy = try SmallServer()
    let client = OutgoingClient(
      {
        var options = OutgoingClient.Options()
        options.proxy = proxy.url
        return options
      }())
    _ = try await client.send(OutgoingRequest(.get, OutgoingURL("http://quest.example.org/x")))
    #expect(proxy.requests.map(\.target) == ["http://quest.example.org/x"])
  }

  @Test(arguments: [
    "", "example.org", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
    "http://", "https://user:pass@example.org/", "https://user@example.org/",
    "http://example.org/#part", "http://exa mple.org/", "http://example.org/\r\nX: y",
    "javascript:alert(1)", "http://example.org:99999/", "http://example.org:0/", "/path",
  ])
  func whatIsNoURL(_ text: String) {
    #expect(throws: OutgoingError.self) { try OutgoingURL(text) }
  }

  @Test func aURLShowsNoMoreThanItsOrigin() throws {
    let url = try OutgoingURL("https://hooks.example.org/services/SECRET?token=SECRET")
    #expect("\(url)" == "https://hooks.example.org")
    #expect(!String(reflecting: url).contains("SECRET"))
    var dumped = ""
    dump(url, to: &dumped)
    #expect(!dumped.contains("SECRET"))
    #expect(
      try OutgoingURL("HTTP://Example.org:8080/").origin.lowercased() == "http://example.org:8080")
    #expect(try OutgoingURL("https://[2001:db8::1]:443/").origin == "https://[2001:db8::1]")
  }

  @Test(arguments: [
    ("X-A", "a\r\nX-B: c"), ("X A", "a"), ("", "a"), ("X:A", "a"), ("X-A", "a\u{0}"),
  ])
  func aHeaderStaysOneHeader(_ header: (String, String)) async throws {
    let request = try OutgoingRequest(
      .get, OutgoingURL("http://example.org/"), headers: [(header.0, header.1)])
    #expect(await error(OutgoingClient(), request)?.code == .invalid)
  }

  // MARK: What goes wrong

  @Test func faultsHaveNames() async throws {
    let server = try SmallServer { request in
      switch request.path {
      case "/reset": .reset
      case "/nothing": .bytes("")
      case "/garbage": .bytes("SSH-2.0-OpenSSH_9.2\r\n")
      case "/short": .bytes("HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nabc")
      case "/endless": .endless(status: 200)
      case "/headers":
        .bytes(
          "HTTP/1.1 200 X\r\n"
            + String(repeating: "X-A: \(String(repeating: "a", count: 900))\r\n", count: 90)
            + "\r\n")
      default: .silence
      }
    }
    let client = try Self.client()
    func code(_ path: String, timeout: Duration = .seconds(10)) async throws -> OutgoingError? {
      await error(
        client,
        OutgoingRequest(
          .post, try OutgoingURL("\(server.url)/\(path)?token=SECRET"), body: Array("{}".utf8),
          timeout: timeout))
    }
    #expect(try await code("reset")?.code == .broken)
    #expect(try await code("nothing")?.code == .broken)
    #expect(try await code("garbage")?.code == .malformed)
    #expect(try await code("short")?.code == .broken)
    #expect(try await code("headers")?.code == .tooLarge)
    let endless = try await code("endless")
    #expect(endless?.code == .tooLarge)
    #expect(endless?.status == 200)
    let slow = try await code("slow", timeout: .milliseconds(200))
    #expect(slow?.code == .timeout)
    #expect(slow?.message == "\(server.url) did not answer within 200 ms")
    server.close()
    #expect(try await code("gone")?.code == .refused)
  }

  @Test func aNameThatLeadsNowhereHasAName() async throws {
    let request = try OutgoingRequest(
      .get, OutgoingURL("http://milequest.invalid/"), timeout: .seconds(20))
    let code = await error(OutgoingClient(), request)?.code
    // Where no resolver answers, its time is over first.
    #expect(code == .unresolved || code == .timeout)
  }

  @Test func aCancelledTaskDoesNotWait() async throws {
    let server = try SmallServer { _ in .silence }
    let client = try Self.client { $0.threads = 1 }
    let request = try OutgoingRequest(.get, OutgoingURL(server.url), timeout: .seconds(600))
    let running = Task { await error(client, request)?.code }
    #expect(await eventually { () async in server.requests.count == 1 })
    let waiting = Task { await error(client, request)?.code }
    waiting.cancel()
    #expect(await waiting.value == .cancelled)
    running.cancel()
    #expect(await running.value == .cancelled)
    // The thread is free again, long before the request's own time is over.
    let open = try SmallServer()
    _ = try await client.send(
      OutgoingRequest(.get, OutgoingURL(open.url), timeout: .seconds(60)))
  }

  @Test(.timeLimit(.minutes(1))) func whatWaitsIsBoundedAndItsTimeRuns() async throws {
    let server = try SmallServer { _ in .silence }
    let client = try Self.client {
      $0.threads = 1
      $0.mostWaiting = 1
    }
    let held = try OutgoingRequest(.get, OutgoingURL(server.url), timeout: .seconds(600))
    let first = Task { await error(client, held)?.code }
    #expect(await eventually { () async in server.requests.count == 1 })
    let short = try OutgoingRequest(.get, OutgoingURL(server.url), timeout: .milliseconds(300))
    let codes = await withTaskGroup(of: OutgoingError.Code?.self) { group in
      for _ in 0..<3 { group.addTask { await error(client, short)?.code } }
      return await group.reduce(into: [OutgoingError.Code?]()) { $0.append($1) }
    }
    // The thread is still taken.
    #expect(codes.count { $0 == .busy } == 2)
    #expect(codes.count { $0 == .timeout } == 1)
    first.cancel()
    #expect(await first.value == .cancelled)
    #expect(server.requests.count == 1, "what waited until its time was over was never sent")
  }

  // MARK: TLS

  /// Says its port, and answers over TLS.
  private static let server = """
    import http.server, ssl, sys
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    server.serve_forever()
    """

  @Test(
    .enabled(
      if: ["openssl", "python3"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: "/usr/bin/\($0)")
      }, "openssl or python3 is missing in /usr/bin"))
  func onlyATrustedCertificateIsTaken() async throws {
    let folder = try Folder()
    let (certificate, key) = ("\(folder.path)/certificate.pem", "\(folder.path)/key.pem")
    let made = try Home.run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key,
      ])
    try #require(made.status == 0)
    let server = try PythonProgram(Self.server, [certificate, key])
    let port = try #require(Int(server.greeting))
    func code(_ host: String, certificates: String?) async throws -> OutgoingError.Code? {
      let client = try Self.client { $0.certificates = certificates }
      return await error(
        client, try OutgoingRequest(.get, OutgoingURL("https://\(host):\(port)/")))?.code
    }
    #expect(try await code("localhost", certificates: certificate) == nil)
    #expect(try await code("localhost", certificates: nil) == .tls)
    #expect(try await code("127.0.0.1", certificates: certificate) == .tls, "the name must match")
  }
}
