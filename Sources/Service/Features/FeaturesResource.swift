import HTTPTypes
import JSON

/// OGC API Features, Part 1: what is public as collections of features, for geographic information
/// systems.
enum FeaturesResource {
  static let root = "/ogc"
  private static let tag = "OGC API Features"
  static let geoJSON = "application/geo+json"
  static let html = "text/html; charset=utf-8"
  static let description = "application/vnd.oai.openapi+json;version=3.0"
  static let crs = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

  static let classes = ["core", "oas30", "html", "geojson"].map {
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/\($0)"
  }

  /// What finding and opening a route costs beside its vertices.
  static let stepsPerRoute = 100
  /// What it costs to work out where a team was.
  static let stepsPerStanding = 2_000

  // MARK: Endpoints

  static let endpoints: [Endpoint] =
    [
      Endpoint(
        .get, PathTemplate(stringLiteral: root), "getFeaturesLanding",
        "Begin with what there is", tag: tag, access: .anyone, parameters: [.featureForm],
        answers: [answer("FeaturesLanding", "Links to all that follows.")], handle: landing),
      Endpoint(
        .get, PathTemplate(stringLiteral: root + "/conformance"), "getFeaturesConformance",
        "List the parts of the standard that are kept", tag: tag, access: .anyone,
        parameters: [.featureForm],
        answers: [answer("FeaturesConformance", "The conformance classes.")], handle: conformance),
      Endpoint(
        .get, PathTemplate(stringLiteral: root + "/api"), "getFeaturesDescription",
        "This part of the API as OpenAPI 3.0", tag: tag, access: .open,
        parameters: [.featureForm],
        answers: [
          Endpoint.Answer(
            200, "An OpenAPI 3.0 document.",
            [.init(description, .map(.anything)), .init(html, .text())])
        ], handle: api),
      Endpoint(
        .get, PathTemplate(stringLiteral: root + "/collections"), "listFeatureCollections",
        "List the collections", tag: tag, access: .anyone, parameters: [.featureForm],
        answers: [answer("FeatureCollections", "The collections.")], handle: collections),
    ] + FeatureKind.allCases.flatMap(endpoints)

  private static func endpoints(_ kind: FeatureKind) -> [Endpoint] {
    let path = PathTemplate(stringLiteral: kind.path)
    let units: [ParameterKey] = kind == .markers ? [] : [.units]
    let item: PathTemplate =
      switch kind {
      case .routes: "\(path)/items/\(.routeFeature)"
      case .waypoints: "\(path)/items/\(.waypointFeature)"
      case .markers: "\(path)/items/\(.markerFeature)"
      }
    return [
      Endpoint(
        .get, path, "get\(kind.noun)Collection", "Describe the collection \(kind.rawValue)",
        details: kind.about, tag: tag, access: .anyone, parameters: [.featureForm],
        answers: [answer("FeatureCollectionInfo", "The collection.")]
      ) { call in reply(call, info(kind, call)) { $0.collection(kind) } },
      Endpoint(
        .get, "\(path)/items", "list\(kind.noun)Features", "List \(kind.rawValue) as features",
        details: kind.about, tag: tag, access: .anyone,
        parameters: [.featureBox, .featureTime, .featureLimit, .cursor] + units + [.featureForm],
        answers: [answer("\(kind.noun)Features", "A page.", mediaType: geoJSON)],
        problems: [.unavailable]
      ) { call in try await FeatureAnswers.page(kind, call) },
      Endpoint(
        .get, item, "get\(kind.noun)Feature", "Show one of the \(kind.rawValue) as a feature",
        tag: tag, access: .anyone, parameters: units + [.featureForm],
        answers: [answer("\(kind.noun)Feature", "The feature.", mediaType: geoJSON)],
        problems: [.unavailable]
      ) { call in try await FeatureAnswers.one(kind, call) },
    ]
  }

  private static func answer(
    _ name: String, _ note: String, mediaType: String = "application/json"
  ) -> Endpoint.Answer {
    Endpoint.Answer(200, note, [.init(mediaType, .named(name)), .init(html, .text())])
  }

  // MARK: What they do

