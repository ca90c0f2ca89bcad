import Foundation
import Hummingbird
import HummingbirdCore
import HummingbirdTesting
import NIOCore
import NIOPosix
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
    let application = Application(
      responder: Threads(),
      server: HTTPServerBuilder { ConnectionLoop(connections: HTTP1Channel(responder: $0)) })
    try await application.test(.live) { client in
      let answer = try await client.execute(uri: "/", method: .get)
      #expect(String(buffer: answer.body) == "true true")
    }
  }

  private struct Bodies: HTTPResponder {
    let limits: ServiceLimits

    func respond(to request: Request, context: ServiceContext) async throws -> Response {
      do {
        let bytes = try await BodyReading.bytes(
          of: request, on: context.channel, limit: 1_000, limits: limits)
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
    let application = Application(
      responder: Bodies(limits: limits),
      server: HTTPServerBuilder { ConnectionLoop(connections: HTTP1Channel(responder: $0)) })
    try await application.test(.live) { client in
      let port = try #require(client.port)
      let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"
      let whole = try await Self.answer(port, head + "123456789" + head + "123456789", closes: true)
      #expect(whole.components(separatedBy: "200 OK").count == 3)
      let slow = try await Self.answer(port, head + "1234", closes: false)
      #expect(slow.hasPrefix("HTTP/1.1 408"), "\(slow)")
      #expect(slow.components(separatedBy: "HTTP/1.1").count == 2, "one answer: \(slow)")
    }
  }

  /// All that a server answers until it closes the connection.
  ///
  /// - Parameter closes: whether the client says that it sends nothing more.
  private static func answer(_ port: Int, _ text: String, closes: Bool) async throws -> String {
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
