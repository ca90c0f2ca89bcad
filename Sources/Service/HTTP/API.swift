/// Everything that is served: the endpoints with their schemas.
struct API: Sendable {
  static let version = "1.0.0"

  let endpoints: [Endpoint]
  let schemas: NamedSchemas

  /// - Parameter servesMetrics: whether the figures are served with all else.
  init(servesMetrics: Bool = true) {
    let resources: [(endpoints: [Endpoint], schemas: [NamedSchema])] = [
      (AuthResource.endpoints, AuthResource.schemas),
      (BrowserSessionResource.endpoints, BrowserSessionResource.schemas),
      (IssuerResource.endpoints, IssuerResource.schemas),
      (MeResource.endpoints, MeResource.schemas),
      (IdentityResource.endpoints, IdentityResource.schemas),
      (DashboardResource.endpoints, DashboardResource.schemas),
      (KeyResource.endpoints, KeyResource.schemas),
      (TeamResource.endpoints, TeamResource.schemas),
      (MemberResource.endpoints, MemberResource.schemas),
      (InviteResource.endpoints, InviteResource.schemas),
      (ActivityResource.endpoints, ActivityResource.schemas),
      (RouteResource.endpoints, RouteResource.schemas),
      (QuestResource.endpoints, QuestResource.schemas),
      (LinkResource.endpoints, LinkResource.schemas),
      (ProgressResource.endpoints, ProgressResource.schemas),
      (MapResource.endpoints, MapResource.schemas),
      (QuestProfileResource.endpoints, QuestProfileResource.schemas),
      (PlaceResource.endpoints, PlaceResource.schemas),
      (PictureResource.endpoints, []),
      (StatsResource.endpoints, StatsResource.schemas),
      (MailResource.endpoints, []),
      (WalkerResource.endpoints, WalkerResource.schemas),
      (LiveResource.endpoints, LiveResource.schemas),
      (RealtimeResource.endpoints, RealtimeResource.schemas),
      (FeaturesResource.endpoints, FeaturesResource.schemas),
      (
        SystemResource.endpoints + (servesMetrics ? [SystemResource.metrics] : []),
        SystemResource.schemas
      ),
    ]
    endpoints = resources.flatMap(\.endpoints)
    var bodies: [String: NamedSchema] = [:]
    for case .json(let content) in endpoints.map(\.body) {
      bodies[content.named.name] = content.named
    }
    // What is answered has its lengths as texts too, where they are asked for; bodies have not.
    let answers = (CommonSchemas.all + resources.flatMap(\.schemas)).map {
      NamedSchema($0.name, $0.note, $0.schema.withLengthTexts)
    }
    schemas = NamedSchemas(answers + bodies.values)
  }

  var description: OpenAPI {
    OpenAPI(endpoints: endpoints, schemas: schemas, version: Self.version)
  }
}
