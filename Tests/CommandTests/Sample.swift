/// Small routes that the tests ask about.
enum Sample {
  /// Three parts along the equator and a meridian, two joins: 111 m and 5,430 km.
  static let gpx = """
    <gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">
    <metadata><name>Test</name></metadata>
    <wpt lat="0" lon="0.005"><name>Half &amp; half</name><desc>A story.</desc></wpt>
    <wpt lat="1.5" lon="3"><name>Up</name></wpt>
    <trk><name>Equator</name><trkseg>
    <trkpt lat="0" lon="0"><ele>10</ele></trkpt>
    <trkpt lat="0" lon="0.01"><ele>30</ele></trkpt></trkseg>
    <trkseg><trkpt lat="0" lon="0.011"><ele>20</ele></trkpt><trkpt lat="0" lon="1"/></trkseg></trk>
    <trk><name>Meridian</name>
    <trkseg><trkpt lat="1" lon="3"/><trkpt lat="2" lon="3"/></trkseg></trk>
    </gpx>

    """
}
