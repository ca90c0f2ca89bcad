internal import Geodesy
internal import JSON
internal import Routes

/// Where a file states something about its route, and what it speaks for.
struct StatementSite {
  /// The value: what stands between the quotes in XML, the whole value in JSON.
  let range: Range<Int>
  /// The track that it speaks for; nil for the whole file.
  let track: Int?
}

extension EditPlanner {
  // MARK: Stating

  mutating func setJoins(_ policies: [JoinPolicy]) throws(EditError) -> EditPlan {
    let count = max(parts.count { !$0.vertices.isEmpty } - 1, 0)
    guard policies.count == count else {
      throw EditError(
        .range, "\(policies.count) join policies are given for \(count) joins")
    }
    var plan = try state("joins", json: Self.json(policies), text: Self.text(policies))
    plan.structure = .statesJoins
    return plan
  }

  private static func json(_ policies: [JoinPolicy]) -> JSONValue {
    .array(policies.map { .string($0.rawValue) })
  }

  private static func text(_ policies: [JoinPolicy]) -> String {
    policies.map(\.rawValue).joined(separator: " ")
  }

  /// Writes a property of the route where the file states it or, where it does not, where reading
  /// looks for it: at the only track, or at the top of the file where there are several.
  mutating func state(
    _ name: String, json value: JSONValue, text: String
  ) throws(EditError) -> EditPlan {
    try require(
      format != .polyline5 && format != .polyline6, "an encoded polyline can state nothing")
    let filled = document.tracks.indices.filter { document.tracks[$0].vertexCount > 0 }
    let only = filled.count == 1 ? filled[0] : nil
    let sites = sites(of: name)
    var stated: [StatementSite] = []
    // A track speaks louder than the file, and the file alone for several tracks.
    if let only { stated = sites.filter { $0.track == only } }
    if stated.isEmpty { stated = sites.filter { $0.track == nil } }
    if !stated.isEmpty {
      return EditPlan(
        texts: stated.map { site in
          format == .geojson ? TextEdit(site.range, value.text()) : TextEdit(site.range, text)
        })
    }
    switch format {
    case .gpx: return try insertRouteElement(name, text, track: only)
    case .kml: return try insertData(name, text, track: only)
    default: return try insertRouteMember(name, value, track: only)
    }
  }

  // MARK: Finding

  /// Where joins are stated.
  mutating func joinSites() -> [StatementSite] {
    guard
      document.properties.joins != nil
        || document.tracks.contains(where: {
          $0.properties.joins != nil
        })
    else { return [] }
    return sites(of: "joins")
  }

  /// All places where a property is stated.
  private mutating func sites(of name: String) -> [StatementSite] {
    let filled = document.tracks.indices.filter { !document.tracks[$0].parts.isEmpty }
    switch format {
    case .gpx:
      guard let root = try? rootElement() else { return [] }
      var sites = ([root] + children(of: root).filter { xml.localName(of: $0) == "metadata" })
        .flatMap { gpxSites(of: name, in: $0, track: nil) }
      for track in filled {
        guard let element = xml.element(at: document.tracks[track].offset) else { continue }
        sites += gpxSites(of: name, in: element, track: track)
      }
      return sites
    case .kml:
      guard let root = try? rootElement() else { return [] }
      var sites: [StatementSite] = []
      var open = [root]
      while let container = open.popLast() {
        sites += kmlSites(of: name, in: container, track: nil)
        open += children(of: container).filter {
          ["Document", "Folder"].contains(xml.localName(of: $0))
        }
      }
      for track in filled {
        guard let element = xml.element(at: document.tracks[track].offset) else { continue }
        sites += kmlSites(of: name, in: element, track: track)
      }
      return sites
    case .geojson:
      guard let root = json.value(at: json.skippingSpace(from: hasMark ? 3 : 0)) else { return [] }
      let isTrack = filled.count == 1 && document.tracks[filled[0]].offset == root.lowerBound
      var sites = json.members(of: root, named: name).map {
        StatementSite(range: $0.value, track: isTrack ? filled[0] : nil)
      }
      for track in filled {
        guard let feature = try? feature(at: document.tracks[track].offset) else { continue }
        for member in feature.members where json.string(member.key) == "properties" {
          sites += json.members(of: member.value, named: name).map {
            StatementSite(range: $0.value, track: track)
          }
        }
      }
      return sites
    case .polyline5, .polyline6: return []
    }
  }

