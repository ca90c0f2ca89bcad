internal import MapData

/// An OpenStreetMap extract in the format PBF (`.osm.pbf`), of which is read what a map shows.
///
/// The file is gone through a few times, so that only what lies near the map is ever kept.
public struct OSMExtract: Sendable {
  /// What has to stand on every picture of it.
  public static let attribution = "© OpenStreetMap contributors"

  private let bytes: [UInt8]
  private let limits: OSMLimits

  public init(_ bytes: [UInt8], limits: OSMLimits = .standard) {
    self.bytes = bytes
    self.limits = limits
  }

  /// What of some kinds has a corner on a map or near it. Of a file of which nothing is wanted, the
  /// headers are checked all the same.
  ///
  /// - Complexity: O(bytes unpacked · log(nodes kept)).
  package func features(
    in area: OSMArea, _ kinds: Set<OSMKind>
  ) throws(OSMFault) -> [OSMFeature] {
    var survey = try OSMSurvey(bytes, limits, area: area.expanded(by: 0.25), kinds)
    return kinds.isEmpty ? [] : try survey.features()
  }
}
