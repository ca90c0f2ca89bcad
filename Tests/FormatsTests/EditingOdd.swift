import Formats

/// Files as people and programs write them, with what edits must not disturb.
enum OddFile {
  static let gpx = """
    <?xml version='1.0'?>\r
    <!-- <trk> in a comment > -->\r
    <g:gpx version='1.1' creator='x' xmlns:g='http://www.topografix.com/GPX/1/1'\r
      xmlns:own='urn:milequest:route:1' xmlns:a="urn:a">\r
      <g:wpt lon='-7.25'   lat = '46.5'><g:name>Hut &amp; &#x48;</g:name></g:wpt>\r
      <g:wpt lat='47' lon='8'/><!-- keep 1 --><g:wpt lat='48' lon='9'><g:ele/></g:wpt>\r
      <?keep 2?>\r
      <g:trk><g:name>One</g:name>\r
        <g:extensions><own:route joins='ferry walk'/><a:x>keep 3</a:x></g:extensions>\r
        <g:trkseg>\r
          <g:trkpt lat='1' lon='2'>\r
            <g:time>2024-01-01T00:00:00Z</g:time>\r
          </g:trkpt>\r
          <!-- keep 4: <g:trkpt lat='9' lon='9'/> -->\r
          <g:trkpt lat='1.5'\r
            lon='2.5'/>  <g:trkpt lon=' 3 ' lat=' 1.75 '><g:ele> 7.50 </g:ele><a:b c='>'/></g:trkpt>\r
        </g:trkseg>\r
        <g:trkseg><g:trkpt lat='4' lon='5'/><g:trkpt lat='4.0000001230' lon='5e0'/></g:trkseg>\r
        <g:trkseg>\r
          <g:trkpt lat='6' lon='7'><![CDATA[ </g:trkpt> ]]></g:trkpt>\r
        </g:trkseg>\r
      </g:trk>\r
      <g:trk><g:name>Two</g:name><g:trkseg><g:trkpt lat='-6' lon='-7'/><!-- keep 5 --></g:trkseg>\r
      </g:trk>\r
      <g:extensions><a:y>keep 6</a:y></g:extensions>\r
    </g:gpx>\r

    """

  static let smallGPX =
    "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\">"
    + "<wpt lat=\"1\" lon=\"2\"/><wpt lat=\"3\" lon=\"4\"/><rte><rtept lat=\"1\" lon=\"2\"/>"
    + "<rtept lat=\"3\" lon=\"4\"><ele>5</ele></rtept><rtept lat=\"5\" lon=\"6\"/></rte><rte>"
    + "<name>keep 1</name><rtept lat=\"7\" lon=\"8\"/></rte></gpx>"

  static let kml = """
    <?xml version="1.0" encoding="UTF-8"?>
    <k:kml xmlns:k="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
      <k:Document><k:name>keep 1</k:name><k:Style id="s"><!-- keep 2 --></k:Style>
        <k:Placemark><k:name>A</k:name><k:MultiGeometry>
          <k:LineString><k:coordinates>
            1,2 3,4,5
            <!-- keep 3 -->
            5,6	7,8,0
          </k:coordinates></k:LineString>
          <k:LineString><k:tessellate>1</k:tessellate><k:coordinates>1,1</k:coordinates></k:LineString>
          <k:Point><k:coordinates> 3,3 </k:coordinates></k:Point>
          <k:Point><k:coordinates>4,4,4</k:coordinates></k:Point>
        </k:MultiGeometry></k:Placemark>
        <k:Placemark><k:name>Walk</k:name>
          <gx:Track>
            <k:when>2024-01-01</k:when><k:when>2024-01-02</k:when>
            <k:when>2024-01-03</k:when>
            <gx:coord>1 2 3</gx:coord><gx:coord> 4  5 </gx:coord>
            <gx:coord>6 7</gx:coord>
          </gx:Track></k:Placemark>
        <k:Placemark><k:name>P</k:name><k:Point><k:coordinates>9,9</k:coordinates></k:Point></k:Placemark>
        <k:Placemark><k:name>Q</k:name><k:Point><k:coordinates><![CDATA[8,8]]></k:coordinates></k:Point></k:Placemark>
        <k:Folder><k:Placemark><k:LineString><k:coordinates>1,2 2,3</k:coordinates></k:LineString></k:Placemark></k:Folder>
      </k:Document>
    </k:kml>
    """

  static let geojson = """
    {"features": [\r
      {"properties": {"name": "keep 1", "joins": ["ferry"], "x": [1, {"y": "]}"}]},
       "geometry": {"coordinates": [[[1, 2], [3,4,5,6] , [ 5.50 , 6e0 ]],\r
          [[7, 8],
           [9, 10]]], "type": "MultiLineString"}, "type": "Feature"},
      {"type": "Feature", "geometry": {"type": "GeometryCollection", "geometries": [
         {"type": "Point", "coordinates": [1, 1]},
         {"type": "GeometryCollection", "geometries": [
            {"type": "LineString", "coordinates": [[1, 2], [2, 2]]},
            {"type": "MultiPoint", "coordinates": [[3, 3], [4, 4], [5, 5, 5]]}]},
         {"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}]},
       "properties": null},
      {"type": "Feature", "properties": {"name": "A"},
       "geometry": {"type": "Point", "coordinates": [ 10, 11 ]}},
      {"type": "Feature", "properties": {"name": "B", "note": "keep 2"},
       "geometry": {"type": "Point", "coordinates": [12, 13]}},
      {"type": "Feature", "properties": {"name": "L"},
       "geometry": {"type": "LineString", "coordinates": [[1, 2, 3]]}}],
     "type": "FeatureCollection", "keep": "keep 3"}

    """

  static let smallGeoJSON =
    #"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":"#
    + #"{"type":"LineString","coordinates":[[1,2],[3,4],[5,6]]}},{"type":"Feature","properties":{"#
    + #""name":"keep 1"},"geometry":{"type":"Point","coordinates":[1,2]}}]}"#

  static let polyline = "_p~iF~ps|U_ulLnnqC_mqNvxq`@\r\n\r\n_p~iF~ps|U_ulLnnqC  \n_p~iF~ps|U"

  static let all: [(format: RouteFormat, text: String)] = [
    (.gpx, gpx), (.gpx, smallGPX), (.kml, kml), (.geojson, geojson), (.geojson, smallGeoJSON),
    (.polyline5, polyline), (.polyline6, polyline),
  ]
}
