import CivilTime
import Formats
import HTTPTypes
import JSON
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
    /// Anyone, as `anyone`; a private link shows its quest too, where the answer is about people only
    /// if the link shows names.
    case shared(namesPeople: Bool)
    /// Only whoever shows a private link.
    case link
    /// Anyone, to show who they are: a good token names the device, a bad one keeps nobody out.
    case signIn
    /// Somebody who has signed in, or an API key with a scope.
    case person(AccessScopes)
    /// Only somebody who has signed in, and whose session the store still has: for what grants,
    /// reveals all or changes how somebody signs in.
    case session

    /// Whether the store is asked for the caller's session or key: what gives others access, reveals
    /// all or cannot be taken back is refused at once when that has ended, and not when the token
    /// expires.
    var asksForSession: Bool {
      switch self {
      case .session: true
      case .person(let scopes): !scopes.isDisjoint(with: [.manage, .operate])
      case .open, .anyone, .shared, .link, .signIn: false
      }
    }
  }

  /// What a request's body holds.
  enum Body: Sendable {
    case none
    case json(JSONBody)
    /// A file, as it is.
    case file(types: [String])
  }

  enum BodyLimit: Sendable {
    case small, batch
    /// One that holds a file as a text.
    case upload
  }

  /// A JSON body with the type that it is read into.
  struct JSONBody: Sendable {
    let named: NamedSchema
    let limit: BodyLimit
    let itemsField: String?
    let takesForm: Bool
    let read: @Sendable (JSONNode, BodyRules, Instant) throws(Problem) -> any BodyContent

    fileprivate init<Content: BodyContent>(_ content: Content.Type, limit: BodyLimit) {
      let schema = Content.schema
      named = NamedSchema(Content.schemaName, Content.schemaNote, schema)
      self.limit = limit
      itemsField = Content.itemsField
      takesForm = Content.takesForm
      read = { node, rules, now throws(Problem) in
        try Content.read(node, as: schema, by: rules, now: now)
      }
    }
  }

  struct Answer: Sendable {
    struct Content: Sendable {
      let mediaType: String
      let schema: Schema

      init(_ mediaType: String, _ schema: Schema) {
        self.mediaType = mediaType
        self.schema = schema
      }
    }

    let status: Int
    let note: String
    /// What it may hold; empty where it has no body.
    let contents: [Content]

    init(_ status: Int, _ note: String, mediaType: String = "application/json", _ schema: Schema) {
      self.init(status, note, [Content(mediaType, schema)])
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
      Answer(200, "A page.", .named(name + NamedSchema.pageSuffix))
    }
    static let nothing = Answer(204, "Done.", [])
  }

  let method: HTTPRequest.Method
  let path: PathTemplate
  /// Its name for programs, such as `createTeam`.
  let operation: String
  let summary: String
  let details: String
  let tag: String
  let access: Access
  /// Those of the path first.
  let parameters: [ParameterKey]
  /// Whether parameters that it does not list are passed over: where others make the address.
  let takesOtherParameters: Bool
  let body: Body
  let answers: [Answer]
  /// Whether most of its time is waiting: in the line for heavy work, for another server, or for something to happen.
  let waitsInLine: Bool
  /// What it may refuse with, beside what every endpoint may.
  let problems: [Problem.Code]
  let handle: @Sendable (Call) async throws -> Reply

  /// - Parameter parameters: those that the path does not hold.
  init(
    _ method: HTTPRequest.Method, _ path: PathTemplate, _ operation: String, _ summary: String,
    details: String = "", tag: String, access: Access, parameters: [ParameterKey] = [],
    takesOtherParameters: Bool = false, body: Body = .none, answers: [Answer],
    waitsInLine: Bool = false, problems: [Problem.Code] = [],
    handle: @escaping @Sendable (Call) async throws -> Reply
  ) {
    self.method = method
    self.path = path
    self.operation = operation
    self.summary = summary
    self.details = details
    self.tag = tag
    self.access = access
    self.parameters = path.parameters + parameters
    self.takesOtherParameters = takesOtherParameters
    self.body = body
    self.answers = answers
    self.waitsInLine = waitsInLine
    self.problems = problems
    self.handle = handle
  }

  /// One that takes a JSON body, which its handler gets as a value.
  convenience init<Content: BodyContent>(
    _ method: HTTPRequest.Method, _ path: PathTemplate, _ operation: String, _ summary: String,
    details: String = "", tag: String, access: Access, parameters: [ParameterKey] = [],
    body: Content.Type, limit: BodyLimit = .small, answers: [Answer],
    waitsInLine: Bool = false, problems: [Problem.Code] = [],
    handle: @escaping @Sendable (Call, Content) async throws -> Reply
  ) {
    self.init(
      method, path, operation, summary, details: details, tag: tag, access: access,
      parameters: parameters, body: .json(JSONBody(body, limit: limit)), answers: answers,
      waitsInLine: waitsInLine, problems: problems
    ) { call in
      guard let content = call.body as? Content else {
        preconditionFailure("\(call.endpoint.operation) was called without its body")
      }
      return try await handle(call, content)
    }
  }

  var takesBody: Bool { if case .none = body { false } else { true } }

  /// Whether its body is a file, or holds one.
  var takesFile: Bool {
    switch body {
    case .file: true
    case .json(let content): content.limit == .upload
    case .none: false
    }
  }

  /// What of an answer comes where `fields` picks from it; all of it fits too.
  func described(_ schema: Schema, of answer: Answer) -> Schema {
    picksFields && answer.status == 200 ? schema.selection : schema
  }

  /// Whether lengths of its answer come as texts too.
  var tellsLengths: Bool { parameters.contains { $0 === ParameterKey.units } }

  /// Whether it is a list that comes in pages.
  var hasPages: Bool { parameters.contains { $0 === ParameterKey.cursor } }

  /// Whether `fields` picks from its answer.
  var picksFields: Bool { parameters.contains { $0 === ParameterKey.fields } }
}
