import Foundation
import Quests
import Testing

@testable import Providers

@Suite struct PasswordTests {
  static let cheap = Office.cheap

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// RFC 7914, section 12.
  @Test func scryptIsTheStandardOne() throws {
    let first = Passwords.digest(
      of: Array("password".utf8), salt: Array("NaCl".utf8),
      cost: try #require(ScryptCost(logRounds: 10, blockSize: 8, parallelism: 16)), bytes: 64)
    #expect(
      hex(first)
        == "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")
    let second = Passwords.digest(
      of: Array("pleaseletmein".utf8), salt: Array("SodiumChloride".utf8),
      cost: try #require(ScryptCost(logRounds: 14, blockSize: 8, parallelism: 1)), bytes: 64)
    #expect(
      hex(second)
        == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
        + "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887")
  }

  @Test func theRealCostIsOWASPs() async throws {
    let passwords = Passwords()
    let credential = try await passwords.credential(for: Office.password)
    #expect(credential.hasPrefix("$scrypt$ln=17,r=8,p=1$"))
    #expect(try await passwords.check(Office.password, with: credential) == .right)
    #expect(try await passwords.check("wrong horse battery", with: credential) == .wrong)
    #expect(passwords.figures.done == 3)
  }

  @Test func credentialsAreSalted() async throws {
    let passwords = Passwords(cost: Self.cheap)
    let first = try await passwords.credential(for: Office.password)
    let second = try await passwords.credential(for: Office.password)
    #expect(first != second)
    for credential in [first, second] {
      #expect(try await passwords.check(Office.password, with: credential) == .right)
    }
    let costlier = Passwords(
      cost: try #require(ScryptCost(logRounds: 5, blockSize: 1, parallelism: 1)))
    #expect(try await costlier.check(Office.password, with: first) == .rightButOutdated)
    #expect(try await costlier.check("wrong horse battery", with: first) == .wrong)
  }

  /// The same work with an account and without, and with a credential that is none.
  @Test func nothingIsLessWork() async throws {
    let passwords = Passwords(cost: Self.cheap)
    let credential = try await passwords.credential(for: Office.password)
    for (text, done) in [(credential, 2), (nil, 3), ("", 4), ("$scrypt$ln=99,r=8,p=1$a$b", 5)] {
      _ = try await passwords.check("something else", with: text)
      #expect(passwords.figures.done == done)
    }
    for text in [
      credential + "A", credential.replacing("ln=4", with: "ln=04"),
      credential.replacing("ln=4", with: "ln=21"), credential.replacing("$scrypt", with: "$argon"),
      "$" + credential, credential.replacing("p=1", with: "p=1,x=1"),
    ] {
      #expect(Credential(text) == nil, "\(text)")
    }
    #expect(Credential(credential)?.text == credential)
  }

  @Test func composedAndDecomposedLettersAreOne() async throws {
    let passwords = Passwords(cost: Self.cheap)
    let credential = try await passwords.credential(for: "K\u{E4}sefondue")
    #expect(try await passwords.check("Ka\u{308}sefondue", with: credential) == .right)
    // What can be no password is wrong, and does not trap.
    for text in ["", String(repeating: "x", count: 1_025)] {
      #expect(try await passwords.check(text, with: credential) == .wrong)
    }
  }

  @Test func tooManyAtOnceAreRefused() async throws {
    let passwords = Passwords(
      cost: try #require(ScryptCost(logRounds: 14, blockSize: 8, parallelism: 1)), threads: 1,
      mostWaiting: 3)
    let outcomes = await withTaskGroup(of: IdentityError.Code?.self) { group in
      for _ in 0..<64 {
        group.addTask {
          await refusal { try await passwords.credential(for: Office.password) }?.code
        }
      }
      return await group.reduce(into: [IdentityError.Code?]()) { $0.append($1) }
    }
    let figures = passwords.figures
    #expect(figures.done >= 4)
    #expect(figures.done + figures.refused == 64)
    #expect(figures.refused > 0)
    #expect(outcomes.count { $0 == .busy } == figures.refused)
    #expect(outcomes.count { $0 == nil } == figures.done)
    // And once they are done there is room again.
    #expect(await refusal { try await passwords.credential(for: Office.password) } == nil)
  }

  /// A thread that is held up shows the bound exactly.
  @Test func whatWaitsIsBounded() async throws {
    let queue = WorkQueue(name: "test", threads: 1, mostWaiting: 2)
    let gate = DispatchSemaphore(value: 0)
    let running = DispatchSemaphore(value: 0)
    let outcomes = await withTaskGroup(of: Int?.self) { group in
      group.addTask {
        await queue.run {
          running.signal()
          gate.wait()
          return 0
        }
      }
      await Task.detached { await waitFor(running) }.value
      for number in 1...10 { group.addTask { await queue.run { number } } }
      // All but those for which there is room are refused while the thread is held up.
      var outcomes: [Int?] = []
      for _ in 0..<8 { outcomes.append(await group.next() ?? nil) }
      #expect(outcomes == Array(repeating: nil, count: 8))
      #expect(queue.figures == (done: 0, waiting: 2, refused: 8))
      gate.signal()
      for await outcome in group { outcomes.append(outcome) }
      return outcomes
    }
    #expect(outcomes.count { $0 != nil } == 3)
    #expect(queue.figures == (done: 3, waiting: 0, refused: 8))
  }

  @Test(arguments: [
    ("1234567", "password-too-short"), ("äöüäöüä", "password-too-short"),
    ("password", "password-common"), ("PassWord123", "password-common"),
    ("aaaaaaaaaaaa", "password-common"), ("abcdefghij", "password-common"),
    ("98765432", "password-common"), ("ann.smith@example.org", "password-is-address"),
    ("Ann.Smith", "password-is-address"),
    (String(repeating: "xy", count: 65), "password-too-long"),
    (String(repeating: "👩‍👩‍👧‍👦", count: 64), "password-too-long"),
  ])
  func badPasswordsAreTold(_ password: String, _ code: String) {
    let fault = PasswordRules.fault(
      of: password, email: "ann.smith@example.org", field: "password")
    #expect(fault?.code == code)
  }

  /// No rules on what it is made of.
  @Test(arguments: [
    "correct horse", "tvwqzbnm", "93847561", "        x", "日本語のパスワード",
    String(repeating: "xy", count: 64),
  ])
  func goodPasswordsAreTaken(_ password: String) {
    #expect(
      PasswordRules.fault(of: password, email: "ann@example.org", field: "password") == nil)
  }
}

private func waitFor(_ semaphore: DispatchSemaphore) async {
  await withCheckedContinuation { reply in
    DispatchQueue.global().async {
      semaphore.wait()
      reply.resume()
    }
  }
}
