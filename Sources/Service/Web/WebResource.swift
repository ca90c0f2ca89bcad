import Formats
import Geodesy
import HTTPTypes
import Providers
import Quests

/// The pages and files of the browser client. They are for people, so the API's description leaves
/// them out.
struct WebResource: Sendable {
  let files: WebFiles
  private let policy: String
  /// That of pages in frames of others.
  private let framePolicy: String
  private static let tag = "Pages"
  private static let pageType = "text/html; charset=utf-8"

  /// - Parameters:
  ///   - tileStyle: the address of a style by which browsers draw tiles.
  ///   - realtime: the service outside that browsers connect to for live events.
  ///   - framers: the origins whose pages may show public quests in frames.
  init(
    _ files: WebFiles, tileStyle: String?, realtime: (any RealtimeSubscriptions)? = nil,
    framedBy framers: [String] = []
  ) {
    self.files = files
    let tiles = tileStyle.flatMap(Self.origin)
    let socket = realtime?.connection.origin
    policy = WebPage.policy(tiles: tiles, socket: socket)
    framePolicy = WebPage.policy(tiles: tiles, socket: socket, framedBy: framers)
  }

  /// Scheme and host of an address; nil for one of the service itself.
  private static func origin(of address: String) -> String? {
    let parts = address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].hasSuffix(":"), !parts[2].isEmpty else { return nil }
    return "\(parts[0])//\(parts[2])"
  }

  // MARK: Endpoints

  var endpoints: [Endpoint] {
    [
      page(
        "/", "showExplore", title: "Mile Quest",
        description: "Teams log walks, and their miles move a marker along a real route.",
        "<h1>Explore quests</h1><p>Teams log walks, and their miles move a marker along a real "
          + "route.</p>"),
      page(
        "/view", "showLinkedQuest", title: "Private link · Mile Quest",
        description: "A quest by a private link.", "<h1>Quest</h1>", isListed: false,
        referrer: "no-referrer"),
      page(
        "/sign-in", "showSignIn", title: "Sign in · Mile Quest",
        description: "Sign in to log walks.", "<h1>Sign in</h1>"),
      page(
        "/sign-up", "showSignUp", title: "Sign up · Mile Quest",
        description: "Make an account and walk with a team.", "<h1>Sign up</h1>"),
      page(
        "/reset", "showReset", title: "New password · Mile Quest",
        description: "Choose a new password.", "<h1>New password</h1>", isListed: false),
      page(
        "/walks", "showWalks", title: "Your walks · Mile Quest",
        description: "Log a walk, and see those that you have logged.", "<h1>Your walks</h1>",
        isListed: false),
      page(
        "/designer", "showDesigner", title: "Designer · Mile Quest",
        description: "Check a route's file, mend it, put waypoints on it, and start a quest.",
        "<h1>Route designer</h1>"),
      page(
        "/teams", "showTeams", title: "Your teams · Mile Quest",
        description: "Make a team, and see those that you are in.", "<h1>Your teams</h1>",
        isListed: false),
      page(
        "/teams/\(.teamPage)", "showTeam", title: "Team · Mile Quest", at: "/teams",
        description: "A team's members, invites and quests.", "<h1>Team</h1>", isListed: false),
      page(
        "/invites/\(.invitePage)", "showInvite", title: "Invitation · Mile Quest", at: "/",
        description: "You are invited to walk with a team.", "<h1>Invitation</h1>",
        isListed: false),
      page(
        "/me", "showMe", title: "Your account · Mile Quest",
        description: "Units, mails, sessions, keys, and your data.", "<h1>Your account</h1>",
        isListed: false),
      page(
        "/operator", "showOperator", title: "Operator · Mile Quest",
        description: "How the service is used.", "<h1>Operator</h1>", isListed: false),
      Endpoint(
        .get, "/embed/quests/\(.questPage)", "showEmbeddedQuest",
        "The page of a public quest for frames of other sites", tag: Self.tag, access: .open,
        takesOtherParameters: true,
        answers: [
          Endpoint.Answer(200, "The page.", mediaType: Self.pageType, .text()),
          Endpoint.Answer(
            404, "The page of a quest that is not for everyone.", mediaType: Self.pageType, .text()),
        ], handle: embeddedQuest),
      Endpoint(
        .get, "/service-worker.js", "getWorker",
        "What keeps the client for times without a connection",
        tag: Self.tag, access: .open, takesOtherParameters: true,
        answers: [Endpoint.Answer(200, "The script.", mediaType: "*/*", .file)]
      ) { [self] call in
        guard let worker = files.files[files.worker] else {
          throw Problem(.notFound, "the client has no such file")
        }
        var reply = reply(file: worker, call, caching: .briefly)
        // A worker asks for files under the policy that its own script came with.
        reply.policy = "default-src 'none'; connect-src 'self'"
        return reply
      },
      Endpoint(
        .get, "/quests/\(.questPage)", "showQuest", "The page of a quest", tag: Self.tag,
        access: .anyone, takesOtherParameters: true,
        answers: [
          Endpoint.Answer(200, "The page.", mediaType: Self.pageType, .text()),
          Endpoint.Answer(
            404, "The page of a quest that is not for everyone.", mediaType: Self.pageType, .text()),
        ], handle: quest),
      Endpoint(
        .get, "/assets/\(.file)", "getFile", "A file of the browser client", tag: Self.tag,
        access: .open, takesOtherParameters: true,
        answers: [Endpoint.Answer(200, "The file.", mediaType: "*/*", .file)], handle: file),
    ]
  }

  private func page(
    _ path: PathTemplate, _ operation: String, title: String, at place: String? = nil,
    description: String, _ body: String, isListed: Bool = true, referrer: String = "same-origin"
  ) -> Endpoint {
    let page = WebPage(
      title: title, description: description, path: place ?? path.description, body: body,
      isListed: isListed, referrer: referrer)
    return Endpoint(
      .get, path, operation, title, tag: Self.tag, access: .open, takesOtherParameters: true,
      answers: [Endpoint.Answer(200, "The page.", mediaType: Self.pageType, .text())]
    ) { [self] call in reply(page, call) }
  }

  // MARK: What they do

  private func reply(
    _ page: WebPage, _ call: Call, status: HTTPResponse.Status = .ok
  ) -> Reply {
    reply(page, at: call.backend.documents.address(askedAt: call.host), status: status)
  }

  /// The page for an address where nothing is.
  ///
  /// - Parameter address: of the service, without a slash at its end.
  func missing(at address: String) -> Reply {
    let page = WebPage(
      title: "No such page · Mile Quest", description: "Nothing is at this address.", path: "/",
      body: "<h1>No such page</h1><p>Nothing is at this address. "
        + "<a href=\"/\">See all quests</a>.</p>", isListed: false)
    return reply(page, at: address, status: .notFound)
  }

  private func reply(
    _ page: WebPage, at address: String, status: HTTPResponse.Status
  ) -> Reply {
    let html = page.html(files, at: address)
    var reply = Reply(
      status, .bytes(html, mediaType: Self.pageType),
      caching: status == .ok ? .briefly : .forbidden)
    reply.policy = page.isFrame ? framePolicy : policy
    reply.isFramed = page.isFrame
    reply.headers[Self.referrerPolicy] = page.referrer
    if !page.isListed { reply.headers[Self.robots] = "noindex" }
    return reply
  }

  private static let robots = HTTPField.Name("X-Robots-Tag")!
  private static let referrerPolicy = HTTPField.Name("Referrer-Policy")!

  /// Of a quest that is not public the page says nothing, and neither whether there is one: those who
  /// may see it are shown it by the script, which knows who they are.
  private func quest(_ call: Call) async throws -> Reply {
    guard let page = try await publicQuest(call) else {
      let page = WebPage(
        title: "Mile Quest", description: "A team's quest.", path: "/quests",
        body: "<h1>Quest</h1><p>This quest is not there, or you have to sign in to see it.</p>",
        isListed: false)
      return reply(page, call, status: .notFound)
    }
    return reply(page, call)
  }

  /// A frame of another site knows nobody: it shows what everyone may see.
  private func embeddedQuest(_ call: Call) async throws -> Reply {
    guard var page = try await publicQuest(call) else {
      let page = WebPage(
        title: "Mile Quest", description: "A team's quest.", path: "/quests",
        body: "<h1>Quest</h1><p>This quest is not there, or it is not public.</p>",
        isListed: false, isFrame: true)
      return reply(page, call, status: .notFound)
    }
    page.isListed = false
    page.isFrame = true
    return reply(page, call)
  }

  /// The page of a quest that everyone may see, nil for any other.
  private func publicQuest(_ call: Call) async throws -> WebPage? {
    guard let id = QuestID(call[.questPage]),
      let glance = try await call.backend.ledger.glance(at: id, by: nil), glance.team.isPublic,
      let standing = try await call.backend.ledger.standing(of: id, now: call.now, past: nil)
    else { return nil }
    return Self.page(of: standing, team: glance.team.name)
  }

  private static func page(of standing: QuestStanding, team: String) -> WebPage {
    let quest = standing.record.quest
    let scale = standing.plan.scale
    func text(_ distance: Distance) -> String {
      "\(distance.textForPeople(.metric)) (\(distance.textForPeople(.imperial)))"
    }
    let hundredths = scale.percentMillionths(of: standing.total) / 10_000
    let percent = "\(hundredths / 100).\(hundredths % 100 / 10) %"
    let figures =
      "\(team) has walked \(text(max(standing.total, .zero))) of \(text(scale.questLength)): \(percent)."
    let escaped = WebPage.escaped
    let path = "/quests/\(quest.id)"
    let picture = "/v1/quests/\(quest.id)/card.png"
    return WebPage(
      title: "\(quest.name) · \(team)", description: figures, path: path, picture: picture,
      body: "<h1>\(escaped(quest.name))</h1><p>\(escaped(figures))</p>"
        + "<noscript><p><img class=\"card\" src=\"\(picture)\" width=\"1200\" height=\"630\" "
        + "alt=\"Map of the quest\"></p></noscript>")
  }

  private func file(_ call: Call) async throws -> Reply {
    guard let file = files.files[call[.file]] else {
      throw Problem(.notFound, "the client has no such file")
    }
    return reply(file: file, call, caching: .forever)
  }

  private func reply(file: WebFiles.File, _ call: Call, caching: Reply.Caching) -> Reply {
    let isCompressed =
      file.compressed != nil && Compression.takesGzip(call.headers[.acceptEncoding] ?? "")
    let bytes = isCompressed ? file.compressed ?? file.bytes : file.bytes
    var reply = Reply(.ok, .bytes(bytes, mediaType: file.mediaType), caching: caching)
    reply.headers[.eTag] = isCompressed ? file.compressedTag : file.tag
    if isCompressed { reply.headers[.contentEncoding] = "gzip" }
    reply.headers.vary(by: "Accept-Encoding")
    return reply
  }
}

extension ParameterKey {
  fileprivate static let questPage = Parameter<String>(
    inPath: "quest", .text(1...100), "The quest's id.")
  fileprivate static let teamPage = Parameter<String>(
    inPath: "team", .text(1...100), "The team's id.")
  fileprivate static let invitePage = Parameter<String>(
    inPath: "code", .text(1...100), "The invite's code.")
  fileprivate static let file = Parameter<String>(
    inPath: "file", .text(1...120), "The file's name.")
}
