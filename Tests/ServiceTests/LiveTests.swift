import CivilTime
import Formats
import Geodesy
import JSON
import NIOCore
import Providers
import Quests
import Testing

@testable import Service

/// The parts of a live stream, without sockets and threads.
@Suite struct LiveTests {
  private static let team = TeamID(high: 1, low: 1)
  private static let quest = QuestID(high: 2, low: 1)
  private static let other = QuestID(high: 2, low: 2)
  private static let ann = PersonID(high: 3, low: 1)
  private static let ben = PersonID(high: 3, low: 2)

  private static func reader(
    _ person: PersonID? = nil, isMember: Bool = false, quest: QuestID? = nil,
    after version: Int64 = 0,
    mostWaiting: Int = 4
  ) -> LiveReader {
    LiveReader(
      team, quest: quest,
      viewer: LiveReader.Viewer(person: person, people: isMember ? .ids : .names, credential: nil),
      units: nil,
      after: version, mostWaiting: mostWaiting)
  }

  private static func message(
    _ version: Int64, _ kind: TeamEvent.Kind = .activityLogged, quest: QuestID? = quest,
    audience: LiveMessage.Audience? = nil
  ) -> LiveMessage {
    let event = TeamEvent(
      team: team, version: version, at: Instant(microseconds: 0), kind: kind, quest: quest)
    return LiveMessage(event, LiveEventJSON.Context(), audience: audience)
  }

  private static func text(_ step: LiveReader.Step) -> String {
    guard case .send(let bytes) = step else { return "\(step)" }
    return String(buffer: bytes)
  }

  // MARK: Turns

  private actor Tally {
    private var present = 0
    private(set) var most = 0
    private(set) var done = 0

    func come() {
      present += 1
      most = max(most, present)
    }
    func go() {
      present -= 1
      done += 1
    }
  }

  @Test func aFewHaveTheirTurnAtATime() async throws {
    struct Fault: Error {}
    let (turns, tally) = (Turns(most: 3), Tally())
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<200 {
        group.addTask {
          try? await turns.take {
            await tally.come()
            await Task.yield()
            await tally.go()
            if number % 5 == 0 { throw Fault() }
          }
        }
      }
    }
    #expect(await tally.done == 200)
    #expect(await tally.most <= 3)
    // All turns were given back.
    for _ in 0..<4 { #expect(await turns.take { true }) }
  }

  // MARK: The desk

  @Test func everyReaderGetsEachEventOnce() throws {
    var desk = LiveDesk()
    let (first, second, ahead) = (Self.reader(), Self.reader(), Self.reader())
    func attach(_ reader: LiveReader, _ version: Int64) -> Bool {
      desk.attach(reader, through: version)
    }
    /// Who is given a message.
    func deliver(_ version: Int64) -> Set<ObjectIdentifier> {
      Set(desk.deliver(Self.message(version)).map { ObjectIdentifier($0.reader) })
    }
    func ids(_ readers: LiveReader...) -> Set<ObjectIdentifier> {
      Set(readers.map { ObjectIdentifier($0) })
    }
    #expect(attach(first, 5))
    #expect(desk.versions(of: ChangedTeams.Taken(teams: [Self.team])) == [Self.team: 5])
    #expect(desk.versions(of: ChangedTeams.Taken(areOthers: true)) == [Self.team: 5])
    #expect(desk.versions(of: ChangedTeams.Taken(teams: [TeamID(high: 9, low: 9)])).isEmpty)
    #expect(deliver(6) == ids(first))
    // Whoever lacks what others have must catch up; whoever has more waits for the others.
    #expect(!attach(second, 5))
    #expect(attach(second, 6))
    #expect(attach(ahead, 7))
    #expect(deliver(7) == ids(first, second))
    #expect(deliver(7).isEmpty, "it comes once")
    #expect(deliver(8) == ids(first, second, ahead))
    desk.detach(first)
    desk.detach(first)
    desk.detach(second)
    #expect(desk.count == 1)
    desk.detach(ahead)
    // A team that nobody follows is not read, and begins where the next reader is.
    #expect(desk.versions(of: ChangedTeams.Taken(areOthers: true)).isEmpty)
    #expect(deliver(9).isEmpty)
    #expect(attach(first, 3))
  }

  @Test func streamsOfAQuestHaveNoOther() {
    let reader = Self.reader(quest: Self.quest)
    #expect(LiveDesk.delivery(Self.message(1), to: reader) != nil)
    #expect(LiveDesk.delivery(Self.message(1, quest: Self.other), to: reader) == nil)
    #expect(LiveDesk.delivery(Self.message(1, .teamChanged, quest: nil), to: reader) != nil)
  }

  /// What a change of the team means to each kind of reader.
  @Test(arguments: [
    (isPublic: true, members: [ann, ben], ends: [false, false, false, false]),
    (isPublic: false, members: [ann, ben], ends: [false, false, true, true]),
    (isPublic: true, members: [ann], ends: [false, true, false, false]),
    // Somebody who has joined sees more from now on, and comes again for it.
    (
      isPublic: true, members: [ann, ben, PersonID(high: 3, low: 3)],
      ends: [false, false, true, false]
    ),
    (isPublic: false, members: [], ends: [true, true, true, true]),
  ])
  func accessIsDecidedWithEachChange(
    _ change: (isPublic: Bool, members: [PersonID], ends: [Bool])
  ) {
    let audience = LiveMessage.Audience(isPublic: change.isPublic, members: Set(change.members))
    let readers = [
      Self.reader(Self.ann, isMember: true), Self.reader(Self.ben, isMember: true),
      Self.reader(PersonID(high: 3, low: 3)), Self.reader(),
    ]
    let ends = readers.map { reader in
      if case .end(.accessChanged) =
        LiveDesk.delivery(Self.message(1, .teamChanged, quest: nil, audience: audience), to: reader)
      {
        return true
      }
      return false
    }
    #expect(ends == change.ends)
  }

