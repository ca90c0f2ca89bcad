internal import Formats
internal import Inspection
internal import OpenStreetMap

/// What stands in the corners of a map.
extension MapBuilder {
  /// The scale bar, in the corner where it covers the least.
  mutating func addScaleBar() {
    guard let meters = sheet.viewport.trueMetersPerPixel(sheet.projection) else { return }
    let bar = ScaleBar(style, metersPerPixel: meters)
    guard let place = corner(bar.size) else { return }
    placing.take(place)
    layers.append(bar.layer(in: place))
  }

  /// The legend, in the same way.
  mutating func addLegend(_ findings: [Finding], _ ground: MapGround, _ streets: MapStreets) {
    var legend = legendOfSigns
    if ground.hasIceShelf { legend.add(.symbol(symbols.iceShelf), "ice shelf") }
    if ground.isApproximate, ground.hasOutlines {
      legend.add(.stroke(symbols.faintCoast), "coast and water, approximate")
    }
    if !streets.isEmpty {
      legend.add(.stroke(streets.sign), "streets \(OSMExtract.attribution)")
    }
    // As many kinds of findings as a free corner has room for.
    var most = max(legend.mostRows(inHeight: box.height * 0.8) - legend.rows.count, 0)
    while most >= 0 {
      var whole = legend
      whole.add(findings, most: most, symbols: symbols)
      if let place = corner(whole.size) {
        placing.take(place)
        layers.append(whole.layer(in: place))
        break
      }
      // Where all had room in number, it is the last row that is in the way.
      most = min(most, whole.rows.count - legend.rows.count) - 1
    }
  }

  /// Names where the streets come from, in a corner that is free; where none is, all the same.
  mutating func addAttribution() {
    let size = style.smallText
    let text = OSMExtract.attribution
    let width = style.ruler.width(text, size: size)
    let inner = box.expanded(by: -5 * unit)
    let places = [
      (inner.maxX - width, inner.maxY - size), (inner.minX, inner.maxY - size),
      (inner.maxX - width, inner.minY), (inner.minX, inner.minY),
    ].map { Box(minX: $0, minY: $1, maxX: $0 + width, maxY: $1 + size) }
    let place = places.first { placing.isFree($0) } ?? places[0]
    placing.take(place)
    layers.append(
      Layer(
        "attribution",
        [
          .text(
            style.ruler.run(
              text, at: Point(x: place.minX, y: place.minY + size * Typeface.ascent), size: size,
              color: palette.quietInk, halo: palette.halo))
        ]))
  }

  private var legendOfSigns: Legend {
    var legend = Legend(style)
    let isQuiet = position != nil
    for (kind, text) in [
      (RouteTrace.Kind.line, "route"), (.crossing, "crossing that counts"),
      (.ferry, "ferry, not counted"), (.unresolved, "gap to be decided on"),
    ] where !(sheet.lines[kind] ?? []).isEmpty {
      // A line that is the only one explains itself.
      if kind == .line, !isQuiet, sheet.lines.count == 1, before.isEmpty { continue }
      legend.add(.stroke(symbols.stroke(kind, isQuiet: isQuiet)), text)
      if kind == .line, isQuiet {
        legend.add(
          .stroke(symbols.travelledStroke(.line)),
          measured.route.course == .once ? "travelled" : "travelled of this pass")
      }
    }
    legend.add(.symbol(symbols.start), finish == nil ? "start and finish" : "start")
    if finish != nil { legend.add(.symbol(symbols.finish), "finish") }
    if position != nil { legend.add(.symbol(symbols.position), "position") }
    if !teams.isEmpty { legend.add(.symbol(symbols.teamSign), "team") }
    if !before.isEmpty { legend.add(.stroke(symbols.before), "before the change") }
    return legend
  }

  private func corner(_ size: (width: Double, height: Double)) -> Box? {
    let inner = box.expanded(by: -8 * unit)
    let boxes = [
      (inner.minX, inner.maxY - size.height), (inner.maxX - size.width, inner.maxY - size.height),
      (inner.maxX - size.width, inner.minY), (inner.minX, inner.minY),
    ].map { Box(minX: $0, minY: $1, maxX: $0 + size.width, maxY: $1 + size.height) }
    // Room for what rounding does to a box at the edge.
    let free = boxes.filter {
      let core = $0.expanded(by: -1e-6)
      let reach = $0.expanded(by: MapSymbols.markerRadius * unit)
      return inner.contains(core) && placing.isFree(core) && !marked.contains(where: reach.contains)
    }
    return free.min { placing.cost($0) < placing.cost($1) }
  }
}
