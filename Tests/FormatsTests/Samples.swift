import Formats

/// A small sound file of every format, with something of everything in it.
enum Sample {
  static let gpx = """
    <?xml version="1.0" encoding="UTF-8"?>
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"
      xmlns:mq="urn:milequest:route:1">
      <metadata><name>Häuser &amp; Höfe 🏔</name></metadata>
      <wpt lat="46.5" lon="-7.25"><ele>1200.5</ele><name>Hut</name><desc>Tea</desc><type>hut</type>
        <extensions><mq:waypoint officialDistance="1.5 km"/></extensions></wpt>
      <trk><name>North</name>
        <extensions><mq:route joins="ferry" laps="2" lapJoin="walk"/></extensions>
        <!-- a comment --><trkseg>
          <trkpt lat="46.5" lon="-7.25"><ele>1200</ele><time>2024-01-01T00:00:00Z</time></trkpt>
          <trkpt lat="46.51" lon="-7.26"/></trkseg>
        <trkseg><trkpt lat="+46.6" lon="-7.3e0"/><trkpt lat="46.61" lon="-7.31"/></trkseg>
      </trk>
    </gpx>

    """

  static let kml = """
    <?xml version="1.0" encoding="UTF-8"?>
    <kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
      <Document><name>Häuser &amp; Höfe 🏔</name>
        <Placemark><name>North</name>
          <ExtendedData><Data name="milequest:laps"><value>2</value></Data></ExtendedData>
          <MultiGeometry>
            <LineString><coordinates>-7.25,46.5,1200 -7.26,46.51
              -7.3,46.6</coordinates></LineString>
            <gx:Track><gx:coord>-7.4 46.7 900</gx:coord><gx:coord>-7.5 46.8</gx:coord></gx:Track>
          </MultiGeometry></Placemark>
        <Placemark><name>Hut</name><description><![CDATA[Tea <b>]]></description>
          <Point><coordinates>-7.25,46.5</coordinates></Point></Placemark>
      </Document>
    </kml>

    """

  static let geojson = """
    {"type": "FeatureCollection", "name": "Häuser \\u0026 Höfe 🏔", "laps": 2, "features": [
      {"type": "Feature", "id": 7, "bbox": [-8, 46, -7, 47],
       "properties": {"name": "North", "joins": ["ferry"],
         "other": [1, {"a": null}, "\\ud83c\\udfd4"]},
       "geometry": {"type": "MultiLineString", "coordinates": [
         [[-7.25, 46.5, 1200], [-7.26, 46.51]], [[-73e-1, 46.6], [-7.31, 46.61, 3, 4]]]}},
      {"type": "Feature", "properties": {"name": "Hut", "story": "Tea", "officialDistance": 1500},
       "geometry": {"coordinates": [-7.25, 46.5, 1200.5], "type": "Point"}}
    ]}

    """

  /// The example of Google's documentation, with a second part.
  static let polyline5 = "_p~iF~ps|U_ulLnnqC_mqNvxq`@\n_p~iF~ps|U_ulLnnqC\n"
  static let polyline6 = "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI\n"

  static let all: [(format: RouteFormat, text: String)] = [
    (.gpx, gpx), (.kml, kml), (.geojson, geojson), (.polyline5, polyline5), (.polyline6, polyline6),
  ]
}
