import ArgumentParser
import CivilTime
import JSON
import Providers
import Quests

struct Probe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Walk through a running service as a monitor does.",
    discussion: """
      Asks whether it lives and is ready, and for the public quests, with the place and the map of one. \
      One line a step with its time; exit code 1 where a step fails.

      milequest probe https://quests.example

      With an API key it also logs a walk of one metre, sends it again, waits for its event, reads the \
      new total and deletes the walk. The key needs the scopes read and log. Make it for an account \
      of the monitor's own, whose team has a quest of its own: other people then see nothing of it.

      milequest probe https://quests.example --key-file probe.key
      """)

  @Argument(
    help: ArgumentHelp(
      "The service, such as https://quests.example; local for the one on this machine, at the port that MILEQUEST_PORT names, else 8080.",
      valueName: "url"))
  var url: String

  @Option(
    help: ArgumentHelp(
      "The file with an API key, which its owner alone can read; without it nothing is logged.",
      valueName: "file"), completion: .file())
  var keyFile: String?

  @Option(
    help: ArgumentHelp(
      "For https: a file of certificates (PEM) to trust in place of the system's.",
      valueName: "file"), completion: .file())
  var certificates: String?

  @Option(help: ArgumentHelp("The seconds that a step may take.", valueName: "seconds"))
  var timeout = 10.0

  @Option(help: "text for people, json for programs.")
  var format = OutputFormat.text

  func validate() throws {
    guard timeout >= 0.1, timeout <= 600 else {
      throw ValidationError("--timeout: a step may take 0.1 to 600 seconds")
    }
  }

  func run() async throws {
    try await reportingFailures {
      let service = try RunningServiceAddress(url, certificates: certificates)
      var key: String?
      if let keyFile {
        do throws(IdentityError) { key = try SecretText.load(file: keyFile) } catch {
          throw Failure(.usage, "--key-file: \(error.message)")
        }
      }
      var probe = ProbeRun(service, key: key, timeout: .seconds(timeout))
      await probe.read()
      if key != nil, probe.isGood { await probe.walk() }
      switch format {
      case .text: try printOut(probe.text)
      case .json: try printOut(probe.json)
      }
      if !probe.isGood { throw ExitCode(1) }
    }
  }
}

extension ProbeRun {
  /// What anybody may read.
  fileprivate mutating func read() async {
    let lives = await step("alive") { probe in
      let answer = try await probe.ask(.get, "/healthz", expecting: 200)
      guard answer["status"]?.string == "ok" else {
        throw Wrong(text: "what answers there is not Mile Quest")
      }
      return (true, "the process runs")
    }
    guard lives != nil else { return }
    let isReady = await step("ready") { probe in
      _ = try await probe.ask(.get, "/readyz", expecting: 200)
      return (true, "requests can be answered")
    }
    guard isReady != nil else { return }
    let quest: String?? = await step("quests") { probe in
      let page = try await probe.ask(
        .get, "/v1/quests?bbox=-180,-90,180,90&limit=1", expecting: 200)
      let quest = page["items"]?.array?.first?["questId"]?.string
      return (quest, quest == nil ? "no public quest yet" : "there are public quests")
    }
    guard case .some(.some(let quest)) = quest else { return }
    _ = await step("place") { probe in
      let progress = try await probe.ask(.get, "/v1/quests/\(quest)/progress", expecting: 200)
      guard let name = progress["questName"]?.string, progress["position"] != nil else {
        throw Wrong(text: "the answer has no position")
      }
      return (true, "of “\(name)”")
    }
    _ = await step("map") { probe in
      let map = try await probe.ask(.get, "/v1/quests/\(quest)/map?tolerance=1000", expecting: 200)
      guard let features = map["features"]?.array, !features.isEmpty else {
        throw Wrong(text: "there is nothing on the map")
      }
      return (true, RouteInput.count(features.count, "feature"))
    }
  }

  /// A walk that counts, is seen to count, and is taken back.
  fileprivate mutating func walk() async {
    var source = SystemRandomNumberGenerator()
    let id = ActivityID.random(using: &source)
    let walk = JSONValue.object([
      ("id", .string(id.description)), ("startedAt", .string(Instant.now.description)),
      ("distanceMeters", .integer(1)), ("private", .bool(true)), ("note", .string("probe")),
    ])
    let logged = await step("log") { probe in
      let answer = try await probe.ask(.post, "/v1/activities", walk, expecting: 201)
      guard let team = answer["teams"]?.array?.first, let quest = team["questId"]?.string,
        let version = team["versionBefore"]?.int64
      else {
        throw Wrong(
          text: answer["uncounted"]?.array?.first?["text"]?.string
            ?? "the walk counts for no quest: let the key's account found a team with a quest")
      }
      return ((quest: quest, version: version), "it counts")
    }
    if let logged {
      _ = await step("again") { probe in
        _ = try await probe.ask(.post, "/v1/activities", walk, expecting: 200)
        return (true, "it counts once")
      }
      _ = await step("event") { probe in
        // The answer comes before the time for the step is over.
        let wait = min(max(Int(probe.timeout / .seconds(1)) - 1, 0), 25)
        let page = try await probe.ask(
          .get, "/v1/quests/\(logged.quest)/events/page?after=\(logged.version)&wait=\(wait)",
          expecting: 200)
        guard page["items"]?.array?.isEmpty == false else {
          throw Wrong(text: "no event of the walk came within \(wait) seconds")
        }
        return (true, "it is announced")
      }
      _ = await step("total") { probe in
        let progress = try await probe.ask(
          .get, "/v1/quests/\(logged.quest)/progress", expecting: 200)
        guard let version = progress["teamVersion"]?.int64, version > logged.version else {
          throw Wrong(text: "the total is older than the walk")
        }
        return (true, "it shows the walk")
      }
    }
    // Also where it was said to have failed: it may have been logged nevertheless.
    _ = await step("delete") { probe in
      _ = try await probe.ask(
        .delete, "/v1/activities/\(id)", expecting: logged == nil ? 404 : 200, 200)
      return (true, "the walk is taken back")
    }
  }
}
