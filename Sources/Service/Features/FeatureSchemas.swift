extension FeaturesResource {
  static let schemas: [NamedSchema] =
    [
      NamedSchema(
        "FeatureLink", "A link.",
        .object([
          .init("href", .text()), .init("rel", .text(), "What it leads to."),
          .init("type", .text(), "The media type of what it leads to."), .init("title", .text()),
        ])),
      NamedSchema(
        "FeaturesLanding", "Where clients of OGC API Features begin.",
        .object([
          .init("title", .text()), .init("description", .text()), .init("links", links),
        ])),
      NamedSchema(
        "FeaturesConformance", "The conformance classes that are kept.",
        .object([.init("conformsTo", .array(.text(), count: 1...100))])),
      NamedSchema(
        "FeatureCollections", "All collections.",
        .object([
          .init("links", links),
          .init("collections", .array(.named("FeatureCollectionInfo"), count: 1...100)),
        ])),
      NamedSchema(
        "FeatureCollectionInfo", "What a collection holds.",
        .object([
          .init("id", .words(FeatureKind.allCases.map(\.rawValue))), .init("title", .text()),
          .init("description", .text()), .init("itemType", .words(["feature"])),
          .init("crs", .array(.text(), count: 1...10)), .init("extent", .named("FeatureExtent")),
          .init("links", links),
        ])),
      NamedSchema(
        "FeatureExtent", "What a collection covers.",
        .object([
          .init("spatial", .named("FeatureSpatialExtent")),
          .optional("temporal", .named("FeatureTemporalExtent")),
        ])),
      NamedSchema(
        "FeatureSpatialExtent", "What a collection covers of the earth.",
        .object([
          .init(
            "bbox", .array(.array(.number(-180...180), count: 4...4), count: 1...1),
            "West, south, east, north."),
          .init("crs", .words([crs])),
        ])),
      NamedSchema(
        "FeatureTemporalExtent", "What a collection covers of time.",
        .object([
          .init(
            "interval", .array(.array(.nullable(.instant), count: 2...2), count: 1...1),
            "From and to; null is open.")
        ])),
    ]
    + FeatureKind.allCases.flatMap { kind in
      [
        NamedSchema(
          "\(kind.noun)Features", "A page of \(kind.rawValue) as GeoJSON.",
          .object([
            .init("type", .words(["FeatureCollection"])), .init("links", links),
            .init("numberReturned", .count),
            .optional("numberMatched", .count, "Where all that match are on this page."),
            .init("features", .array(.named("\(kind.noun)Feature"), count: 0...500)),
            .init("timeStamp", .instant, "When it was answered."),
          ])),
        NamedSchema(
          "\(kind.noun)Feature", "One of the \(kind.rawValue) as GeoJSON.",
          .object([
            .init("type", .words(["Feature"])), .init("id", .text(1...100)),
            .init("geometry", .named(kind == .routes ? "MultiLineString" : "Point")),
            .init("properties", .named("\(kind.noun)FeatureProperties")),
            .optional("links", links, "Of a feature that is asked for alone."),
          ])),
        NamedSchema(
          "\(kind.noun)FeatureProperties", "What is told of one of the \(kind.rawValue).",
          .object(properties(kind))),
      ]
    }

  private static let links = Schema.array(.named("FeatureLink"), count: 0...20)

  private static func properties(_ kind: FeatureKind) -> [Schema.Property] {
    switch kind {
    case .routes: RouteFeatures.properties
    case .waypoints: WaypointFeatures.properties
    case .markers: MarkerFeatures.properties
    }
  }
}

extension OpenAPI {
  /// The description of the features alone, in the version that the standard asks for; paths count from
  /// where they begin.
  var ofFeatures: OpenAPI {
    let names = ["Point", "MultiLineString", "ProblemFault"]
    let common = CommonSchemas.all.filter { names.contains($0.name) }
    // A problem here never has a report of a file.
    let problem = schemas["Problem"].map { problem in
      guard case .object(let properties) = problem.schema else { return problem }
      return NamedSchema(
        problem.name, problem.note,
        .object(properties.filter { !$0.schema.references.contains("RouteReport") }))
    }
    let own = FeaturesResource.schemas.map {
      NamedSchema($0.name, $0.note, $0.schema.withLengthTexts)
    }
    return OpenAPI(
      endpoints: endpoints.filter { $0.path.description.hasPrefix(FeaturesResource.root) },
      schemas: NamedSchemas(common + [problem].compactMap { $0 } + own),
      version: version, edition: .v30, root: FeaturesResource.root)
  }
}