  // MARK: The box of a reader

  @Test func aFullBoxIsReadAgainFromTheStore() async {
    let reader = Self.reader(after: 10, mostWaiting: 3)
    reader.put(Self.message(11))
    reader.put(Self.message(12))
    #expect(Self.text(await reader.next()).contains("id: 12\n"))
    // While those are sent, more come than there is room for.
    for version in Int64(13)...16 { reader.put(Self.message(version)) }
    guard case .catchUp(let after) = await reader.next() else {
      Issue.record("the box was full")
      return
    }
    #expect(after == 12)
    reader.sent(through: 16)
    reader.put(Self.message(17))
    #expect(Self.text(await reader.next()).hasPrefix("id: 17\n"))
  }

  @Test func anEndComesAfterWhatWaits() async {
    let reader = Self.reader()
    reader.put(Self.message(1))
    reader.end(.shutdown)
    reader.put(Self.message(2))
    #expect(Self.text(await reader.next()).hasPrefix("id: 1\n"))
    guard case .end(.shutdown) = await reader.next() else {
      Issue.record("it ends")
      return
    }
    // One whose token is over gets nothing of what waits.
    let other = Self.reader()
    other.put(Self.message(1))
    other.endNow(.tokenEnded)
    guard case .end(.tokenEnded) = await other.next() else {
      Issue.record("it ends at once")
      return
    }
  }

  @Test func heartbeatsWaitForNothing() async {
    let reader = Self.reader()
    reader.put(Self.message(1))
    reader.putIfIdle(LiveFrame.heartbeat)
    #expect(Self.text(await reader.next()).hasSuffix("}\n\n"))
    // What was taken is still being sent.
    reader.putIfIdle(LiveFrame.heartbeat)
    #expect(reader.isStuck(for: .zero, at: .now + .seconds(1)))
    let next = Task { await reader.next() }
    while reader.isStuck(for: .zero, at: .now + .seconds(1)) { await Task.yield() }
    reader.putIfIdle(LiveFrame.heartbeat)
    #expect(Self.text(await next.value) == ":\n\n")
    let gone = Task { await reader.next() }
    gone.cancel()
    guard case .stop = await gone.value else {
      Issue.record("whoever waits for it is gone")
      return
    }
  }

  @Test func framesAreServerSentEvents() {
    let view = LiveMessage.View(people: .names, units: nil)
    let frame = String(buffer: Self.message(42, .teamChanged, quest: nil).frame(view))
    #expect(
      frame == "id: 42\nevent: team.changed\ndata: {\"kind\":\"team.changed\",\"version\":42,"
        + "\"at\":\"1970-01-01T00:00:00Z\",\"teamId\":\"\(Self.team)\"}\n\n")
  }

  // MARK: What is told

  /// No event tells more of a private walk than progress, and strangers get nobody's id.
  @Test(arguments: TeamEvent.Kind.allCases)
  func noEventTellsMoreThanItMay(_ kind: TeamEvent.Kind) throws {
    let walk = ActivityID(high: 4, low: 4)
    let event = TeamEvent(
      team: Self.team, version: 7, at: Instant(microseconds: 0), kind: kind, quest: Self.quest,
      person: Self.ann, activity: walk, milestone: .percent(25), total: Distance(micrometers: 5),
      plan: 1)
    let context = LiveEventJSON.Context(names: [Self.ann: "Ann"])
    let schemas = API().schemas
    for (event, isPrivate) in [(event, false), (event.anonymous, true)] {
      for shown in PeopleShown.allCases {
        let isForMembers = shown == .ids
        let text = LiveEventJSON.value(event, context, shown: shown).text()
        let json = try JSONReader.read(text)
        var checking = SchemaChecking(schemas, zones: ZoneCatalog())
        checking.check(json, .named(LiveEventJSON.schemaName(event.kind)))
        #expect(checking.faults.isEmpty, "\(event.kind): \(checking.faults)")
        let plain = String(decoding: text, as: UTF8.self)
        #expect(plain.contains("\"kind\":\"\(event.kind.rawValue)\""))
        let names = (person: plain.contains("Ann"), id: plain.contains(Self.ann.description))
        let isOfPerson = kind.isOfActivity || kind.rawValue.hasPrefix("member.")
        #expect(names.id == (isOfPerson && isForMembers && !isPrivate))
        // Who walks is seen by all who see the team; who joins and leaves by members alone.
        #expect(
          names.person
            == (!isPrivate && shown != .nobody
              && (kind.isOfActivity || isOfPerson && isForMembers)))
        #expect(
          plain.contains(walk.description) == (kind.isOfActivity && isForMembers && !isPrivate))
        if isPrivate { #expect(!event.kind.isOfActivity) }
      }
    }
  }
}
