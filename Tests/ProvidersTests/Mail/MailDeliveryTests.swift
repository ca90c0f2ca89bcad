import CivilTime
import Foundation
import Quests
import SQLiteStore
import TestSupport
import Testing

@testable import Providers

/// An outbox on an embedded store, and whoever delivers in a test's hands.
private struct Post: Sendable {
  let folder: Folder
  let store: SQLiteStore
  let outbox: Outbox
  let mail = Postman()
  let now = Locked(Office.dawn)
  let failures = Locked<[String]>([])
  let secret: SigningSecret

  init(limits: LedgerLimits = .standard) throws {
    folder = try Folder()
    store = try SQLiteStore(path: folder.path + "/mail.sqlite", limits: limits)
    secret = try SigningSecret(bytes: [UInt8](1...32))
    outbox = Outbox(
      store: store, seal: Seal(secret), from: try MailAddress("quest@example.org"),
      clock: { [now] in now.with { $0 } })
  }

  func delivery(
    seal: Seal? = nil, _ change: (inout MailDelivery.Options) -> Void = { _ in }
  ) throws -> MailDelivery {
    var options = MailDelivery.Options()
    options.firstWaitSeconds = 0
    options.looking = .milliseconds(20)
    change(&options)
    let outbox =
      try seal.map { seal in
        Outbox(
          store: store, seal: seal, from: try MailAddress("quest@example.org"),
          clock: { [now] in now.with { $0 } })
      } ?? outbox
    return MailDelivery(outbox, through: mail, options: options) { [failures] outcome, reason in
      failures.with { $0.append("\(outcome?.rawValue ?? "store"): \(reason)") }
    }
  }

  func post(_ subject: String, goesOut: Bool = true, lifetime: Int64 = 900) async throws {
    var message = MailMessage(
      to: try MailAddress("ann@example.org"), subject: subject, text: "The code is 12345678.")
    message.lifetimeSeconds = lifetime
    try await outbox.post(message, goesOut: goesOut)
  }

  /// Sends all there is, through failures that are tried again at once.
  func sendAll(_ delivery: MailDelivery) async throws {
    while try await store.waitingMail() > 0 { try await delivery.drain() }
  }
}

/// Takes letters, or does not.
private actor Postman: Mail {
  private(set) var letters: [MailLetter] = []
  /// What the next tries fail with.
  private var faults: [MailError] = []
  private var gate: [CheckedContinuation<Void, Never>] = []
  private var isShut = false

  func fail(_ faults: [MailError]) { self.faults = faults }
  func shut() { isShut = true }
  func open() {
    isShut = false
    for one in gate { one.resume() }
    gate = []
  }
  var waiting: Int { gate.count }
  var subjects: [String] {
    letters.map { letter in
      String(decoding: letter.bytes, as: UTF8.self).split(separator: "\r\n")
        .first { $0.hasPrefix("Subject: ") }.map { String($0.dropFirst(9)) } ?? ""
    }
  }

  func send(_ letter: MailLetter) async throws(MailError) {
    if isShut { await withCheckedContinuation { gate.append($0) } }
    letters.append(letter)
    if !faults.isEmpty { throw faults.removeFirst() }
  }
}

@Suite struct MailDeliveryTests {
  @Test func messagesWaitSealedAndAreDeletedOnceSent() async throws {
    let post = try Post()
    try await post.post("Your code")
    let files = try FileManager.default.contentsOfDirectory(atPath: post.folder.path)
    for name in files {
      let bytes = try Data(contentsOf: URL(filePath: "\(post.folder.path)/\(name)"))
      for word in ["12345678", "ann@example.org", "Your code"] {
        #expect(bytes.firstRange(of: Data(word.utf8)) == nil, "\(word) in \(name)")
      }
    }
    #expect(try await post.store.waitingMail() == 1)
    let delivery = try post.delivery()
    try await delivery.drain()
    #expect(await post.mail.subjects == ["Your code"])
    #expect(await post.mail.letters.map(\.to) == ["ann@example.org"])
    #expect(try await post.store.waitingMail() == 0)
    #expect(delivery.figures.outcomes == [.delivered: 1])
    try await delivery.drain()
    #expect(await post.mail.letters.count == 1)
  }

  /// Whoever looks at the store or waits for an answer cannot tell it from one that is sent.
  @Test func oneThatDoesNotGoOutLooksAlike() async throws {
    let post = try Post()
    try await post.post("Your code", goesOut: false)
    try await post.post("Your code")
    let taken = try await post.store.takeMail(limit: 9, seconds: 0)
    #expect(taken.count == 2 && Set(taken.map(\.mail.content.count)).count == 1)
    try await post.sendAll(try post.delivery())
    #expect(await post.mail.letters.count == 1)
  }

  @Test func whatCannotBeSentNowIsTriedAgainWithTheSameBytes() async throws {
    let post = try Post()
    try await post.post("Your code")
    await post.mail.fail(
      (0..<3).map { MailError(.unreachable, "the server said 45\($0)") })
    let delivery = try post.delivery()
    try await post.sendAll(delivery)
    let letters = await post.mail.letters
    #expect(letters.count == 4 && Set(letters).count == 1)
    #expect(delivery.figures.outcomes == [.postponed: 3, .delivered: 1])
    #expect(post.failures.with { $0 } == (0..<3).map { "postponed: the server said 45\($0)" })
  }

