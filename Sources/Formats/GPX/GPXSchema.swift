/// What the schemas of GPX 1.0 and 1.1 let stand where, and in which order.
struct GPXSchema: Sendable {
  /// The types of elements that hold others or must have attributes.
  enum ElementType: Int, CaseIterable {
    case gpx, metadata, waypoint, route, routePoint, track, segment, trackPoint
    case person, copyright, link, email, bounds, extensions, text
  }

  /// An element that may stand in another, in the order of the schema.
  struct Child: Sendable {
    /// Nil stands for any element of another namespace.
    let name: String?
    let type: ElementType
    let isMany: Bool
    /// What its text must be; nil where the schema allows any.
    let value: GPXValue?
  }

  struct Content: Sendable {
    var name = ""
    var children: [Child] = []
    /// The attributes that must be there, but for lat and lon; no others may be.
    var attributes: [String] = []
    /// Whether it is a point, with lat and lon.
    var isPoint = false
    /// Whether elements of any other namespace may stand in it, and none of its own.
    var isForOthers = false
  }

  let version: String
  private let contents: [Content]

  func content(_ type: ElementType) -> Content { contents[type.rawValue] }

  static let namespaces = [
    "1.0": "http://www.topografix.com/GPX/1/0", "1.1": "http://www.topografix.com/GPX/1/1",
  ]

  /// The version whose namespace somebody meant who wrote it in another spelling: with https, without
  /// www, in other capitals, with a slash or the schema's file behind it; nil where it is another.
  static func version(misspelling namespace: String) -> String? {
    func core(_ text: String) -> String {
      var text = text.lowercased().trimmed(of: " ")
      for beginning in ["http:", "https:"] where text.hasPrefix(beginning) {
        text = String(text.dropFirst(beginning.count))
      }
      text = text.trimmed(of: "/")
      if text.hasPrefix("www.") { text = String(text.dropFirst(4)) }
      if text.hasSuffix("/gpx.xsd") { text = String(text.dropLast(8)) }
      return text
    }
    let written = core(namespace)
    return namespaces.first { core($0.value) == written }?.key
  }

  static let version10 = GPXSchema(
    version: "1.0",
    [
      .gpx: of(
        "gpx",
        "name desc author email url urlname time keywords bounds=bounds "
          + "wpt=waypoint* rte=route* trk=track* #*", ["version", "creator"]),
      .bounds: of("bounds", "", ["minlat", "minlon", "maxlat", "maxlon"]),
      .waypoint: of("wpt", "ele time \(point10) #*"),
      .route: of("rte", "name cmt desc src url urlname number #* rtept=routePoint*"),
      .routePoint: of("rtept", "ele time \(point10) #*"),
      .track: of("trk", "name cmt desc src url urlname number #* trkseg=segment*"),
      .segment: of("trkseg", "trkpt=trackPoint*"),
      .trackPoint: of("trkpt", "ele time course speed \(point10) #*"),
    ])

  private static let point10 =
    "magvar geoidheight name cmt desc src url urlname sym type fix sat hdop vdop pdop "
    + "ageofdgpsdata dgpsid"

  static let version11 = GPXSchema(
    version: "1.1",
    [
      .gpx: of(
        "gpx", "metadata=metadata wpt=waypoint* rte=route* trk=track* extensions=extensions",
        ["version", "creator"]),
      .metadata: of(
        "metadata",
        "name desc author=person copyright=copyright link=link* time keywords "
          + "bounds=bounds extensions=extensions"),
      .person: of("author", "name email=email link=link"),
      .copyright: of("copyright", "year license", ["author"]),
      .link: of("link", "text type", ["href"]),
      .email: of("email", "", ["id", "domain"]),
      .bounds: of("bounds", "", ["minlat", "minlon", "maxlat", "maxlon"]),
      .waypoint: of("wpt", point11),
      .route: of(
        "rte", "name cmt desc src link=link* number type extensions=extensions rtept=routePoint*"),
      .routePoint: of("rtept", point11),
      .track: of(
        "trk", "name cmt desc src link=link* number type extensions=extensions trkseg=segment*"),
      .segment: of("trkseg", "trkpt=trackPoint* extensions=extensions"),
      .trackPoint: of("trkpt", point11),
      .extensions: Content(name: "extensions", isForOthers: true),
    ])

  private static let point11 =
    "ele time magvar geoidheight name cmt desc src link=link* sym type fix sat hdop vdop pdop "
    + "ageofdgpsdata dgpsid extensions=extensions"

  private init(version: String, _ contents: [ElementType: Content]) {
    self.version = version
    self.contents = ElementType.allCases.map { contents[$0] ?? Content() }
  }

  /// Reads a row such as `name link=link* #*`: names in order, with the type where it is not text,
  /// a star where there may be many, and `#` for elements of other namespaces.
  private static func of(
    _ name: String, _ children: String, _ attributes: [String] = []
  ) -> Content {
    let list = children.split(separator: " ").map { word -> Child in
      let isMany = word.last == "*"
      let sides = (isMany ? word.dropLast() : word).split(separator: "=")
      let type = sides.count > 1 ? typesByName[String(sides[1])] ?? .text : .text
      return Child(
        name: sides[0] == "#" ? nil : String(sides[0]), type: type, isMany: isMany,
        value: type == .text ? GPXValue.ofElements[String(sides[0])] : nil)
    }
    return Content(
      name: name, children: list, attributes: attributes,
      isPoint: ["wpt", "rtept", "trkpt"].contains(name))
  }

  private static let typesByName = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.map { ("\($0)", $0) })

  /// The place of a child in its parent by local names; nil where the schema does not order the
  /// parent's children. What the schema does not know comes last.
  ///
  /// - Parameter isForeign: whether the child is of another namespace, which GPX 1.0 takes at one
  ///   place of each element, and 1.1 in its extensions alone.
  func rank(of child: String, in parent: String, isForeign: Bool) -> Int? {
    guard let content = contents.first(where: { $0.name == parent }), !content.children.isEmpty
    else { return nil }
    let name: String? = isForeign && version == "1.0" ? nil : child
    return content.children.firstIndex { $0.name == name } ?? content.children.count
  }

  /// Whether an element's own type is called so, as `xsi:type` may say again.
  func isName(_ name: String, of type: ElementType) -> Bool {
    switch type {
    // A value's type is one of many simple ones.
    case .text: true
    case .bounds, .email: name == "\(type)Type"
    default:
      version == "1.1"
        && name
          == (content(type).isPoint
            ? "wptType" : type == .person ? "personType" : content(type).name + "Type")
    }
  }

  /// The names of the elements in which one of this name may stand, in the order of the schema.
  func homes(of name: String) -> [String] {
    contents.filter { $0.children.contains { $0.name == name } }.map(\.name)
  }
  /// The names of the elements in which each may stand.
  var homesByName: [String: Set<String>] {
    var homes: [String: Set<String>] = [:]
    for content in contents {
      for case let name? in content.children.map(\.name) {
        homes[name, default: []].insert(content.name)
      }
    }
    return homes
  }
}

extension String {
  /// Without a character at both ends, however often it stands there.
  fileprivate func trimmed(of character: Character) -> String {
    let end = lastIndex { $0 != character }.map { index(after: $0) } ?? startIndex
    return String(self[..<end].drop { $0 == character })
  }
}
