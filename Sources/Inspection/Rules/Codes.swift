public import Formats

extension Diagnostic.Code {
  // The file.
  public static let precisionExcess = Self(rawValue: "precision-excess")
  public static let precisionCoarse = Self(rawValue: "precision-coarse")

  // The line.
  public static let noLength = Self(rawValue: "no-length")
  public static let vertexDoubled = Self(rawValue: "vertex-doubled")
  public static let spike = Self(rawValue: "spike")
  public static let jump = Self(rawValue: "jump")
  public static let coordinatesSwapped = Self(rawValue: "coordinates-swapped")
  public static let nullIsland = Self(rawValue: "null-island")
  public static let signFlipped = Self(rawValue: "sign-flipped")
  public static let joinUnresolved = Self(rawValue: "join-unresolved")
  public static let joinByDefault = Self(rawValue: "join-by-default")
  public static let partReversed = Self(rawValue: "part-reversed")
  public static let partsOrder = Self(rawValue: "parts-order")
  public static let partDoubled = Self(rawValue: "part-doubled")
  public static let trackVariants = Self(rawValue: "track-variants")
  public static let selfCrossing = Self(rawValue: "self-crossing")
  public static let walkedTwice = Self(rawValue: "walked-twice")
  public static let contactsCut = Self(rawValue: "crossings-cut-short")
  public static let legAntipodal = Self(rawValue: "leg-antipodal")
  public static let antimeridianCrossed = Self(rawValue: "antimeridian-crossed")
  public static let polePassed = Self(rawValue: "pole-passed")
  public static let densityCoarse = Self(rawValue: "density-coarse")
  public static let densityFine = Self(rawValue: "density-fine")

  // Elevation and time.
  public static let elevationMissing = Self(rawValue: "elevation-missing")
  public static let elevationZero = Self(rawValue: "elevation-zero")
  public static let elevationRange = Self(rawValue: "elevation-range")
  public static let elevationStep = Self(rawValue: "elevation-step")
  public static let gradeImpossible = Self(rawValue: "grade-impossible")
  public static let timeBackwards = Self(rawValue: "time-backwards")

  // Waypoints.
  public static let placingCut = Self(rawValue: "placing-cut-short")
  public static let waypointOffRoute = Self(rawValue: "waypoint-off-route")
  public static let waypointOrder = Self(rawValue: "waypoint-order")
  public static let waypointDoubled = Self(rawValue: "waypoint-doubled")
  public static let waypointUnnamed = Self(rawValue: "waypoint-unnamed")
  public static let waypointAmbiguous = Self(rawValue: "waypoint-ambiguous")
  public static let markerUnused = Self(rawValue: "marker-unused")
  public static let markerStretch = Self(rawValue: "marker-stretch")

  // The quest.
  public static let calibration = Self(rawValue: "calibration")
  public static let lengthDiffers = Self(rawValue: "length-differs")
  public static let scaleSurprising = Self(rawValue: "scale-surprising")
  public static let milestoneSpacing = Self(rawValue: "milestone-spacing")

  // The name on the way into a ledger.
  public static let routeUnnamed = Self(rawValue: "route-unnamed")
  public static let routeNameTaken = Self(rawValue: "route-name-taken")
}
