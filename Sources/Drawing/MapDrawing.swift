internal import Inspection
internal import OpenStreetMap
internal import Routes

/// The map: land, graticule, the route and its joins, markers, labels, scale bar and legend.
struct MapDrawing {
  /// What the small print says.
  struct Notes: Hashable, Sendable {
    let kind: MapProjection.Kind
    let projection: String
    /// The scale of the outlines.
    let land: String
    /// Whether the map shows more than such outlines can tell.
    let isApproximate: Bool
    /// Whether towns are named.
    let hasTowns: Bool
    /// Whether streets of an extract are drawn.
    let hasStreets: Bool
    /// Whether an extract was given of which nothing is seen.
    let lacksStreets: Bool
    /// Findings that belong to no place on the map.
    let findingsElsewhere: Int
    /// Labels of waypoints that found no room, those outside of the map among them.
    let droppedLabels: Int
    /// Names of teams that found no room.
    var droppedTeams = 0

    var text: String {
      var parts = [projection]
      parts.append(
        "Land: Natural Earth \(land)" + (isApproximate ? ", approximate here" : "")
          + (hasTowns ? "; towns also of GeoNames (CC BY 4.0)" : ""))
      if hasStreets { parts.append("Streets: \(OSMExtract.attribution)") }
      if lacksStreets { parts.append("nothing of the basemap is seen at this place and scale") }
      if findingsElsewhere > 0 {
        parts.append(
          "\(NiceNumbers.text(Double(findingsElsewhere), decimals: 0)) "
            + "finding\(findingsElsewhere == 1 ? "" : "s") not on the map")
      }
      for (count, what) in [(droppedLabels, "waypoint"), (droppedTeams, "team")] where count > 0 {
        parts.append(
          "\(NiceNumbers.text(Double(count), decimals: 0)) \(what) "
            + "label\(count == 1 ? "" : "s") left out for lack of room")
      }
      return parts.joined(separator: " · ")
    }
  }

  let layers: [Layer]
  let notes: Notes

  /// Labels beyond these are not even tried: no map has room for them.
  static let mostLabels = 400

  /// - Parameters:
  ///   - basemap: of which streets and water are drawn.
  ///   - shownWaypoints: the waypoints that are drawn.
  ///   - hasLegend: whether the signs are explained.
  /// - Throws: `projection`, `basemap`.
  /// - Complexity: O(vertices + vertices of the land outlines).
  init(
    _ measured: MeasuredRoute, in box: Box, style: PlotStyle, position: PassPosition?,
    findings: [Finding] = [], teams: [PlotTeam] = [], before: MeasuredRoute? = nil,
    basemap: OSMExtract? = nil, showing shownWaypoints: ShownWaypoints = .all,
    hasLegend: Bool = true
  ) throws(DrawingError) {
    let trace = RouteTrace(measured)
    let sheet = try MapSheet(showing: trace, in: box, unit: style.unit)
    let graticule = Graticule(sheet, unit: style.unit)
    let ground = MapGround(sheet, unit: style.unit, palette: style.palette)
    let streets = try MapStreets(
      basemap, sheet, unit: style.unit, palette: style.palette)
    let (kind, projection) = (sheet.projection.kind, sheet.projection.name)
    var map = MapBuilder(
      measured, sheet, style, position, teams: teams, before: before, showing: shownWaypoints)
    map.layers += [ground.layer, streets.layer]
    map.layers.append(graticule.layer(in: box, style))
    map.addRoute()
    let shown = findings.filter { map.shows($0) }
    map.addSigns(shown)
    map.addScaleBar()
    if hasLegend { map.addLegend(shown, ground, streets) }
    if !streets.isEmpty { map.addAttribution() }
    map.addNames()
    let inset =
      hasLegend ? try MapInset(map, trace, basemap: streets.isEmpty ? nil : basemap) : nil
    if let inset { map.placing.take(inset.box) }
    map.addLabels(graticule, towns: ground.towns)
    map.layers += inset?.layers ?? []
    layers = map.layers
    notes = Notes(
      kind: kind, projection: projection, land: ground.scale,
      isApproximate: ground.isApproximate, hasTowns: map.hasTowns,
      hasStreets: !streets.isEmpty, lacksStreets: streets.isMissing,
      findingsElsewhere: Self.count(findings) - shown.count,
      droppedLabels: map.unnamed.count - (inset?.namedCount ?? 0), droppedTeams: map.unnamedTeams)
  }

  /// With those that one stands for; no more than can be counted.
  private static func count(_ findings: [Finding]) -> Int {
    findings.reduce(0) { sum, finding in
      let (next, isTooMany) = sum.addingReportingOverflow(finding.count)
      return isTooMany ? .max : next
    }
  }
}
