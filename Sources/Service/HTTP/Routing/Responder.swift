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
    await pipeline.respond(to: request, router.match(request.uri.path), context, at: clock())
  }
}
