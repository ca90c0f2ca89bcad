public import Geodesy
public import Routes

/// A place that a route is to lead through.
public struct PlanStop: Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    case named(String)
    case at(Coordinate)
  }

  public var place: Place
  /// What the waypoint is called; nil takes the place's name.
  public var name: String?
  public var story: String?
  public var type: String?

  public init(_ place: Place, name: String? = nil, story: String? = nil, type: String? = nil) {
    self.place = place
    self.name = name
    self.story = story
    self.type = type
  }
}

/// A route through stops, and how it came about.
public struct RoutePlan: Sendable {
  /// What became of a stop.
  public struct Stop: Hashable, Sendable {
    public let waypoint: Waypoint
    /// The text that named it; nil where it was given by its coordinate.
    public let query: String?
    /// The place that was taken for the text.
    public let taken: FoundPlace?
    /// Other places that the text may mean.
    public let others: [FoundPlace]
    /// How far from the stop the line passes it; nil where no way leads to it.
    public internal(set) var snappedMeters: Double?
  }

  /// Two stops between which no way leads.
  public struct Gap: Hashable, Sendable {
    /// The stop before it, from 0.
    public let after: Int
    public let meters: Double
    /// The number of the join that stands for it, from 1; nil where the line goes straight, because a
    /// stop with ways on neither side would make no part.
    public let join: Int?
  }

  public let route: MeasuredRoute
  public let stops: [Stop]
  public let gaps: [Gap]
  /// What has to stand wherever the route is shown.
  public let attributions: [String]
}
