import BuiltProgram
import Foundation
import TestSupport
import Testing

/// Somebody who uses a service, signed in or not.
struct Person: Sendable {
  let service: RunningService
  var token: String?
  var id = ""
  var email = ""
  var refreshToken = ""
  /// The address that requests are said to come from; the service believes those that it trusts.
  var address: String?

  static let password = "a long walk in the hills"

  /// Somebody without an account.
  static func stranger(_ service: RunningService) -> Person { Person(service: service) }

  // MARK: Asking

  func ask(
    _ method: String, _ target: String, _ body: Any? = nil, headers: [String: String] = [:]
  ) throws -> HTTPAnswer {
    var headers = headers
    var bytes: [UInt8]?
    if let body {
      headers["Content-Type"] = "application/json"
      bytes = Array(
        try JSONSerialization.data(withJSONObject: body, options: [.fragmentsAllowed, .sortedKeys]))
    }
    return try send(method, target, headers: headers, body: bytes)
  }

  func send(
    _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8]? = nil,
    port: Int? = nil
  ) throws -> HTTPAnswer {
    var headers = headers
    if let token, headers["Authorization"] == nil { headers["Authorization"] = "Bearer \(token)" }
    if let address { headers["X-Forwarded-For"] = address }
    return try service.send(method, target, headers: headers, body: body, port: port)
  }

  /// Asks for what must be answered with a status.
  @discardableResult
  func ask(
    _ status: Int, _ method: String, _ target: String, _ body: Any? = nil,
    headers: [String: String] = [:], at location: SourceLocation = #_sourceLocation
  ) throws -> HTTPAnswer {
    let answer = try ask(method, target, body, headers: headers)
    #expect(
      answer.status == status, "\(method) \(target): \(answer.status) \(answer.text.prefix(2_000))",
      sourceLocation: location)
    return answer
  }

  func get(_ target: String, at location: SourceLocation = #_sourceLocation) throws -> JSON {
    try ask(200, "GET", target, at: location).json
  }

  /// Asks for what must be refused with a code.
  func refused(
    _ status: Int, _ code: String, _ method: String, _ target: String, _ body: Any? = nil,
    headers: [String: String] = [:], at location: SourceLocation = #_sourceLocation
  ) throws {
    let answer = try ask(status, method, target, body, headers: headers, at: location)
    #expect(answer.code == code, "\(method) \(target): \(answer.text)", sourceLocation: location)
    #expect(
      answer["content-type"] == "application/problem+json" || method == "HEAD",
      sourceLocation: location)
  }

  // MARK: Accounts

  private static let addresses = Counter()

  /// Registers somebody new, proves the address with the code of the mail, and signs in.
  static func registered(_ service: RunningService, name: String) throws -> Person {
    let number = addresses.next()
    var person = Person(service: service)
    person.email = "walker\(number)-\(UUID().uuidString.prefix(8).lowercased())@example.org"
    // Each from an address of their own, as people are.
    person.address = "10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    try person.ask(
      202, "POST", "/v1/auth/register",
      ["email": person.email, "password": password, "name": name])
    let verified = try person.ask(
      200, "POST", "/v1/auth/verify",
      ["email": person.email, "password": password, "code": try person.mailedCode()])
    person.take(verified.json)
    return person
  }

  mutating func signIn() throws {
    token = nil
    take(
      try ask(200, "POST", "/v1/auth/login", ["email": email, "password": Self.password]).json)
  }

  mutating func take(_ tokens: JSON) {
    token = tokens["accessToken"].text
    refreshToken = tokens["refreshToken"].text ?? ""
    id = tokens["personId"].text ?? ""
  }

  /// The texts of the mails to this person, the oldest first.
  func mails() throws -> [String] {
    let folder = service.ledger.mail
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasSuffix(".eml") }
      .compactMap { name in
        let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
        return text.contains("To: \(email)\r\n") ? text : nil
      }
  }

  /// The code in the last mail, once there are so many.
  func mailedCode(mail count: Int = 1) throws -> String {
    guard eventually({ (try? mails().count) ?? 0 >= count }), let mail = try mails().last else {
      throw Program.Fault("no mail came to \(email)")
    }
    // The only line that is indented.
    let line = mail.components(separatedBy: "\r\n").first { $0.hasPrefix("    ") }
    return try #require(line).trimmingCharacters(in: .whitespaces)
  }

  // MARK: What people do

  func createTeam(_ name: String, isPublic: Bool = false) throws -> String {
    try #require(
      try ask(201, "POST", "/v1/teams", ["name": name, "public": isPublic]).json["id"].text)
  }

  /// Invites somebody, who joins.
  func invite(_ other: Person, to team: String) throws {
    let code = try #require(
      try ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any]).json["code"].text)
    try other.ask(200, "POST", "/v1/invites/\(code):redeem")
  }

  /// Uploads a route file that is right.
  ///
  /// - Returns: the route's id.
  func upload(_ file: String, query: String = "") throws -> String {
    let answer = try send(
      "POST", "/v1/routes\(query)", headers: ["Content-Type": "application/gpx+xml"],
      body: Array(file.utf8))
    #expect(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["route"]["id"].text)
  }

  @discardableResult
  func walk(
    _ distance: String, at start: Date = Date(), id: UUID = UUID(),
    more: [String: Any] = [:]
  ) throws -> HTTPAnswer {
    try ask(201, "POST", "/v1/activities", Walk.body(distance, at: start, id: id, more: more))
  }
}

/// Walks as a client sends them.
enum Walk {
  static func body(
    _ distance: String, at start: Date = Date(), id: UUID = UUID(), more: [String: Any] = [:]
  ) -> [String: Any] {
    [
      "id": id.uuidString.lowercased(), "startedAt": moment(start), "distance": distance,
    ].merging(more) { $1 }
  }

  static func moment(_ date: Date) -> String {
    // The formatter is no Sendable value, and making one takes no time that matters here.
    let form = ISO8601DateFormatter()
    form.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    return form.string(from: date)
  }
}

/// Numbers of which each is given out once.
final class Counter: @unchecked Sendable {
  private let lock = NSLock()
  private var last = 0

  func next() -> Int {
    lock.withLock {
      last += 1
      return last
    }
  }
}

/// One service for each store that the tests share, which leave each other's teams alone.
enum Stage {
  private final class Shared: @unchecked Sendable {
    let lock = NSLock()
    var services: [Store: RunningService] = [:]
  }
  private static let shared = Shared()

  static func service(_ store: Store) throws -> RunningService {
    try shared.lock.withLock {
      if let service = shared.services[store] { return service }
      let service = try RunningService(
        try ServedLedger(store),
        RunningService.generous + [
          "--trusted-proxy", "127.0.0.1", "--allow-origin", "https://app.example",
        ])
      shared.services[store] = service
      return service
    }
  }
}
