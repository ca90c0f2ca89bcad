package import MapData

/// Something that a map shows.
package struct OSMFeature: Hashable, Sendable {
  package let kind: OSMKind
  /// The pieces of a line; of an area its rings, closed, the closing place left out, filled together by
  /// the even-odd rule.
  package let lines: [[Place]]
}

/// What is taken out of an extract, the lowest on the map first.
package enum OSMKind: Int, CaseIterable, Sendable {
  /// Woods and parks.
  case green
  case stream, river
  /// Above the lines in the middle of wide rivers.
  case water
  case path
  /// Tracks, and ways to single houses.
  case lane
  case street
  case tertiary, secondary, primary
  /// Motorways and trunk roads.
  case motorway

  package var isArea: Bool { self == .green || self == .water }

  /// The kind that a tag tells; nil where it tells none.
  init?(_ key: OSMKey, _ value: String) {
    switch key {
    case .highway:
      switch value {
      case "motorway", "motorway_link", "trunk", "trunk_link": self = .motorway
      case "primary", "primary_link": self = .primary
      case "secondary", "secondary_link": self = .secondary
      case "tertiary", "tertiary_link": self = .tertiary
      case "residential", "unclassified", "living_street", "pedestrian", "road": self = .street
      case "service", "track": self = .lane
      case "path", "footway", "cycleway", "bridleway", "steps": self = .path
      default: return nil
      }
    case .waterway:
      switch value {
      case "river", "canal": self = .river
      case "stream": self = .stream
      case "riverbank": self = .water
      default: return nil
      }
    case .natural:
      switch value {
      case "water": self = .water
      case "wood": self = .green
      default: return nil
      }
    case .landuse:
      switch value {
      case "reservoir", "basin": self = .water
      case "forest": self = .green
      default: return nil
      }
    case .leisure:
      guard value == "park" else { return nil }
      self = .green
    case .type: return nil
    }
  }
}

/// The keys of tags that are looked at, the decisive one first.
enum OSMKey: String, CaseIterable, Comparable {
  case highway, waterway, natural, landuse, leisure
  /// Of a relation.
  case type

  static func < (a: OSMKey, b: OSMKey) -> Bool { a.rank < b.rank }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// The part of the Earth that a map shows, in degrees.
package struct OSMArea: Sendable {
  package let south: Double
  package let north: Double
  /// Counted from the middle meridian, within ±180.
  package let west: Double
  package let east: Double
  package let middleMeridian: Double

  package init(
    south: Double, north: Double, west: Double, east: Double, middleMeridian: Double = 0
  ) {
    self.south = south
    self.north = north
    self.west = west
    self.east = east
    self.middleMeridian = middleMeridian
  }

  package static let globe = OSMArea(south: -90, north: 90, west: -180, east: 180)

  /// Larger by a share of its size on every side: a street whose corners lie beyond the edge of the map
  /// still crosses it.
  func expanded(by share: Double) -> OSMArea {
    let (height, width) = ((north - south) * share, (east - west) * share)
    return OSMArea(
      south: south - height, north: north + height, west: west - width, east: east + width,
      middleMeridian: middleMeridian)
  }

  func contains(_ place: Place) -> Bool {
    guard place.latitude >= south, place.latitude <= north else { return false }
    let longitude = (place.longitude - middleMeridian).remainder(dividingBy: 360)
    return longitude >= west && longitude <= east
  }
}
