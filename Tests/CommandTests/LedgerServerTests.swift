import BuiltProgram
import Foundation
import PostgresCluster
import Testing

/// The commands of the ledger on PostgreSQL with PostGIS.
@Suite(.enabled(if: Cluster.isInstalled, Cluster.missing))
struct LedgerServerTests {
  @Test(arguments: LedgerCommandCase.allCases)
  func keepsALedgerOnAServer(_ test: LedgerCommandCase) throws { try test.run(.server) }

  @Test(arguments: IdentityCase.allCases)
  func tellsWalksAndPeopleApartOnAServer(_ test: IdentityCase) throws { try test.run(.server) }

  @Test(arguments: EndOfLifeCase.allCases)
  func endsOnAServer(_ test: EndOfLifeCase) throws { try test.run(.server) }

  /// A database waits to be begun, so that a mistyped address makes nothing.
  @Test func aDatabaseIsBegunByMigrating() throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    let store = ["--store", cluster.url(database)]
    for command in [["audit"], ["progress"], ["import", "route", Ledger.trail]] {
      let answer = try Program.run(command + store)
      #expect(answer.status == 69 && answer.errors.contains("milequest migrate"))
    }
    #expect(
      try cluster.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'milequest'", in: database)
        == "0\n")
    let begun = try Program.run(["migrate"] + store)
    #expect(begun.status == 0 && begun.text.contains("was brought up to date: schema"))
    #expect(!begun.text.contains(Cluster.escaped(Cluster.password)))
    #expect(try Program.run(["audit"] + store).status == 0)
  }

  /// The password may come from where libpq looks for it.
  @Test func thePasswordMayStandInTheEnvironment() throws {
    let ledger = try Ledger(.server)
    let address = try ledger.address.replacing(":" + Cluster.escaped(Cluster.password), with: "")
    let without = try Program.run(["audit", "--store", address])
    #expect(without.status == 69 && without.errors.contains("password"), "\(without.errors)")
    let with = try Program.run(
      ["audit", "--store", address], variables: ["PGPASSWORD": Cluster.password])
    #expect(with.status == 0, "\(with.errors)")
  }

  /// PostgreSQL's own programs copy a ledger on a server, and bring it back into another database.
  @Test func aBackupOfTheServerIsRestored() throws {
    let cluster = try Cluster.shared.get()
    let ledger = try Ledger.withSamples(.server)
    let before = try ledger.well("progress").text
    let dump = ledger.folder.path("it's.dump")
    let made = try ledger.well("backup", "-o", dump)
    #expect(made.text.contains("whole"))
    let mode = try FileManager.default.attributesOfItem(atPath: dump)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    let again = try ledger.run("backup", "-o", dump)
    #expect(again.status == 74 && again.errors.contains("never writes over"), "\(again.errors)")
    let url = cluster.url(try cluster.database())
    let restored = try Program.run(["restore", dump, "--store", url])
    #expect(
      restored.status == 0 && restored.text.contains("audit: clean"),
      "\(restored.text) \(restored.errors)")
    #expect(try Program.run(["progress", "--store", url]).text == before)
    // A database with a ledger is left as it is.
    let over = try Program.run(["restore", dump, "--store", url])
    #expect(over.status == 74 && over.errors.contains("holds a ledger"), "\(over.errors)")
    let wrong = try Program.run(["restore", dump, "--store", "sqlite:\(ledger.folder.path("a"))"])
    #expect(wrong.status == 64 && wrong.errors.contains("on a server"), "\(wrong.errors)")
    // What is cut off leaves nothing behind.
    let bytes = try #require(FileManager.default.contents(atPath: dump))
    let cut = try ledger.folder.file("cut.dump", Array(bytes.prefix(bytes.count * 2 / 3)))
    let empty = cluster.url(try cluster.database())
    let failed = try Program.run(["restore", cut, "--store", empty])
    #expect(failed.status == 74, "\(failed.errors)")
    let audit = try Program.run(["audit", "--store", empty])
    #expect(audit.status == 69 && audit.errors.contains("no ledger yet"), "\(audit.errors)")
    // A database without a ledger has nothing to back up, and a password is told to nobody.
    let nothing = try Program.run(["backup", "-o", ledger.folder.path("n.dump"), "--store", empty])
    #expect(nothing.status == 74 && nothing.errors.contains("holds no ledger"), "\(nothing.errors)")
    #expect(!nothing.errors.contains(Cluster.password))
    #expect(!FileManager.default.fileExists(atPath: ledger.folder.path("n.dump")))
    #expect(!FileManager.default.fileExists(atPath: ledger.folder.path("n.dump.partial")))
  }

  @Test func aDoctorTellsOfTheServer() throws {
    let ledger = try Ledger.withSamples(.server)
    func checks(_ answer: Program.Answer) throws -> [String: [String: Any]] {
      let checks = try #require(try answer.json["checks"] as? [[String: Any]])
      return Dictionary(checks.map { ($0["name"] as? String ?? "", $0) }) { first, _ in first }
    }
    let found = try checks(try ledger.well("doctor", "--format", "json"))
    for name in [
      "milequest", "PROJ", "GEOS", "libpq", "PostgreSQL", "PostGIS", "PROJ of the server",
      "GEOS of the server", "schema", "fsync", "synchronous_commit", "rights", "size", "clock",
      "store", "time zones",
    ] {
      #expect(found[name]?["state"] as? String == "ok", "\(name): \(found[name] ?? [:])")
    }
    // Rights that a user lacks are named, table by table.
    let cluster = try Cluster.shared.get()
    try cluster.sql(
      "DROP ROLE IF EXISTS auditor; CREATE ROLE auditor LOGIN PASSWORD 'hunter2'", in: "postgres")
    try cluster.sql(
      "GRANT USAGE ON SCHEMA milequest TO auditor; "
        + "GRANT SELECT ON ALL TABLES IN SCHEMA milequest TO auditor", in: ledger.name)
    let url = cluster.url(ledger.name, user: "auditor", password: "hunter2")
    let reader = try Program.run(["doctor", "--store", url, "--format", "json"])
    #expect(reader.status == 1 && !reader.text.contains("hunter2"))
    let rights = try #require(try checks(reader)["rights"])
    #expect(rights["state"] as? String == "fail")
    #expect((rights["found"] as? String)?.contains("activities") == true)
    // One who may look recomputes, and changes nothing.
    let audit = try Program.run(["audit", "--store", url])
    #expect(audit.status == 0, "\(audit.errors)")
    let other = Program.packageRoot.appending(path: "routes/camino-frances.geojson").path
    let write = try Program.run(["import", "route", other, "--store", url])
    #expect(write.status == 69 && write.errors.contains("rights"), "\(write.errors)")
  }

  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let url: String
    /// What the message has to say.
    let words: [String]
    var testDescription: String { name }
  }

  /// Everything that can be wrong with a server ends each command with exit code 69 and says what is
  /// wrong and what to do, and never the password.
  @Test func aServerThatIsNotRightIsNamed() throws {
    let cluster = try Cluster.shared.get()
    try cluster.sql("DROP DATABASE IF EXISTS bare", in: "postgres")
    try cluster.sql("CREATE DATABASE bare", in: "postgres")
    try cluster.sql(
      "DROP ROLE IF EXISTS bareuser; CREATE ROLE bareuser LOGIN PASSWORD 'hunter2'; "
        + "GRANT CREATE ON DATABASE bare TO bareuser", in: "postgres")
    let newer = try Ledger(.server)
    try newer.meddle("INSERT INTO schema_version (version) VALUES (99)")
    let refusals = [
      Refusal(
        name: "wrong password", url: cluster.url(newer.name, password: "hunter2"),
        words: ["does not let this user in", "owner"]),
      Refusal(
        name: "no such database", url: cluster.url("nowhere"),
        words: ["the database is not there", "nowhere", "create it"]),
      Refusal(
        name: "no PostGIS", url: cluster.url("bare", user: "bareuser", password: "hunter2"),
        words: ["CREATE EXTENSION postgis"]),
      Refusal(
        name: "too new", url: try newer.address, words: ["schema 99", "or a newer one"]),
    ]
    let commands = [
      ["migrate"], ["audit"], ["team", "list"], ["quest", "list"], ["progress"],
      ["import", "route", Ledger.trail], ["import", "activities", Ledger.walks, "--create"],
    ]
    for refusal in refusals {
      for command in commands {
        let answer = try Program.run(command + ["--store", refusal.url])
        #expect(answer.status == 69, "\(refusal.name), \(command): \(answer.errors)")
        #expect(answer.text.isEmpty)
        for word in refusal.words {
          #expect(answer.errors.contains(word), "\(refusal.name), \(command): \(answer.errors)")
        }
        expectNoPassword(answer, refusal.name)
      }
      let doctor = try Program.run(["doctor", "--store", refusal.url])
      #expect(doctor.status == 1 && doctor.text.contains("fail"))
      for word in refusal.words { #expect(doctor.text.contains(word), "\(doctor.text)") }
      expectNoPassword(doctor, refusal.name)
    }
  }

  @Test(arguments: [["audit"], ["migrate"], ["import", "route", Ledger.trail]])
  func aServerThatIsNotThereIsNamed(_ command: [String]) throws {
    let gone = try Program.run(
      command + ["--store", "postgres://owner:hunter2@%2Fnowhere/ledger?password=hunter2"])
    #expect(gone.status == 69, "\(gone.errors)")
    #expect(gone.errors.contains("/nowhere") && gone.errors.contains("see that it runs"))
    expectNoPassword(gone, "\(command)")
  }

  private func expectNoPassword(_ answer: Program.Answer, _ what: String) {
    for secret in ["hunter2", Cluster.password, Cluster.escaped(Cluster.password)] {
      #expect(!(answer.text + answer.errors).contains(secret), "\(what): \(answer.errors)")
    }
  }
}
