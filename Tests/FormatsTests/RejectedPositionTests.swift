import Formats
import Testing

/// Positions out of range keep their numbers and their place in the route.
@Suite struct RejectedPositionTests {
  /// `track.part.vertex latitude,longitude line:column`, with `w` for waypoints.
  private func rejected(_ document: RouteDocument) -> [String] {
    document.rejected.map {
      let place = document.place(ofOffset: $0.offset)
      let index = $0.isWaypoint ? "w\($0.vertex)" : "\($0.track).\($0.part).\($0.vertex)"
      return "\(index) \($0.latitude),\($0.longitude) \(place.line):\(place.column)"
    }
  }

  @Test func ofGPX() {
    let text = """
      <gpx><wpt lat="1" lon="2"/><wpt lat="120" lon="2"/>
      <rte><rtept lat="99" lon="1"/></rte><trk/><trk><trkseg><trkpt lat="1" lon="1"/></trkseg>
      <trkseg><trkpt lat="1" lon="1"/><trkpt lat="170.5" lon="-41"/><trkpt lat="2" lon="381"/>
      <trkpt lat="x" lon="181"/></trkseg></trk></gpx>
      """
    #expect(
      rejected(read(text)) == [
        "w1 120.0,2.0 1:28", "1.1.1 170.5,-41.0 3:33", "1.1.1 2.0,381.0 3:63",
      ])
    let route = "<gpx><rte/><rte><rtept lat='99' lon='1'/></rte></gpx>"
    #expect(rejected(read(route)) == ["1.0.0 99.0,1.0 1:17"])
  }

  @Test func ofKML() {
    let text = """
      <kml><Placemark><Point><coordinates>-41,170</coordinates></Point></Placemark>
      <Placemark><MultiGeometry><LineString><coordinates>1,1 2,2</coordinates></LineString>
      <LineString><coordinates>1,1 -41,170,3
       400,5</coordinates></LineString></MultiGeometry></Placemark></kml>
      """
    #expect(
      rejected(read(text)) == [
        "w0 170.0,-41.0 1:37", "0.1.1 170.0,-41.0 3:30", "0.1.1 5.0,400.0 4:2",
      ])
  }

  @Test func noMoreThanCanBeMended() {
    let points = String(repeating: "1,95 ", count: 900)
    let lines = String(
      repeating: "<LineString><coordinates>\(points)</coordinates></LineString>", count: 12)
    let document = read("<kml><Placemark><MultiGeometry>\(lines)</MultiGeometry></Placemark></kml>")
    #expect(document.rejected.count <= RouteDocument.mostRejected)
    #expect(document.rejected.count >= 900)
  }

  @Test func partsBeginSomewhere() {
    func places(_ text: String) -> [String] {
      let document = read(text)
      return document.tracks.flatMap(\.parts).map {
        String(decoding: document.source.bytes[$0.offset...].prefix(9), as: UTF8.self)
      }
    }
    #expect(places(Sample.gpx) == ["<trkseg>\n", "<trkseg><"])
    #expect(places("<gpx><rte id='1'><rtept lat='1' lon='1'/></rte></gpx>") == ["<rte id='"])
    #expect(places(Sample.kml) == ["<LineStri", "<gx:Track"])
    #expect(read(Sample.polyline5, as: .polyline5).tracks[0].parts.map(\.offset) == [0, 28])
  }
}