  @Test func whatIsRefusedIsReportedOnceAndNotRepeated() async throws {
    let post = try Post()
    for number in 0..<3 { try await post.post("\(number)") }
    await post.mail.fail([MailError(.refused, "the server said 550")])
    let delivery = try post.delivery { $0.concurrent = 1 }
    try await post.sendAll(delivery)
    #expect(await post.mail.letters.count == 3)
    #expect(delivery.figures.outcomes == [.bounced: 1, .delivered: 2])
    #expect(post.failures.with { $0 } == ["bounced: the server said 550"])
  }

  @Test func whatNobodyHasAUseForIsGivenUp() async throws {
    let post = try Post()
    try await post.post("a code", lifetime: 900)
    try await post.post("news", lifetime: 86_400)
    post.now.with { $0 = $0.advanced(bySeconds: 900) }
    let delivery = try post.delivery()
    try await post.sendAll(delivery)
    #expect(await post.mail.subjects == ["news"])
    #expect(delivery.figures.outcomes == [.expired: 1, .delivered: 1])
  }

  /// While the secret changes, whoever has the other one leaves the message to whoever can open it.
  @Test func aMessageOfAnotherSecretIsLeft() async throws {
    let post = try Post()
    try await post.post("Your code")
    let other = try SigningSecret(bytes: [UInt8](101...132))
    let stranger = try post.delivery(seal: Seal(other)) { $0.firstWaitSeconds = 3_000 }
    try await stranger.drain()
    #expect(await post.mail.letters.isEmpty)
    #expect(stranger.figures.outcomes == [.postponed: 1])
    // Sooner than that, whoever has both secrets.
    let again = try Post()
    try await again.post("Your code")
    try await again.sendAll(try again.delivery(seal: Seal(other, previous: again.secret)))
    #expect(await again.mail.subjects == ["Your code"])
  }

  @Test func theQueueIsBounded() async throws {
    var limits = LedgerLimits.standard
    limits.waitingMail = 3
    let post = try Post(limits: limits)
    // Those that do not go out count as all do.
    for number in 0..<3 { try await post.post("\(number)", goesOut: number == 1) }
    let error = await #expect(throws: LedgerError.self) { try await post.post("more") }
    #expect(error?.code == .overloaded)
  }

  /// What was under way when a process ended is sent again once its time is over; no more than that.
  @Test func whatAnotherHadTakenIsSentAgain() async throws {
    let post = try Post()
    for number in 0..<10 { try await post.post("\(number)") }
    let taken = try await post.store.takeMail(limit: 4, seconds: 600)
    let delivery = try post.delivery()
    try await delivery.drain()
    #expect(await post.mail.letters.count == 6)
    for one in taken { try await post.store.postponeMail(one.mail.id, seconds: 0) }
    let run = Task { await delivery.run() }
    #expect(await eventually { await post.mail.letters.count == 10 })
    run.cancel()
    await run.value
    let ids = await post.mail.letters.map(\.id)
    #expect(Set(ids).count == 10 && Set(taken.map(\.mail.id)).isSubset(of: ids.suffix(4)))
  }

  /// No more at a time than there may be; a message posted meanwhile is sent as soon as there is room,
  /// and the end waits for what is under way.
  @Test func theRunningDeliveryIsBoundedAndAwake() async throws {
    let post = try Post()
    await post.mail.shut()
    let delivery = try post.delivery {
      $0.concurrent = 2
      $0.looking = .seconds(600)
    }
    let run = Task { await delivery.run() }
    for number in 0..<5 { try await post.post("\(number)") }
    #expect(await eventually { await post.mail.waiting == 2 })
    await post.mail.open()
    #expect(await eventually { await post.mail.letters.count == 5 })
    await post.mail.shut()
    try await post.post("last")
    #expect(await eventually { await post.mail.waiting == 1 })
    run.cancel()
    await run.value
    await delivery.finish(within: .milliseconds(100))
    #expect(await post.mail.letters.count == 5)
    await post.mail.open()
    await delivery.finish(within: .seconds(60))
    #expect(await post.mail.subjects.last == "last")
    #expect(try await post.store.waitingMail() == 0)
  }

  /// A server that takes nothing is not asked for each of many messages at once.
  @Test func failuresInARowMakeAPause() async throws {
    let post = try Post()
    for number in 0..<40 { try await post.post("\(number)") }
    await post.mail.fail((0..<1_000).map { _ in MailError(.unreachable, "nobody there") })
    let delivery = try post.delivery()
    let begun = ContinuousClock.now
    let run = Task { await delivery.run() }
    #expect(await eventually { await post.mail.letters.count >= 4 })
    try await Task.sleep(for: .milliseconds(300))
    let tried = await post.mail.letters.count
    // After the first ones a few follow each second.
    let seconds = Int((ContinuousClock.now - begun).components.seconds)
    #expect(tried <= 16 + 8 * seconds, "\(tried) tries in \(seconds) s")
    await post.mail.fail([])
    #expect(await eventually { await Set(post.mail.letters.map(\.id)).count == 40 })
    run.cancel()
    await run.value
  }
}
