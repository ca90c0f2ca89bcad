import CivilTime
import Quests
import Routes

/// How an answer is written.
enum FeatureForm: String, CaseIterable, Sendable {
  case json, html

  /// The one that an `Accept` header asks for (RFC 9110, 12.5.1): a page only where it is wanted more
  /// than JSON.
  init(accepting header: String?) {
    var (json, anything, html) = (0.0, 0.0, 0.0)
    for part in (header ?? "*/*").split(separator: ",") {
      let words = part.split(separator: ";").map { $0.trimmingSpaces.lowercased() }
      let quality = words.dropFirst().first { $0.hasPrefix("q=") }
        .map { Double($0.dropFirst(2)) ?? 0 }
      switch words.first {
      case "text/html", "application/xhtml+xml": html = max(html, quality ?? 1)
      case "*/*", "application/*": anything = max(anything, quality ?? 1)
      case let type? where type.hasPrefix("application/") && type.hasSuffix("json"):
        json = max(json, quality ?? 1)
      default: break
      }
    }
    self = html > json && html >= anything ? .html : .json
  }
}

/// What `datetime` asks for: a moment, or a span of time, ends included. Nil is open.
struct TimeSpan: Hashable, Sendable {
  let start: Instant?
  let end: Instant?
}

extension TimeSpan {
  /// A moment or a day, or two of them with `/` between, one of which may be `..` or nothing.
  init(_ text: String) throws(ParameterFault) {
    let sides = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2 else {
      throw ParameterFault("“\(text.prefix(50))” has more than one “/”")
    }
    let isSpan = sides.count == 2
    start = try Self.moment(sides[0], isEnd: false, isOpen: isSpan)
    end = try Self.moment(sides[sides.count - 1], isEnd: true, isOpen: isSpan)
    if let start, let end, start > end { throw ParameterFault("ends before it begins") }
    guard start != nil || end != nil else { throw ParameterFault("is open on both sides") }
  }

  /// - Parameter isOpen: whether there may be none.
  private static func moment(
    _ text: String, isEnd: Bool, isOpen: Bool
  ) throws(ParameterFault) -> Instant? {
    if isOpen, text.isEmpty || text == ".." { return nil }
    guard let day = Day(text) else { return try ParameterForm<Instant>.instant.read(text) }
    let start = day.number * 86_400_000_000
    let moment = Instant(microseconds: isEnd ? start + 86_399_999_999 : start)
    guard Instant.earliest...Instant.latest ~= moment else {
      throw ParameterFault("“\(text)” is outside \(Instant.earliest) to \(Instant.latest)")
    }
    return moment
  }
}

extension ParameterForm where Value == TimeSpan {
  static let datetime = ParameterForm<String>.text(1...100).map { text throws(ParameterFault) in
    try TimeSpan(text)
  }
}

extension ParameterForm where Value == Bounds {
  /// `W,S,E,N`, or six numbers with heights, which no feature is chosen by.
  static let featureBox = ParameterForm(
    schema: .either([
      .array(.number(-180...180), count: 4...4), .array(.number(-1.7e308...1.7e308), count: 6...6),
    ]), isList: true
  ) { text throws(ParameterFault) in
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 6 else { return try box.read(text) }
    for height in [parts[2], parts[5]] {
      _ = try ParameterForm<Double>.number(-1.7e308...1.7e308).read(String(height))
    }
    return try box.read([parts[0], parts[1], parts[3], parts[4]].joined(separator: ","))
  }
}

/// A waypoint of a route, counted from 1, as its feature is called: `ROUTE.NUMBER`.
struct WaypointFeatureID: Hashable, Sendable, CustomStringConvertible {
  let route: RouteID
  let number: Int

  var description: String { "\(route).\(number)" }
}

extension ParameterForm where Value == WaypointFeatureID {
  fileprivate static let waypoint = ParameterForm<String>.text(
    38...50, pattern: "^[0-9a-fA-F-]{36}\\.[1-9][0-9]{0,8}$"
  ).map { text throws(ParameterFault) in
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let route = RouteID(String(parts[0])), let number = Int(parts[1]),
      number >= 1, parts[1].first != "0", parts[1].first != "+"
    else { throw ParameterFault("“\(text.prefix(50))” is not ROUTE.NUMBER") }
    return WaypointFeatureID(route: route, number: number)
  }
}

extension ParameterKey {
  static let featureForm = Parameter<FeatureForm?>(
    "f", .words(),
    "How the answer is written: `json` for programs, `html` for people. It overrules the header "
      + "`Accept`.")
  static let featureBox = Parameter<Bounds?>(
    "bbox", .featureBox,
    "Only features that touch this box: west, south, east, north in degrees (WGS84); west is greater "
      + "than east over 180 degrees. With six numbers the third and the sixth are heights, which are "
      + "not looked at.")
  static let featureTime = Parameter<TimeSpan?>(
    "datetime", .datetime,
    "A moment (RFC 3339), a day of UTC, or a span such as `2026-05-01T00:00:00Z/..`. Markers are shown "
      + "as of the moment, or as of the end of the span where that is past; a quest that begins later "
      + "is left out. Routes and waypoints have no time: all of them match.")
  /// More than the limit is not refused: the page is shorter then.
  static let featureLimit = Parameter<Int>(
    "limit", .integer(1...Int64(Int32.max)), standard: 10,
    "How many features at most; 10 by default. More than 500 count as 500. A page may have fewer, also "
      + "where another one follows.")

  static let routeFeature = Parameter<RouteID>(inPath: "featureId")
  static let markerFeature = Parameter<QuestID>(inPath: "featureId")
  static let waypointFeature = Parameter<WaypointFeatureID>(
    inPath: "featureId", .waypoint, "The id of the route, a point, and the waypoint's number.")
}
