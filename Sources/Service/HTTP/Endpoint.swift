import Formats
import HTTPTypes
import Quests

/// One thing that the API does: what is served and what is described are made from the same value.
///
/// A class, so that each request that passes it on counts one reference and not those of its parts.
final class Endpoint: Sendable {
  /// Who may call it at all; what they may do there is `Authority`'s to decide.
  enum Access: Sendable, Equatable {
    /// Anyone; a token is not looked at.
    case open
    /// Anyone; a token shows more.
    case anyone
    /// Somebody who has signed in, or an API key with a scope.
    case person(AccessScopes)
    /// Only somebody who has signed in.
    case session
  }

  struct Parameter: Sendable {
    enum Place: String, Sendable { case path, query, header }
    let name: String
    let place: Place
    let schema: Schema
    let note: String
    let isRequired: Bool
    /// Whether commas part several values.
    let isList: Bool

    init(
      _ name: String, in place: Place = .query, _ schema: Schema, _ note: String,
      isRequired: Bool = false, isList: Bool = false
    ) {
      self.name = name
      self.place = place
      self.schema = schema
      self.note = note
      self.isRequired = isRequired
      self.isList = isList
    }

    static let limit = Parameter(
      "limit", .integer(1...500), "How many items at most; 50 by default.")
    static let cursor = Parameter(
      "cursor", .text(1...400), "Where to go on: from the `next` of the page before.")
    static let units = Parameter(
      "units", .words(["mi", "km", "m"]), "Adds lengths as texts for people, such as `12.6 mi`.")
    static let fields = Parameter(
      "fields", .text(1...1_000),
      "Picks fields of the answer: names with commas between, nested ones with dots, such as "
        + "`id,pace.arrival`. In a page they are picked from its items.")
    static let at = Parameter(
      "at", .instant,
      "A past moment: what was walked up to then, as the ledger has it now, late walks and edits "
        + "included.")
    static let ifMatch = Parameter(
      "If-Match", in: .header, .text(1...200),
      "The `ETag` of what you have, or its revision as `\"3\"`: where somebody has changed it "
        + "since, nothing is done and the answer is 412.")
    static let idempotencyKey = Parameter(
      "Idempotency-Key", in: .header, .text(1...200),
      "Your own name for this creation, kept for 24 hours: the same request again creates nothing "
        + "twice and gets the same answer.")
  }

  /// What a request's body holds.
  enum Body: Sendable {
    case none
    /// JSON of a named schema.
    case json(String, limit: BodyLimit = .small)
    /// A file, as it is.
    case file(types: [String])
  }

  enum BodyLimit: Sendable { case small, batch, upload }

  struct Answer: Sendable {
    struct Content: Sendable {
      let mediaType: String
      /// Nil where it is not JSON.
      let schema: Schema?

      init(_ mediaType: String, _ schema: Schema? = nil) {
        self.mediaType = mediaType
        self.schema = schema
      }
    }

    let status: Int
    let note: String
    /// What it may hold; empty where it has no body.
    let contents: [Content]

    init(_ status: Int, _ note: String, mediaType: String = "application/json", _ schema: Schema?) {
      self.init(status, note, mediaType.isEmpty ? [] : [Content(mediaType, schema)])
    }

    init(_ status: Int, _ note: String, _ contents: [Content]) {
      self.status = status
      self.note = note
      self.contents = contents
    }

    static func ok(_ name: String, _ note: String = "As it stands.") -> Answer {
      Answer(200, note, .named(name))
    }
    static func created(_ name: String, _ note: String = "As it was created.") -> Answer {
      Answer(201, note, .named(name))
    }
    /// A page of items.
    static func page(of name: String) -> Answer {
      Answer(
        200, "A page.",
        .object([
          .init("items", .array(.named(name), count: 0...500)),
          .init("next", .nullable(.text(1...2_000)), "The address of the next page."),
        ]))
    }
    static let nothing = Answer(204, "Done.", mediaType: "", nil)
  }

  let method: HTTPRequest.Method
  /// With `{names}` of parameters.
  let path: String
  /// Its name for programs, such as `createTeam`.
  let operation: String
  let summary: String
  let details: String
  let tag: String
  let access: Access
  let parameters: [Parameter]
  let body: Body
  let answers: [Answer]
  /// What it may refuse with, beside what every endpoint may.
  let problems: [Problem.Code]
  let handle: @Sendable (Call) async throws -> Reply

  /// - Parameter parameters: those of the path are added where they are ids.
  init(
    _ method: HTTPRequest.Method, _ path: String, _ operation: String, _ summary: String,
    details: String = "", tag: String, access: Access, parameters: [Parameter] = [],
    body: Body = .none, answers: [Answer], problems: [Problem.Code] = [],
    handle: @escaping @Sendable (Call) async throws -> Reply
  ) {
    self.method = method
    self.path = path
    self.operation = operation
    self.summary = summary
    self.details = details
    self.tag = tag
    self.access = access
    let named = path.split(separator: "/").filter { $0.first == "{" }.map {
      $0.dropFirst().prefix { $0 != "}" }
    }
    let inPath = named.filter { name in !parameters.contains { $0.name == name } }.map {
      Parameter(String($0), in: .path, .uuid, "The id.", isRequired: true)
    }
    self.parameters = inPath + parameters
    self.body = body
    self.answers = answers
    self.problems = problems
    self.handle = handle
  }

  /// Whether its body is a file.
  var takesFile: Bool { if case .file = body { true } else { false } }

  /// Whether `fields` picks from its answer.
  var picksFields: Bool { parameters.contains { $0.name == Parameter.fields.name } }
}