  /// The attributes of our element in the extensions of another.
  private mutating func gpxSites(
    of name: String, in parent: XMLElement, track: Int?
  ) -> [StatementSite] {
    routeElements(in: parent).compactMap { element in
      xml.attribute(name, of: element).map { StatementSite(range: $0.value, track: track) }
    }
  }

  private mutating func routeElements(in parent: XMLElement) -> [XMLElement] {
    let prefix = ownPrefix()
    return children(of: parent).filter { xml.localName(of: $0) == "extensions" }
      .flatMap { xml.children(of: $0) }
      .filter { element in
        xml.localName(of: element) == "route" && !xml.prefix(of: element).isEmpty
          && (prefix == xml.prefix(of: element) || declaresOwnNamespace(element))
      }
  }

  /// The prefix that the root element declares for our namespace.
  private mutating func ownPrefix() -> String? {
    guard let root = try? rootElement() else { return nil }
    return xml.attributes(of: root).first { attribute in
      xml.text(attribute.value) == OwnWords.namespace
        && bytes[attribute.name].starts(with: "xmlns:".utf8)
    }.map { xml.text($0.name.lowerBound + 6..<$0.name.upperBound) + ":" }
  }

  private func declaresOwnNamespace(_ element: XMLElement) -> Bool {
    xml.attributes(of: element).contains { xml.text($0.value) == OwnWords.namespace }
  }

  private mutating func kmlSites(
    of name: String, in parent: XMLElement, track: Int?
  ) -> [StatementSite] {
    let data = children(of: parent).filter { xml.localName(of: $0) == "ExtendedData" }
      .flatMap { xml.children(of: $0) }
    return data.compactMap { field in
      guard xml.localName(of: field) == "Data", let key = xml.attribute("name", of: field),
        xml.text(key.value) == "milequest:" + name,
        let value = xml.children(of: field).last(where: { xml.localName(of: $0) == "value" }),
        !value.isEmptyTag
      else { return nil }
      return StatementSite(range: value.content, track: track)
    }
  }

  // MARK: Inserting

  private mutating func insertRouteElement(
    _ name: String, _ text: String, track: Int?
  ) throws(EditError) -> EditPlan {
    guard try version() != "1.0" else {
      throw EditError(
        .format, "GPX 1.0 has no extensions to state “\(name)” in: convert the file to 1.1")
    }
    let root = try rootElement()
    var parent = root
    if let track {
      guard let element = xml.element(at: document.tracks[track].offset) else {
        throw nothing(at: document.tracks[track].offset)
      }
      parent = element
    }
    let attribute = " \(name)=\"\(text.asXMLAttribute)\""
    if let element = routeElements(in: parent).last {
      return EditPlan(
        texts: [TextEdit(at: element.name.upperBound, attribute)],
        claims: [element.start..<element.name.upperBound])
    }
    var route = "<\(ownPrefix() ?? "mq:")route"
    if ownPrefix() == nil { route += " xmlns:mq=\"\(OwnWords.namespace)\"" }
    route += attribute + "/>"
    let children = children(of: parent)
    if let extensions = children.first(where: {
      xml.text($0.name) == xml.prefix(of: parent) + "extensions"
    }) {
      return EditPlan(
        texts: [child(route, of: extensions, after: nil, xml.children(of: extensions))],
        claims: [extensions.start..<extensions.name.upperBound])
    }
    let schema = try schema()
    func rank(_ local: String) -> Int {
      schema.rank(of: local, in: xml.localName(of: parent), isForeign: false) ?? 0
    }
    let own = rank("extensions")
    let sibling = children.last { rank(xml.localName(of: $0)) <= own }
    let tag = xml.prefix(of: parent) + "extensions"
    return EditPlan(
      texts: [child("<\(tag)>\(route)</\(tag)>", of: parent, after: sibling, children)],
      claims: [parent.start..<parent.name.upperBound])
  }

