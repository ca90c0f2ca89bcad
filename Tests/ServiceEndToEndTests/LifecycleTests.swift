import BuiltProgram
import Foundation
import GRDB
import PostgresCluster
import TestSupport
import Testing

/// How a service begins and ends.
@Suite struct LifecycleTests {
  /// Balancers are told first, requests under way are finished, and only then it ends.
  @Test(arguments: Store.present)
  func itEndsGracefully(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let service = try RunningService(ledger, RunningService.generous + ["--drain-seconds", "5"])
    let ann = try Person.registered(service, name: "Ann")
    let body = Array("{\"name\":\"Late\"}".utf8)
    let late = try Connection(port: service.port)
    try late.write(
      "POST /v1/teams HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ann.token ?? "")\r\n"
        + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n")
    try late.write(Array(body[..<5]))
    service.askToEnd()
    var ready: HTTPAnswer?
    #expect(
      try eventually {
        ready = try ann.ask("GET", "/readyz")
        return ready?.status == 503
      })
    #expect(ready?.code == "unavailable" && ready?["retry-after"] != nil)
    // It is alive, and answers while it drains.
    #expect(try ann.get("/healthz")["status"].text == "ok")
    try ann.ask(200, "GET", "/v1/me")
    // The port is closed, and the request under way is not lost.
    #expect(eventually { (try? Connection(port: service.port)) == nil })
    #expect(service.isRunning)
    try late.write(Array(body[5...]))
    let answer = try late.answer()
    #expect(answer.status == 201 && answer.json["name"].text == "Late")
    #expect(service.end() == 0, "\(service.said)")
    // Who was signed in still is, and the team is there.
    var again = ann
    let second = try RunningService(ledger)
    again = Person(
      service: second, token: ann.token, id: ann.id, email: ann.email,
      refreshToken: ann.refreshToken, address: ann.address)
    #expect(try again.get("/v1/teams")["items"].items.map { $0["name"].text } == ["Late"])
    #expect(second.end() == 0, "\(second.said)")
  }

