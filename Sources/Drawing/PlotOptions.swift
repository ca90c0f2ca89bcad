public import Geodesy

/// A team on a picture.
public struct PlotTeam: Hashable, Sendable {
  public var name: String
  /// Official, from the start of the course; beyond the end it stands at the end.
  public var distance: Distance

  public init(name: String, distance: Distance) {
    self.name = name
    self.distance = distance
  }
}

/// How a route is drawn.
public struct PlotOptions: Hashable, Sendable {
  public var widthPixels: Int
  public var heightPixels: Int
  public var theme: PlotTheme
  /// The units of ticks and axes; lengths in the header are told in both.
  public var units: MeasurementSystem
  /// What stands above the map; nil takes the route's name.
  public var title: String?
  /// The official distance at which a team stands.
  public var position: Distance?
  /// Teams to be marked, each where it stands.
  public var teams: [PlotTeam] = []

  /// The widths and heights that a picture can have.
  public static let pixels = 400...4_096

  public init(
    widthPixels: Int = 1_200, heightPixels: Int = 900, theme: PlotTheme = .light,
    units: MeasurementSystem = .metric, title: String? = nil, position: Distance? = nil
  ) {
    self.widthPixels = widthPixels
    self.heightPixels = heightPixels
    self.theme = theme
    self.units = units
    self.title = title
    self.position = position
  }
}
