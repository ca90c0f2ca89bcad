import CivilTime
import Hummingbird

/// Leads each request to its operation and takes it through the pipeline.
struct Responder: HTTPResponder {
  private let router: Router<Operation>
  private let pipeline: Pipeline
  private let clock: @Sendable () -> Instant

  init(
    _ endpoints: [Endpoint], _ schemas: NamedSchemas, _ backend: Backend, _ pipeline: Pipeline
  ) {
    var router = Router<Operation>()
    for endpoint in endpoints {
      router.add(endpoint.method, endpoint.path.segments, Operation(endpoint, schemas, backend))
    }
    self.router = router
    self.pipeline = pipeline
    clock = backend.clock
  }

  func respond(to request: Request, context: ServiceContext) async -> Response {
    let match = router.match(request.uri.path)
    let now = clock()
    guard match?.methods[request.method]?.isEndless == true else {
      return await pipeline.respond(to: request, match, context, at: now)
    }
    // A task keeps the memory of its deepest calls until it ends. That of a stream does not end, so the
    // calls that lead to it are made in one that does.
    async let response = pipeline.respond(to: request, match, context, at: now)
    return await response
  }
}
