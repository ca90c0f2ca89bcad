import Formats
import HTTPTypes
import Hummingbird

/// Everything that is served: the endpoints with their schemas, and the router made from them.
struct API: Sendable {
  static let version = "1.0.0"

  let endpoints: [Endpoint]
  let schemas: NamedSchemas

  init() {
    let resources: [(endpoints: [Endpoint], schemas: [NamedSchema])] = [
      (AuthResource.endpoints, AuthResource.schemas),
      (MeResource.endpoints, MeResource.schemas),
      (DashboardResource.endpoints, DashboardResource.schemas),
      (KeyResource.endpoints, KeyResource.schemas),
      (TeamResource.endpoints, TeamResource.schemas),
      (MemberResource.endpoints, MemberResource.schemas),
      (InviteResource.endpoints, InviteResource.schemas),
      (ActivityResource.endpoints, ActivityResource.schemas),
      (RouteResource.endpoints, RouteResource.schemas),
      (QuestResource.endpoints, QuestResource.schemas),
      (ProgressResource.endpoints, ProgressResource.schemas),
      (MapResource.endpoints, MapResource.schemas),
      (WalkerResource.endpoints, WalkerResource.schemas),
      (SystemResource.endpoints, []),
    ]
    endpoints = resources.flatMap(\.endpoints)
    schemas = NamedSchemas(CommonSchemas.all + resources.flatMap(\.schemas))
  }

  var description: OpenAPI {
    OpenAPI(endpoints: endpoints, schemas: schemas, version: Self.version)
  }

  /// Routes each method and path to its endpoint, and the rest to an answer that says what there is.
  func responder(_ pipeline: Pipeline) -> some HTTPResponder<ServiceContext> {
    let router = Router(context: ServiceContext.self)
    var methods: [String: [HTTPRequest.Method]] = [:]
    for endpoint in endpoints {
      methods[endpoint.path, default: []].append(endpoint.method)
      let path = RouterPath(stringLiteral: endpoint.path)
      let operation = Operation(endpoint, schemas, pipeline.backend)
      router.on(path, method: endpoint.method) { request, context in
        await pipeline.respond(operation, to: request, context)
      }
      if endpoint.method == .get {
        methods[endpoint.path]!.append(.head)
        router.on(path, method: .head) { request, context in
          await pipeline.respond(operation, to: request, context)
        }
      }
    }
    for (path, allowed) in methods {
      for method in Self.methods where !allowed.contains(method) {
        router.on(RouterPath(stringLiteral: path), method: method) { request, context in
          if let answer = pipeline.preflight(request, allowed: allowed) { return answer }
          return await pipeline.respond(nil, allowed: allowed, to: request, context)
        }
      }
    }
    return Fallback(known: router.buildResponder(), pipeline: pipeline)
  }

  private static let methods: [HTTPRequest.Method] = [
    .get, .head, .post, .put, .patch, .delete, .options, .trace,
  ]

  /// Answers what no route knows.
  private struct Fallback<Known: HTTPResponder<ServiceContext>>: HTTPResponder {
    let known: Known
    let pipeline: Pipeline

    func respond(to request: Request, context: ServiceContext) async throws -> Response {
      // A method that nobody has heard of is as little possible as one that no path has.
      var head = request.head
      if !API.methods.contains(head.method) { head.method = .trace }
      let response = try await known.respond(
        to: Request(head: head, body: request.body), context: context)
      // The router answers by itself where it finds nothing, and then without a request's name.
      guard response.status == .notFound, response.headers[Pipeline.requestIDName] == nil else {
        return response
      }
      return await pipeline.respond(nil, to: request, context)
    }
  }
}
