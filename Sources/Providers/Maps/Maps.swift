public import Geodesy

/// Where places are and which ways lead between them, by whoever knows.
public struct Maps: Sendable {
  public var places: any PlaceFinder
  public var ways: any WayFinder
  /// The address of a style (JSON) by which browsers draw tiles; nil where they draw our own outlines.
  public var tileStyle: String?

  /// The gazetteer and straight lines, which need nobody outside.
  public static let builtIn = Maps(places: Gazetteer(), ways: Geodesics())

  public init(
    places: any PlaceFinder = Gazetteer(), ways: any WayFinder = Geodesics(),
    tileStyle: String? = nil
  ) {
    self.places = places
    self.ways = ways
    self.tileStyle = tileStyle
  }
}

/// How people travel along a line.
public enum TravelMode: String, CaseIterable, Hashable, Sendable {
  case walk, bike, drive
  /// Straight from stop to stop, whatever lies between.
  case straight
}

/// A place that somebody knows by name.
public struct FoundPlace: Hashable, Sendable {
  public let name: String
  /// What tells it from others of its name, such as `Illinois, United States`.
  public let area: String?
  public let coordinate: Coordinate
  /// Nil where it is not known.
  public let population: Int?

  public init(
    name: String, area: String? = nil, coordinate: Coordinate, population: Int? = nil
  ) {
    self.name = name
    self.area = area
    self.coordinate = coordinate
    self.population = population
  }

  /// Name and area.
  public var title: String { area.map { "\(name), \($0)" } ?? name }
}

/// Finds places by their names and names by their places.
///
/// Safe to call from many tasks.
public protocol PlaceFinder: Sendable {
  /// What has to stand wherever its places are shown; nil for nothing.
  var attribution: String? { get }
  /// The places that a text may mean, the likeliest first; none where nothing is known by it.
  func places(named text: String, most: Int) async throws(MapsError) -> [FoundPlace]
  /// The place that a coordinate lies in or near, or nil.
  func place(at coordinate: Coordinate) async throws(MapsError) -> FoundPlace?
}

/// Finds lines along ways.
///
/// Safe to call from many tasks.
public protocol WayFinder: Sendable {
  /// What has to stand wherever its lines are shown; nil for nothing.
  var attribution: String? { get }
  /// How it can travel, the usual mode first.
  var modes: [TravelMode] { get }
  /// Stops in one call, at least 2.
  var mostStops: Int { get }
  /// The line through all stops in their order.
  ///
  /// - Throws: `no-way` where none leads through all of them.
  func way(through stops: [Coordinate], by mode: TravelMode) async throws(MapsError) -> FoundWay
}

/// A line through stops.
public struct FoundWay: Hashable, Sendable {
  public let line: [Coordinate]
  /// How far from each stop the line passes it.
  public let snappedMeters: [Double]

  public init(line: [Coordinate], snappedMeters: [Double]) {
    self.line = line
    self.snappedMeters = snappedMeters
  }
}

/// What keeps a place or a way from being found.
public struct MapsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// No way leads through the stops.
    public static let noWay = Self(rawValue: "maps-no-way")
    /// Nobody answers now.
    public static let unreachable = Self(rawValue: "maps-unreachable")
    /// Too much was asked for; `retryAfter` may say when again.
    public static let throttled = Self(rawValue: "maps-throttled")
    /// The other side failed.
    public static let unavailable = Self(rawValue: "maps-unavailable")
    /// The question will not be answered.
    public static let refused = Self(rawValue: "maps-refused")
    /// What came is no answer.
    public static let malformed = Self(rawValue: "maps-malformed")
    /// A secret or a setting is not what it must be.
    public static let settings = Self(rawValue: "maps-settings")
    /// What was asked for cannot be planned.
    public static let plan = Self(rawValue: "maps-plan")
  }

  public let code: Code
  /// A sentence for people. It holds no secret.
  public let message: String
  /// Whether the same may succeed later.
  public let mayRepeat: Bool
  /// How long the other side asks to be left alone.
  public let retryAfter: Duration?
  /// The stop that it is about, from 0.
  public internal(set) var stop: Int?
  /// Whether it is about the mode of travel.
  public internal(set) var isOfMode = false
  /// What else is wrong, each with its stop.
  public internal(set) var further: [MapsError] = []

  public init(
    _ code: Code, _ message: String, mayRepeat: Bool = false, retryAfter: Duration? = nil,
    stop: Int? = nil
  ) {
    self.code = code
    self.message = message
    self.mayRepeat = mayRepeat
    self.retryAfter = retryAfter
    self.stop = stop
  }

  public var description: String { message }
}
