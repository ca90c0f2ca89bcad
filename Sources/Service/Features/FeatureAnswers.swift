import HTTPTypes
import JSON

/// Features as they are answered: pages of them, and single ones.
enum FeatureAnswers {
  static func page(_ kind: FeatureKind, _ call: Call) async throws -> Reply {
    var found =
      switch kind {
      case .routes: try await RouteFeatures.list(call)
      case .waypoints: try await WaypointFeatures.list(call)
      case .markers: try await MarkerFeatures.list(call)
      }
    found.features = found.features.map { $0.telling(call.units) }
    let next = found.next.map {
      call.backend.documents.address(askedAt: call.host)
        + call.address(setting: [(.cursor, $0.text(call.backend.seal))])
    }
    var reply: Reply
    if call.featureForm == .html {
      let html = FeaturePage(call).features(found.features, of: kind, next: next)
      reply = Reply(.ok, .bytes(html, mediaType: FeaturesResource.html))
    } else {
      reply = try await json(kind, found, next: next, call)
    }
    if let next { reply.headers[HTTPField.Name("Link")!] = "<\(next)>; rel=\"next\"" }
    return finished(reply, call)
  }

  static func one(_ kind: FeatureKind, _ call: Call) async throws -> Reply {
    let feature =
      switch kind {
      case .routes: try await RouteFeatures.one(call)
      case .waypoints: try await WaypointFeatures.one(call)
      case .markers: try await MarkerFeatures.one(call)
      }
    if call.featureForm == .html {
      let html = FeaturePage(call).feature(feature.telling(call.units), of: kind)
      return finished(Reply(.ok, .bytes(html, mediaType: FeaturesResource.html)), call)
    }
    let links =
      call.links(as: FeaturesResource.geoJSON) + [
        FeatureLink(
          "collection", call.featuresAddress + "/collections/" + kind.rawValue, "application/json",
          kind.title)
      ]
    return finished(.map(feature.json(links: links), caching: .forbidden), call)
  }

  private static func finished(_ reply: Reply, _ call: Call) -> Reply {
    var reply = reply
    reply.caching = call.featureCaching
    reply.headers.vary(by: "Accept")
    return reply
  }

  /// The collection as GeoJSON.
  ///
  /// The time of the answer stands in it, so that no two are equal; its tag is of all the rest, and
  /// weak.
  private static func json(
    _ kind: FeatureKind, _ found: FoundFeatures, next: String?, _ call: Call
  ) async throws -> Reply {
    var links = call.links(as: FeaturesResource.geoJSON)
    if let next {
      links.append(FeatureLink("next", next, FeaturesResource.geoJSON, "The next page"))
    }
    links.append(
      FeatureLink(
        "collection", call.featuresAddress + "/collections/" + kind.rawValue, "application/json",
        kind.title))
    let count = JSONValue.integer(found.features.count)
    var members: [(String, JSONValue)] = [
      ("type", .string("FeatureCollection")), ("links", .array(links.map(\.json))),
      ("numberReturned", count),
    ]
    // How many there are is known for nothing where all of them are here.
    if next == nil, call[.cursor] == nil { members.append(("numberMatched", count)) }
    members.append(("features", .array(found.features.map { $0.json() })))
    let value = JSONValue.object(members)
    let now = JSONValue.string(call.now.description).text()
    let (text, tag) = try await call.backend.offload {
      var text = value.text()
      let tag = EntityTag.weak(EntityTag.of(text))
      text.removeLast()
      text += Array(",\"timeStamp\":".utf8) + now + [0x7D]
      return (text, tag)
    }
    var reply = Reply(.ok, .json(.fragment(text), mediaType: FeaturesResource.geoJSON))
    reply.headers[.eTag] = tag
    return reply
  }
}

extension ShownFeature {
  /// The same with its lengths as texts too, where they are asked for; an answer that is JSON and no
  /// text yet gets them on its way out.
  fileprivate func telling(_ units: LengthUnits?) -> ShownFeature {
    guard let units, case .object(let told) = LengthTexts.added(to: .object(properties), in: units)
    else { return self }
    return ShownFeature(id: id, properties: told, geometry: geometry)
  }
}
