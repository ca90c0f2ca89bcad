/// A unit that people state distances in, each a whole number of micrometres.
public enum DistanceUnit: String, CaseIterable, Hashable, Sendable {
  case miles = "mi"
  case kilometers = "km"
  case meters = "m"
  case feet = "ft"
  case yards = "yd"

  /// The unit's exact size: the international mile is 1,609.344 m by definition (1959).
  public var micrometers: Int64 {
    switch self {
    case .miles: 1_609_344_000
    case .kilometers: 1_000_000_000
    case .meters: 1_000_000
    case .feet: 304_800
    case .yards: 914_400
    }
  }

  /// Decimals that tell any two distances apart: a last digit worth less than a micrometre.
  var exactFractionDigits: Int {
    switch self {
    case .miles: 10
    case .kilometers: 9
    case .meters: 6
    case .feet, .yards: 7
    }
  }

  /// The unit that a person means by a word such as "mi", "Miles" or "kilometres", or nil; also for
  /// "M", which some write for metres and others for miles.
  public init?(name: some StringProtocol) {
    if name == "M" { return nil }
    switch name.lowercased() {
    case "mi", "mile", "miles": self = .miles
    case "km", "kilometer", "kilometers", "kilometre", "kilometres": self = .kilometers
    case "m", "meter", "meters", "metre", "metres": self = .meters
    case "ft", "foot", "feet": self = .feet
    case "yd", "yard", "yards": self = .yards
    default: return nil
    }
  }
}