  /// A health check sees the service run, not be ready, and be gone.
  @Test func aDoctorAsksTheService() throws {
    let service = try RunningService(
      try ServedLedger(.file), RunningService.generous + ["--drain-seconds", "3600"])
    let address = "http://127.0.0.1:\(service.port)"
    func ask(_ url: String, port: String? = nil) throws -> Program.Answer {
      try Program.run(["doctor", "--url", url], variables: ["MILEQUEST_PORT": port])
    }
    for answer in [try ask(address + "/"), try ask("local", port: "\(service.port)")] {
      #expect(answer.status == 0, "\(answer.text)")
      #expect(answer.text.contains("ok    alive") && answer.text.contains("ok    ready"))
    }
    let elsewhere = try ask(address + "/v1")
    #expect(elsewhere.status == 1 && elsewhere.text.contains("not Mile Quest"))
    service.askToEnd()
    #expect(
      try eventually {
        let answer = try ask(address)
        return answer.status == 1
          && answer.text.contains("fail  ready  the service is shutting down")
      })
    service.kill9()
    let gone = try ask(address)
    #expect(gone.status == 1 && gone.text.contains("fail  alive"))
    #expect(gone.text.contains("see that milequest serve runs"))
    #expect(try ask("ftp://a").status == 64)
    #expect(try Program.run(["doctor", "--url", address, "--store", "sqlite:a"]).status == 64)
  }

  /// A monitor walks through the service, and leaves nothing behind.
  @Test(arguments: Store.present) func aProbeWalksThrough(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let address = "http://127.0.0.1:\(service.port)"
    let made = try story.ann.ask(
      201, "POST", "/v1/keys", ["name": "Monitor", "scopes": ["read", "log"]]
    ).json
    let folder = try Folder()
    let key = try folder.file("probe.key", Array((try #require(made["key"].text) + "\n").utf8))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    let before = try story.progress()
    let answer = try Program.run(["probe", address, "--key-file", key, "--format", "json"])
    #expect(answer.status == 0, "\(answer.text) \(answer.errors)")
    let found = try answer.json
    let steps = try #require(found["steps"] as? [[String: Any]]).compactMap {
      $0["name"] as? String
    }
    #expect(
      steps.filter { !["place", "map"].contains($0) } == [
        "alive", "ready", "quests", "log", "again", "event", "total", "delete",
      ])
    #expect(found["ok"] as? Bool == true && found["milliseconds"] as? Double ?? 0 > 0)
    let after = try story.progress()
    #expect(after["totalMeters"].number == before["totalMeters"].number)
    #expect(after["walks"].integer == before["walks"].integer)
    // Without a key it only reads; somebody without a team has nothing that a walk could count for.
    let reading = try Program.run(["probe", address])
    #expect(reading.status == 0 && !reading.text.contains(" log "), "\(reading.text)")
    let lonely = try Person.registered(service, name: "Lonely")
    let other = try lonely.ask(
      201, "POST", "/v1/keys", ["name": "Monitor", "scopes": ["read", "log"]]
    ).json
    _ = try folder.file("probe.key", Array(try #require(other["key"].text).utf8))
    let alone = try Program.run(["probe", address, "--key-file", key])
    #expect(alone.status == 1 && alone.text.contains("fail  log"), "\(alone.text)")
    #expect(alone.text.contains("ok    delete"))
    #expect(try lonely.get("/v1/activities")["items"].items.isEmpty)
    // What is not Mile Quest, and what a key is refused.
    #expect(try Program.run(["probe", address + "/v1"]).status == 1)
    _ = try folder.file("probe.key", Array("mq_nonsense".utf8))
    let refused = try Program.run(["probe", address, "--key-file", key])
    #expect(refused.status == 1 && refused.text.contains("401"), "\(refused.text)")
  }

  /// A walk that was acknowledged is there after a crash, and one that was not can be sent again.
  @Test(arguments: Store.present)
  func aCrashLosesNoAcknowledgedWalk(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    var service = try RunningService(ledger)
    let ann = try Person.registered(service, name: "Ann")
    let start = Date(timeIntervalSinceNow: -7_200)
    // More than are sent before the kill.
    let walks = (0..<100_000).map { index in
      (id: UUID(), start: start.addingTimeInterval(Double(index) / 100))
    }
    let acknowledged = Gathered<Int>()
    let counter = Counter()
    let victim = service
    let group = DispatchGroup()
    for _ in 0..<8 {
      let thread = Thread {
        while case let index = counter.next() - 1, index < walks.count {
          let body = Walk.body("1 mi", at: walks[index].start, id: walks[index].id)
          guard let answer = try? ann.ask("POST", "/v1/activities", body) else { break }
          if answer.status == 201 { acknowledged.append(index) }
        }
        group.leave()
      }
      group.enter()
      thread.start()
    }
    #expect(eventually { acknowledged.all.count >= 100 })
    victim.kill9()
    group.wait()
    let sure = acknowledged.all
    #expect(sure.count >= 100 && sure.count < walks.count)

    service = try RunningService(ledger)
    let back = Person(service: service, token: ann.token, id: ann.id, address: ann.address)
    #expect(try back.get("/v1/me/stats")["walks"].integer ?? 0 >= sure.count)
    for index in sure {
      let id = walks[index].id.uuidString.lowercased()
      let answer = try back.ask("GET", "/v1/activities/\(id)?fields=id")
      #expect(answer.status == 200, "\(index) was acknowledged and is lost")
    }
    // The same queue again, shuffled: all of it counts, each once.
    let queue = walks[..<1_000].shuffled()
    let results = try back.ask(
      200, "POST", "/v1/activities/batch",
      ["activities": queue.map { Walk.body("1 mi", at: $0.start, id: $0.id) }]
    ).json["results"].items
    #expect(results.count == 1_000 && results.allSatisfy { $0["status"].text != "rejected" })
    let stored = sure.filter { $0 < 1_000 }.count
    #expect(results.filter { $0["status"].text == "repeated" }.count >= stored)
    #expect(service.end() == 0, "\(service.said)")
    let audit = try Program.run(["audit", "--store", ledger.address])
    #expect(audit.status == 0, "\(audit.text)\(audit.errors)")
  }

  /// After an orderly end the ledger is one file, and a copy of it holds every walk.
  @Test func anOrderlyEndLeavesOneFile() throws {
    let ledger = try ServedLedger(.file)
    let service = try RunningService(ledger)
    let ann = try Person.registered(service, name: "Ann")
    try ann.ask(201, "POST", "/v1/teams", ["name": "Owls"])
    let start = Date(timeIntervalSinceNow: -600)
    for number in 0..<5 {
      let body = Walk.body("1 mi", at: start.addingTimeInterval(Double(number)), id: UUID())
      try ann.ask(201, "POST", "/v1/activities", body)
    }
    #expect(service.end() == 0, "\(service.said)")
    let files = try FileManager.default.contentsOfDirectory(atPath: ledger.folder)
    #expect(files.filter { $0.hasPrefix("ledger.sqlite-") }.isEmpty)
    let copy = ledger.folder + "/copy.sqlite"
    try FileManager.default.copyItem(atPath: ledger.folder + "/ledger.sqlite", toPath: copy)
    let audit = try Program.run(["audit", "--store", "sqlite:\(copy)", "--format", "json"])
    #expect(audit.status == 0, "\(audit.errors)")
    #expect(try audit.json["teams"] as? Int == 1)
  }

  /// No walk is acknowledged into a file that is gone or was replaced, and readiness says so.
  @Test(arguments: [false, true])
  func aFileThatIsGoneIsNoticed(isReplaced: Bool) throws {
    let ledger = try ServedLedger(.file)
    let service = try RunningService(ledger)
    let ann = try Person.registered(service, name: "Ann")
    let body = Walk.body("1 mi", at: Date(timeIntervalSinceNow: -600), id: UUID())
    let file = ledger.folder + "/ledger.sqlite"
    try FileManager.default.moveItem(atPath: file, toPath: file + ".moved")
    if isReplaced {
      let other = try ServedLedger(.file)
      #expect(try Program.run(["migrate", "--store", other.address]).status == 0)
      try FileManager.default.copyItem(atPath: other.folder + "/ledger.sqlite", toPath: file)
    }
    // What was found holds for a second.
    #expect(try eventually { try ann.ask("GET", "/readyz").status == 503 })
    #expect(try ann.ask("POST", "/v1/activities", body).status == 503)
    #expect(service.said.contains(isReplaced ? "another file has taken" : "deleted or moved"))
    // Put back, it is the same file.
    try? FileManager.default.removeItem(atPath: file)
    try FileManager.default.moveItem(atPath: file + ".moved", toPath: file)
    #expect(try eventually { try ann.ask("GET", "/readyz").status == 200 })
    try ann.ask(201, "POST", "/v1/activities", body)
    #expect(service.end() == 0, "\(service.said)")
  }

  /// Nor into one whose log is gone, or that was emptied: what is committed then would be lost.
  @Test(arguments: [false, true])
  func aLogThatIsGoneIsNoticed(isEmptied: Bool) throws {
    let ledger = try ServedLedger(.file)
    let service = try RunningService(ledger)
    let ann = try Person.registered(service, name: "Ann")
    let file = ledger.folder + "/ledger.sqlite"
    if isEmptied {
      #expect(truncate(file, 0) == 0)
    } else {
      try FileManager.default.removeItem(atPath: file + "-wal")
    }
    let body = Walk.body("1 mi", at: Date(timeIntervalSinceNow: -600), id: UUID())
    #expect(try ann.ask("POST", "/v1/activities", body).status == 503)
    #expect(try eventually { try ann.ask("GET", "/readyz").status == 503 })
    #expect(
      service.said.contains(isEmptied ? "was emptied" : "ledger.sqlite-wal was deleted or moved"))
  }

  /// Readiness asks whether the schema is still this program's: a newer one has migrated the store.
  @Test(arguments: Store.present)
  func aNewerSchemaIsNoticed(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let service = try RunningService(ledger)
    switch store {
    case .file:
      let queue = try DatabaseQueue(path: ledger.folder + "/ledger.sqlite")
      try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 later')") }
    case .server:
      let name = ledger.address.split(separator: "/").last.map(String.init) ?? ""
      _ = try Cluster.shared.get().sql(
        "INSERT INTO milequest.schema_version VALUES (999)", in: name)
    }
    #expect(try eventually { try service.send("GET", "/readyz").status == 503 })
    #expect(service.said.contains("newer version"))
  }

  /// Files that hold names and codes, and that other users of the machine can open, are warned about.
  @Test func openFilesAreWarnedAbout() throws {
    let ledger = try ServedLedger(.file)
    let first = try RunningService(ledger)
    #expect(first.end() == 0 && !first.said.contains("other users"))
    let file = ledger.folder + "/ledger.sqlite"
    #expect(chmod(file, 0o644) == 0 && chmod(ledger.mail, 0o755) == 0)
    let second = try RunningService(ledger)
    for (path, mode) in [(file, "600"), (ledger.mail, "700")] {
      #expect(second.said.contains("other users of this machine can open \(path); chmod \(mode)"))
    }
    let doctor = try Program.run(["doctor", "--store", ledger.address])
    #expect(doctor.text.contains("chmod 600"))
  }

  @Test func aPortThatIsTakenIsNotFoughtFor() throws {
    let first = try RunningService(try ServedLedger(.file))
    let ledger = try ServedLedger(.file)
    let refused = try Program.run(["serve", "--port", "\(first.port)"] + ledger.options)
    #expect(refused.status == 69)
    #expect(refused.errors.contains("\(first.port)") && refused.errors.contains("--port"))
    // One that nobody chose gives way to the next.
    let second = try RunningService(ledger, port: nil)
    let third = try RunningService(try ServedLedger(.file), port: nil)
    #expect(second.port >= 8_080 && third.port > second.port)
    #expect(third.said.contains("is taken; using \(third.port)"))
    for service in [first, second, third] { #expect(service.end() == 0, "\(service.said)") }
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let options: [String]
    /// What the message has to name.
    let word: String
    var testDescription: String { options.joined(separator: " ") }
  }

  private static let smtp = [
    "--mail", "smtp", "--smtp-url", "smtp://a", "--mail-from", "quest@example.org",
  ]

  /// A terminal that is closed ends the service as SIGTERM does: one file is left, with all in it.
  @Test func aHangUpEndsItInOrder() throws {
    let ledger = try ServedLedger(.file)
    let service = try RunningService(ledger)
    _ = try Person.registered(service, name: "Ann")
    #expect(service.end(by: SIGHUP) == 0)
    let names = try FileManager.default.contentsOfDirectory(atPath: ledger.folder)
    #expect(names.contains("ledger.sqlite") && !names.contains("ledger.sqlite-wal"), "\(names)")
    let again = try RunningService(ledger)
    #expect(try Person.registered(again, name: "Bob").get("/v1/me")["name"].text == "Bob")
    #expect(again.end() == 0)
  }

  /// What would be unsafe, or cannot be, is refused before anything is opened.
  @Test(arguments: [
    Refusal(options: ["--host", "0.0.0.0"], word: "--public-address"),
    Refusal(options: ["--host", "::"], word: "--public-address"),
    Refusal(
      options: ["--host", "0.0.0.0", "--public-address", "http://quests.example"],
      word: "https"),
    Refusal(options: ["--public-address", "quests.example"], word: "https://"),
    Refusal(options: ["--trusted-proxy", "0.0.0.0/0"], word: "--trusted-proxy"),
    Refusal(options: ["--trusted-proxy", "::/0"], word: "--trusted-proxy"),
    Refusal(options: ["--trusted-proxy", "proxy"], word: "--trusted-proxy"),
    Refusal(options: ["--allow-origin", "https://app.example/path"], word: "--allow-origin"),
    Refusal(options: ["--allow-origin", "https://*.example"], word: "--allow-origin"),
    Refusal(options: ["--allow-origin", "app.example"], word: "--allow-origin"),
    Refusal(options: ["--rate", "0"], word: "--rate"),
    Refusal(options: ["--metrics-listen", "9090"], word: "--metrics-listen"),
    Refusal(options: ["--metrics-listen", "127.0.0.1:0"], word: "--metrics-listen"),
    Refusal(options: ["--port", "65536"], word: "--port"),
    Refusal(options: ["--drain-seconds", "soon"], word: "--drain-seconds"),
    Refusal(options: ["--log-level", "loud"], word: "--log-level"),
    Refusal(options: ["--check-answers", "maybe"], word: "--check-answers"),
    Refusal(options: ["--mail-from", "nobody"], word: "--mail-from"),
    Refusal(options: ["--secret-file", "/dev/null"], word: "/dev/null"),
    Refusal(options: ["--mail", "pigeon"], word: "--mail"),
    Refusal(options: ["--mail", "smtp"], word: "--smtp-url"),
    Refusal(options: ["--mail", "smtp", "--smtp-url", "http://a"], word: "--smtp-url"),
    Refusal(options: ["--mail", "smtp", "--smtp-url", "smtp://a"], word: "--mail-from"),
    Refusal(
      options: smtp + ["--smtp-user", "quest"], word: "--smtp-password-file"),
    Refusal(
      options: smtp + ["--smtp-password-file", "/etc/passwd"], word: "--smtp-user"),
    Refusal(
      options: smtp + ["--smtp-user", "quest", "--smtp-password-file", "/nowhere"],
      word: "/nowhere"),
    Refusal(options: smtp + ["--smtp-ca-file", "/nowhere"], word: "--smtp-ca-file"),
    Refusal(options: smtp + ["--smtp-ca-file", "/etc/passwd"], word: "no certificate"),
    Refusal(options: ["--smtp-url", "smtp://a"], word: "--mail smtp"),
    Refusal(
      options: [
        "--mail", "smtp", "--smtp-url", "smtps://a", "--mail-from", "q@example.org",
        "--smtp-starttls", "false",
      ], word: "smtps:// is encrypted"),
    // Whoever sets what nothing uses expects it to hold.
    Refusal(options: ["--smtp-user", "quest"], word: "say --mail smtp"),
    Refusal(options: ["--maps-url", "https://a.example"], word: "say --maps osrm"),
    Refusal(options: ["--maps-key-file", "/nowhere"], word: "say --maps mapbox or google"),
    Refusal(options: ["--places-url", "https://a.example"], word: "say --places nominatim"),
    Refusal(
      options: ["--maps", "valhalla", "--maps-url", "https://a.example", "--maps-profile", "foot"],
      word: "say --maps osrm"),
    Refusal(options: ["--analytics-url", "https://a.example"], word: "say --analytics http"),
    Refusal(
      options: [
        "--analytics", "http", "--analytics-url", "https://a.example", "--ga4-measurement-id",
        "G-1",
      ], word: "say --analytics ga4"),
    Refusal(options: ["--webhook-url", "https://a.example"], word: "say --realtime webhook"),
    Refusal(options: ["--pusher-key", "a"], word: "say --realtime pusher"),
    Refusal(
      options: ["--outgoing-proxy", "ftp://a"] + ["--maps", "osrm", "--maps-url", "https://a"],
      word: "--outgoing-proxy"),
    Refusal(options: smtp + ["--smtp-timeout", "0"], word: "--smtp-timeout"),
    Refusal(options: smtp + ["--smtp-starttls", "maybe"], word: "--smtp-starttls"),
    Refusal(
      options: smtp
        + ["--smtp-starttls", "false", "--smtp-user", "quest", "--smtp-password-file", "/nowhere"],
      word: "--smtp-starttls: the password of --smtp-password-file would go to "),
  ])
  func whatIsUnsafeIsRefused(_ refusal: Refusal) throws {
    let ledger = try ServedLedger(.file)
    let answer = try Program.run(["serve"] + ledger.options + refusal.options)
    #expect(answer.status == 64, "\(answer.errors)")
    #expect(answer.errors.contains(refusal.word), "\(answer.errors)")
  }

  /// The figures at an address of their own, and nowhere else.
  @Test func figuresHaveAnAddressOfTheirOwn() throws {
    let holder = try RunningService(try ServedLedger(.file))
    let port = holder.port
    #expect(holder.end() == 0)
    let service = try RunningService(
      try ServedLedger(.file), RunningService.generous + ["--metrics-listen", "127.0.0.1:\(port)"])
    let anyone = Person.stranger(service)
    try anyone.refused(404, "not-found", "GET", "/metrics")
    #expect(try anyone.get("/openapi.json")["paths"].names.contains("/metrics") == false)
    let figures = try anyone.send("GET", "/metrics", port: port)
    #expect(figures.status == 200 && figures.text.contains("milequest_requests_total"))
    #expect(try anyone.send("GET", "/nowhere", port: port).status == 404)
    // All else is served at the other address alone.
    let other = try Connection(port: port)
    try other.write("GET /v1/routes HTTP/1.1\r\nHost: a\r\n\r\n")
    #expect(try other.answer().status == 404)
    #expect(service.end() == 0, "\(service.said)")
  }

  @Test func aSecretThatOthersCanReadIsRefused() throws {
    let ledger = try ServedLedger(.file)
    let secret = ledger.folder + "/shown"
    _ = FileManager.default.createFile(
      atPath: secret, contents: Data(String(repeating: "0a", count: 32).utf8),
      attributes: [.posixPermissions: 0o644])
    let answer = try Program.run(["serve"] + ledger.options + ["--secret-file", secret])
    #expect(answer.status == 64 && answer.errors.contains("shown"), "\(answer.errors)")
  }

  @Test(.enabled(if: Cluster.isInstalled, Cluster.missing))
  func aStoreOnAServerNeedsAStatedSecret() throws {
    let cluster = try Cluster.shared.get()
    let answer = try Program.run(["serve", "--store", cluster.url(try cluster.database())])
    #expect(answer.status == 69 && answer.errors.contains("milequest migrate"))
    let ledger = try ServedLedger(.server)
    let second = try Program.run(["serve", "--store", ledger.address, "--port", "0"])
    #expect(second.status == 64 && second.errors.contains("--secret-file"), "\(second.errors)")
    #expect(!second.errors.contains(Cluster.escaped(Cluster.password)))
  }
}