  private mutating func insertData(
    _ name: String, _ text: String, track: Int?
  ) throws(EditError) -> EditPlan {
    let root = try rootElement()
    var parent = root
    if let track {
      guard let element = xml.element(at: document.tracks[track].offset) else {
        throw nothing(at: document.tracks[track].offset)
      }
      parent = element
    } else if let container = children(of: root).first(where: {
      ["Document", "Folder"].contains(xml.localName(of: $0))
    }) {
      parent = container
    } else {
      throw unsupported("the file has no Document that could state “\(name)” for all placemarks")
    }
    let prefix = xml.prefix(of: parent)
    let data =
      "<\(prefix)Data name=\"milequest:\(name)\"><\(prefix)value>\(text.asXMLAttribute)"
      + "</\(prefix)value></\(prefix)Data>"
    let children = children(of: parent)
    if let extended = children.first(where: { xml.localName(of: $0) == "ExtendedData" }) {
      return EditPlan(
        texts: [child(data, of: extended, after: nil, xml.children(of: extended))],
        claims: [extended.start..<extended.name.upperBound])
    }
    // In front of the geometry, or of the features of a document.
    let behind: Set<String> = [
      "Point", "LineString", "LinearRing", "Polygon", "MultiGeometry", "Model", "Track",
      "MultiTrack", "Schema", "Placemark", "Document", "Folder", "NetworkLink", "GroundOverlay",
      "ScreenOverlay", "PhotoOverlay", "Tour",
    ]
    let index = children.firstIndex { behind.contains(xml.localName(of: $0)) } ?? children.count
    return EditPlan(
      texts: [
        child(
          "<\(prefix)ExtendedData>\(data)</\(prefix)ExtendedData>", of: parent,
          after: index > 0 ? children[index - 1] : nil, children)
      ],
      claims: [parent.start..<parent.name.upperBound])
  }

  private mutating func insertRouteMember(
    _ name: String, _ value: JSONValue, track: Int?
  ) throws(EditError) -> EditPlan {
    var plan = EditPlan()
    if let track {
      let feature = try feature(at: document.tracks[track].offset)
      if feature.isFeature {
        insertMember(name, value, inPropertiesOf: feature, &plan)
        return plan
      }
    }
    guard let root = json.value(at: json.skippingSpace(from: hasMark ? 3 : 0)) else {
      throw nothing(at: 0)
    }
    insertMember(name, value, in: root, &plan)
    return plan
  }

  // MARK: Following

  /// The statements of joins after parts have gone or changed places.
  func joinTexts(
    after structures: [EditPlan.Structure], at sites: [StatementSite]
  ) -> [TextEdit] {
    var removed: Set<Int> = []
    var order = Array(parts.indices)
    var movedTracks: Set<Int>?
    for structure in structures {
      switch structure {
      case .removesPart(let part): removed.insert(part)
      case .ordersParts(let permutation, let moved):
        order = permutation
        movedTracks = moved
      case .statesJoins: break
      }
    }
    return sites.compactMap { site in
      let stated: [JoinPolicy]
      let slots: [Int]
      if let track = site.track {
        // A track that moves as a whole takes its statement along.
        if movedTracks?.contains(track) ?? false { return nil }
        stated = document.tracks[track].properties.joins ?? []
        slots = parts.indices.filter { trackOfPart[$0] == track }
      } else {
        stated = document.properties.joins ?? []
        slots = Array(parts.indices)
      }
      let old = slots.filter { !parts[$0].vertices.isEmpty }
      let isWhole = site.track != nil && movedTracks != nil
      let new = slots.map { isWhole ? $0 : order[$0] }.filter {
        !parts[$0].vertices.isEmpty && !removed.contains($0)
      }
      if new.isEmpty || new == old { return nil }
      let policies = following(stated, of: old, to: new, removed)
      return TextEdit(
        site.range,
        format == .geojson ? Self.json(policies).text() : Array(Self.text(policies).utf8))
    }
  }

  private func following(
    _ stated: [JoinPolicy], of old: [Int], to new: [Int], _ removed: Set<Int>
  ) -> [JoinPolicy] {
    let place = Dictionary(uniqueKeysWithValues: old.enumerated().map { ($1, $0) })
    var policies: [JoinPolicy?] = []
    for (a, b) in zip(new, new.dropFirst()) {
      var policy: JoinPolicy?
      if let first = place[a], let last = place[b], first < last, last <= stated.count,
        old[(first + 1)..<last].allSatisfy(removed.contains)
      {
        let between = Set(stated[first..<last])
        policy = between.count == 1 ? between.first : nil
      }
      policies.append(policy)
    }
    // A statement that was short goes on being so: the rest goes by its length as before.
    if stated.count < old.count - 1 {
      while let last = policies.last, last == nil { policies.removeLast() }
    }
    return zip(policies, zip(new, new.dropFirst())).map { policy, pair in
      policy ?? defaultPolicy(from: pair.0, to: pair.1)
    }
  }

  private func defaultPolicy(from a: Int, to b: Int) -> JoinPolicy {
    guard let end = parts[a].vertices.last, let start = parts[b].vertices.first else {
      return .unresolved
    }
    return JoinPolicy.byDefault(
      lengthMeters: Geodesic.wgs84.inverseDegrees(
        end.latitude, end.longitude, start.latitude, start.longitude
      ).meters)
  }
}
