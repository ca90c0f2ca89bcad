import CivilTime
import Hummingbird
import Providers

/// Takes each request through the same steps, in the order of `respond`.
///
/// Each step is a value with one concern and a file of its own; it changes the exchange and knows no
/// other step. They are called one after the other, with no closures between them.
struct Pipeline: Sendable {
  private let crossOrigin: CrossOriginSharing
  private let naming = RequestNaming()
  private let hosts = HostCheck()
  private let addresses: ClientAddress
  private let authentication: Authentication
  private let rates: Rates
  private let admission: Admission
  private let shedding: Shedding
  private let reading: RequestReading
  private let handling = Handling()
  private let checking: AnswerChecking?
  private let problems: ProblemAnswers
  private let missing: MissingPage
  private let rendering: Rendering
  private let tagging = Tagging()
  private let compression = Compression()
  private let caching = Caching()
  private let measuring: Measuring
  private let tracing: Tracing
  private let log: RequestLog

  /// - Parameter web: the browser client; nil for none.
  init(
    backend: Backend, settings: ServiceSettings, schemas: NamedSchemas, identity: any Identity,
    rates: Rates, web: WebResource? = nil
  ) {
    rendering = Rendering(isEncrypted: settings.certificate != nil)
    crossOrigin = CrossOriginSharing(settings)
    addresses = ClientAddress(trustedProxies: settings.trustedProxies)
    authentication = Authentication(identity: identity, links: backend.links)
    admission = Admission(identity: identity)
    self.rates = rates
    shedding = Shedding(overload: backend.overload, logger: backend.logger)
    reading = RequestReading(backend: backend, shedding: shedding)
    checking =
      settings.checksAnswers ? AnswerChecking(schemas: schemas, zones: backend.zones) : nil
    problems = ProblemAnswers(backend: backend)
    missing = MissingPage(web: web, documents: backend.documents)
    measuring = Measuring(backend.metrics)
    tracing = Tracing(backend.spans)
    log = RequestLog(backend.logger, logsAll: settings.logsRequests)
  }

  /// - Parameter match: what the request's path leads to.
  func respond(
    to request: Request, _ match: Router<Operation>.Match?, _ context: ServiceContext,
    at now: Instant
  ) async -> Response {
    var exchange = Exchange(request, match, context, at: now)
    if let answer = crossOrigin.preflight(exchange) { return answer }
    naming.apply(to: &exchange)
    tracing.begin(&exchange)
    addresses.apply(to: &exchange)
    do {
      try shedding.begin(&exchange)
      try hosts.apply(to: exchange)
      await authentication.apply(to: &exchange)
      try rates.apply(to: &exchange)
      try await admission.apply(to: exchange)
      try await reading.apply(to: &exchange)
      try await handling.apply(to: &exchange)
      try checking?.apply(to: exchange)
    } catch {
      problems.apply(error, to: &exchange)
      missing.apply(to: &exchange)
    }
    shedding.end(&exchange)
    exchange.hold?.giveBack()
    rendering.apply(to: &exchange)
    tagging.apply(to: &exchange)
    compression.apply(to: &exchange)
    caching.apply(to: &exchange)
    crossOrigin.apply(to: &exchange)
    measuring.apply(to: &exchange)
    tracing.end(exchange)
    log.apply(to: exchange)
    return exchange.response
  }
}