  private static func landing(_ call: Call) -> Reply {
    let address = call.featuresAddress
    let links =
      call.links(as: "application/json") + [
        FeatureLink("service-desc", address + "/api", description, "The API as OpenAPI 3.0"),
        FeatureLink("service-doc", address + "/api?f=html", "text/html", "The API for people"),
        FeatureLink("conformance", address + "/conformance", "application/json", "Conformance"),
        FeatureLink("data", address + "/collections", "application/json", "The collections"),
      ]
    let value = JSONValue.object([
      ("title", .string(title)), ("description", .string(about)),
      ("links", .array(links.map(\.json))),
    ])
    return reply(call, value) { $0.landing() }
  }

  private static func conformance(_ call: Call) -> Reply {
    let value = JSONValue.object([("conformsTo", .array(classes.map(JSONValue.string)))])
    return reply(call, value) { $0.conformance() }
  }

  private static func api(_ call: Call) -> Reply {
    let documents = call.backend.documents
    let form = call.featureForm
    var reply = Reply(
      .ok,
      form == .html
        ? .bytes(documents.featuresPage(askedAt: call.host), mediaType: html)
        : .bytes(documents.featuresOpenAPI(askedAt: call.host), mediaType: description),
      caching: .fixed)
    reply.headers.vary(by: "Accept")
    return reply
  }

  private static func collections(_ call: Call) -> Reply {
    let value = JSONValue.object([
      ("links", .array(call.links(as: "application/json").map(\.json))),
      ("collections", .array(FeatureKind.allCases.map { info($0, call) })),
    ])
    return reply(call, value) { $0.collections() }
  }

  /// What is said of a collection.
  private static func info(_ kind: FeatureKind, _ call: Call) -> JSONValue {
    let address = call.featuresAddress + "/collections/" + kind.rawValue
    let links = [
      FeatureLink("self", address, "application/json", kind.title),
      FeatureLink("alternate", address + "?f=html", "text/html", kind.title),
      FeatureLink("items", address + "/items", geoJSON, "The features as GeoJSON"),
      FeatureLink("items", address + "/items?f=html", "text/html", "The features as a page"),
    ]
    var extent: [(String, JSONValue)] = [
      (
        "spatial",
        .object([
          ("bbox", .array([.array([-180, -90, 180, 90].map(JSONValue.integer))])),
          ("crs", .string(crs)),
        ])
      )
    ]
    if kind.isTemporal {
      extent.append(("temporal", .object([("interval", .array([.array([.null, .null])]))])))
    }
    return .object([
      ("id", .string(kind.rawValue)), ("title", .string(kind.title)),
      ("description", .string(kind.about)), ("itemType", .string("feature")),
      ("crs", .array([.string(crs)])), ("extent", .object(extent)),
      ("links", .array(links.map(\.json))),
    ])
  }

  static let title = "Mile Quest"
  static let about =
    "Public routes, their waypoints, and the markers of public quests, by OGC API Features."

  /// JSON, or a page for people.
  private static func reply(
    _ call: Call, _ value: JSONValue, page: (FeaturePage) -> [UInt8]
  ) -> Reply {
    var reply =
      call.featureForm == .html
      ? Reply(.ok, .bytes(page(FeaturePage(call)), mediaType: html)) : .json(value)
    reply.caching = call.featureCaching
    reply.headers.vary(by: "Accept")
    return reply
  }
}

extension Call {
  /// How the answer is to be written.
  var featureForm: FeatureForm { self[.featureForm] ?? FeatureForm(accepting: headers[.accept]) }

  /// Where the features begin, as the client reaches them.
  var featuresAddress: String {
    backend.documents.address(askedAt: host) + FeaturesResource.root
  }

  /// Nothing but what strangers see is shown; a request with a token is answered to it alone.
  var featureCaching: Reply.Caching {
    if case .stranger = caller { .briefly } else { .forbidden }
  }

  /// The links to what is asked for itself, in the form that is answered and in the other one.
  func links(as mediaType: String) -> [FeatureLink] {
    let service = backend.documents.address(askedAt: host)
    func link(_ relation: String, _ form: FeatureForm) -> FeatureLink {
      FeatureLink(
        relation, service + address(setting: [(.featureForm, form.rawValue)]),
        form == .html ? "text/html" : mediaType, "This as \(form == .html ? "a page" : "JSON")")
    }
    // Who reads links reads JSON.
    return [link("self", .json), link("alternate", .html)]
  }
}
