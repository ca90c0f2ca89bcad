import Hummingbird
import HummingbirdCore
import NIOCore

// The plainest service of the same framework, with the same settings of its connections: what a
// request costs before anything is done for it.
//
//   hello [PORT]

let router = Router()
router.get("/") { _, _ in "hello" }

let connections = HTTP1Channel.Configuration(
  idleTimeout: .seconds(60),
  httpDecoderConfiguration: .init(
    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 100))
let application = Application(
  router: router, server: .http1(configuration: connections),
  configuration: .init(
    address: .hostname(
      "127.0.0.1", port: CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 8080)))
try await application.runService()
