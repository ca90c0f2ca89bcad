import Base
import CivilTime
import Foundation
import JSON

@testable import Providers

/// An issuer of the tests: a server that says about itself what it is asked to.
final class TestIssuer: Sendable {
  struct Setting: Sendable {
    var keys: [SigningKey]
    /// Whether its keys say what they are for.
    var namesAlgorithms = true
    var issuer: String?
    var jwksURI: String?
    /// What it answers in place of anything else.
    var fault: SmallServer.Answer?
    /// Tokens for codes.
    var tokenAnswer: SmallServer.Answer = .status(400, body: #"{"error":"invalid_grant"}"#)
  }

  let setting: Locked<Setting>
  let server: SmallServer

  init(_ keys: [SigningKey]) throws {
    let setting = Locked(Setting(keys: keys))
    self.setting = setting
    let own = Locked("")
    server = try SmallServer { request in
      let setting = setting.with { $0 }
      if let fault = setting.fault { return fault }
      let url = own.with { $0 }
      switch request.path {
      case "/.well-known/openid-configuration":
        return .status(
          200,
          body: String(
            decoding: JSONValue.object([
              ("issuer", .string(setting.issuer ?? url)),
              ("jwks_uri", .string(setting.jwksURI ?? url + "/keys")),
              ("authorization_endpoint", .string(url + "/authorize")),
              ("token_endpoint", .string(url + "/token")),
            ]).text(), as: UTF8.self))
      case "/keys":
        let keys = setting.keys.map { key in
          JSONValue.object(
            setting.namesAlgorithms
              ? key.members(algorithm: key.algorithm) : key.members(algorithm: nil, use: nil))
        }
        return .status(
          200,
          body: String(decoding: JSONValue.object([("keys", .array(keys))]).text(), as: UTF8.self))
      case "/token": return setting.tokenAnswer
      default: return .status(404)
      }
    }
    own.with { $0 = server.url }
  }

  var url: String { server.url }

  /// How often it was asked for its keys.
  var keyReads: Int { server.requests.count { $0.path == "/keys" } }

  func issuer(
    _ shape: TokenShape = .standard, audiences: Set<String> = ["api"],
    clients: Set<String> = ["phone"], clientID: String? = "web", secret: String? = nil
  ) throws -> OpenIDIssuer {
    try OpenIDIssuer(
      name: "test", title: "Test", issuer: url, shape: shape, audiences: audiences,
      clients: clients, clientID: clientID,
      clientSecret: try secret.map { try OpenIDSecret($0) })
  }

  /// A client that may reach it.
  static func client(allowing networks: [String] = ["127.0.0.0/8"]) -> OutgoingClient {
    var options = OutgoingClient.Options()
    options.allowedNetworks = networks.compactMap { AddressRange($0) }
    return OutgoingClient(options)
  }
}

/// A clock that stands still but for `pass`.
final class StoppedClock: Sendable {
  private let now = Locked(MonotonicInstant.now)
  func pass(_ duration: Duration) { now.with { $0 = $0.advanced(by: duration) } }
  var clock: MonotonicClock { { [now] in now.with { $0 } } }
}
