import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import Service

/// What only a connection shows: bodies that do not come, and on which threads answers are made.
@Suite struct ConnectionTests {
  private struct Threads: HTTPResponder {
    func respond(to request: Request, context: ServiceContext) async throws -> Response {
      let isOnLoop = context.channel.eventLoop.inEventLoop
      await Task.yield()
      let isStill = context.channel.eventLoop.inEventLoop
      return Response(
        status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(isOnLoop) \(isStill)")))
    }
  }

  @Test func requestsAreAnsweredOnTheThreadOfTheirConnection() async throws {
    try await Self.serving(Threads()) { port in
      let answer = try await Self.answer(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", closes: true)
      #expect(answer.hasSuffix("\r\n\r\ntrue true"), "\(answer)")
    }
  }

  private struct Bodies: HTTPResponder {
    let limits: ServiceLimits

    func respond(to request: Request, context: ServiceContext) async throws -> Response {
      do {
        let bytes = try await RequestBytes.all(
          of: request, on: context.channel, limit: 1_000, limits: limits, hold: nil)
        return Response(
          status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: "\(bytes.count)")))
      } catch let problem as Problem {
        return Response(status: .init(code: problem.code.status), headers: problem.headers)
      }
    }
  }

  @Test func aBodyThatDoesNotComeIsAnsweredAndItsConnectionClosed() async throws {
    var limits = ServiceLimits.standard
    limits.bodySeconds = 1
    try await Self.serving(Bodies(limits: limits)) { port in
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
      let whole = try await Self.answer(port, head + "123456789" + head + "123456789", closes: true)
      #expect(whole.components(separatedBy: "200 OK").count == 3)
      let slow = try await Self.answer(port, head + "1234", closes: false)
      #expect(slow.hasPrefix("HTTP/1.1 408"), "\(slow)")
      #expect(slow.components(separatedBy: "HTTP/1.1").count == 2, "one answer: \(slow)")
    }
  }

  /// What has come fast at first does not buy time to come slowly.
  @Test func aBodyThatStopsComingIsAnswered() async throws {
    var limits = ServiceLimits.standard
    limits.bodySeconds = 1
    limits.bodyBytesPerSecond = 10
    try await Self.serving(Bodies(limits: limits)) { port in
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
      let stalled = try await Self.answer(
        port, head + String(repeating: "a", count: 999), closes: false)
      #expect(stalled.hasPrefix("HTTP/1.1 408"), "\(stalled)")
    }
  }

  /// Serves on a port of this machine while the body runs.
  static func serving(
    _ responder: some HTTPResponder<ServiceContext>, _ body: (Int) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test")
    let (ports, opened) = AsyncStream<Int>.makeStream()
    let application = Application(
      responder: responder,
      server: HTTPServerBuilder {
        ConnectionLoop(connections: HTTP1Channel(responder: $0), limits: ServiceLimits())
      },
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { opened.yield($0.localAddress?.port ?? 0) }, logger: logger)
    let group = ServiceGroup(services: [application], logger: logger)
    async let running: Void = {
      // Nobody waits for a port that is never opened.
      defer { opened.finish() }
      try await group.run()
    }()
    if let port = await ports.first(where: { _ in true }) { try await body(port) }
    await group.triggerGracefulShutdown()
    try await running
  }

  /// All that a server answers until it closes the connection.
  ///
  /// - Parameter closes: whether the client says that it sends nothing more.
  static func answer(_ port: Int, _ text: String, closes: Bool) async throws -> String {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.allowRemoteHalfClosure, value: true)
      .connect(host: "127.0.0.1", port: port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true))
        }
      }
    return try await channel.executeThenClose { inbound, outbound in
      try await outbound.write(ByteBuffer(string: text))
      if closes { outbound.finish() }
      var answer = ""
      for try await part in inbound { answer += String(buffer: part) }
      return answer
    }
  }
}
