public import Formats

/// All rules and everything that is told about them.
public enum Rules {
  /// The rules about the line, in the order in which they look at it.
  static let line: [any Rule.Type] = [
    PrecisionExcess.self, PrecisionCoarse.self,
    NoLength.self, OnePointPart.self, TrackVariants.self, PartDoubled.self, JoinUnresolved.self,
    JoinByDefault.self, PartReversed.self,
    PartsOrder.self, VertexDoubled.self, CoordinatesSwapped.self, SignFlipped.self, NullIsland.self,
    Spike.self,
    Jump.self, SelfCrossing.self, WalkedTwice.self, ContactsCut.self, LegAntipodal.self,
    AntimeridianCrossed.self, PolePassed.self, DensityCoarse.self, DensityFine.self,
    ElevationMissing.self, ElevationZero.self, ElevationRange.self, ElevationStep.self,
    GradeImpossible.self, TimeBackwards.self, PlacingCut.self, WaypointOffRoute.self,
    WaypointOrder.self,
    WaypointDoubled.self, WaypointUnnamed.self, WaypointAmbiguous.self, MarkerUnused.self,
    MarkerStretch.self, LengthDiffers.self, ScaleSurprising.self, MilestoneSpacing.self,
  ]

  /// What every code means: those of the readers, then those about the line.
  public static let all: [RuleDescription] =
    DiagnosticCatalog.all.map(RuleDescription.init).filter { !linesOwn.contains($0.code) }
    + line.map { $0.about } + [
      CalibrationFault.about, RouteNames.unnamed, RouteNames.repeated,
    ]

  /// The codes that rules about the line give, some of which readers of a format give too.
  static let linesOwn = Set(line.map { $0.about.code })

  /// The description of a code, or nil where no such code exists.
  public static func description(of code: Diagnostic.Code) -> RuleDescription? { byCode[code] }

  private static let byCode = Dictionary(
    all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })

  /// The codes that are spelled nearly like a word, nearest first, for who mistyped one.
  public static func codes(like word: String) -> [Diagnostic.Code] {
    Spelling.like(word, among: all.map(\.code.rawValue)).map(Diagnostic.Code.init(rawValue:))
  }
}
