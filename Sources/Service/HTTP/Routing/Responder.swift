import Hummingbird

/// Leads each request to its operation and takes it through the pipeline.
struct Responder: HTTPResponder {
  private let router: Router<Operation>
  private let pipeline: Pipeline

  init(_ api: API, _ pipeline: Pipeline) {
    var router = Router<Operation>()
    for endpoint in api.endpoints {
      router.add(
        endpoint.method, endpoint.path.segments, Operation(endpoint, api.schemas, pipeline.backend))
    }
    self.router = router
    self.pipeline = pipeline
  }

  func respond(to request: Request, context: ServiceContext) async -> Response {
    await pipeline.respond(to: request, router.match(request.uri.path), context)
  }
}
