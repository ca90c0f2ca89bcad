import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// Files that are none of the formats are called by their name, with the way out.
@Suite struct ForeignFileTests {
  @Test(arguments: [
    ("a.gpx", "<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"),
    ("a.geojson", "lat,lon,name\n1,2,Hut\n", "CSV"),
    ("a.gpx", "\n\n lat,lon,name\n1,2,Hut\n", "CSV"),
    ("a.igc", "AXXX001\nHFDTE160701\n", "IGC"), ("a.igc", "HFDTE160701\n", "IGC"),
    ("a.gpx", "II*\0\u{8}\0\0\0", "--elevation"), ("a.gpx", "MM\0*\0\0\0\u{8}", "--elevation"),
    ("a.gpx", "ncols 4\nnrows 4\nxllcorner 10\n", "--elevation"),
    ("a.kml", "\u{89}PNG\r\n", "picture"), ("a.gpx", "%PDF-1.4\n", "PDF"),
    ("a.gpx", "$GPGGA,123519,4807.038,N,01131.000,E,1,08\n", "NMEA"),
    ("a.gpx", "OziExplorer Track Point File Version 2.1\nWGS 84\n", "OziExplorer"),
    ("a.gpx", "OziExplorer Waypoint File Version 1.1\nWGS 84\n", "OziExplorer"),
    ("a.gpx", "version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "git lfs pull"),
    ("a.geojson", "LINESTRING(9.1 45.1, 9.2 45.2)\n", "WKT"),
    ("a.json", "{\"type\":\"Topology\",\"arcs\":[[[0,0],[1,1]]],\"objects\":{}}", "TopoJSON"),
    (
      "a.json",
      "{\"geometryType\":\"esriGeometryPolyline\",\"features\":[{\"geometry\":{\"paths\":[]}}]}",
      "Esri"
    ),
    (
      "a.json", "{\"code\":\"Ok\",\"routes\":[{\"geometry\":\"_p~iF~ps|U\"}]}",
      "routing service"
    ),
    (
      "a.json", "{\"routes\":[{\"overview_polyline\":{\"points\":\"_p~iF\"}}],\"status\":\"OK\"}",
      "overview_polyline"
    ),
    ("a.gpx", "[InternetShortcut]\r\nURL=https://example.org/a.gpx\r\n", "shortcut of Windows"),
    ("a.json", "{\"latlng\":{\"data\":[[52.5,-3.8],[52.6,-3.9]]}}", "Strava"),
    ("a.json", "{\"id\":1,\"map\":{\"summary_polyline\":\"_p~iF~ps|U\"}}", "Strava"),
    ("a.json", "{\"error\":\"Not found\",\"status\":404}", "error message"),
  ])
  func filesOfAnotherKindAreCalledByTheirName(_ name: String, _ text: String, _ kind: String) {
    let bytes = text.unicodeScalars.map { UInt8($0.value) }
    let document = RouteReader.read(bytes, fileName: name)
    #expect(document.codes == [.unknownFormat])
    #expect(document.diagnostics[0].message.contains(kind))
  }

  @Test(arguments: [
    ("[[7,50],[7.1,50]]", "{\"type\": \"LineString\", \"coordinates\": before it"),
    ("[[[7,50],[7.1,50]]]", "{\"type\": \"MultiLineString\", \"coordinates\": before it"),
    ("[{\"type\":\"Feature\"}]", "{\"type\": \"FeatureCollection\", \"features\": before it"),
    ("[{\"type\":\"latlng\",\"data\":[[52.5,-3.8]]}]", "Strava"),
    ("\"{\\\"type\\\":\\\"Feature\\\"}\"", "without the quotes and the backslashes"),
    ("[1,2]", "not an array"), ("12", "not a number"),
  ])
  func valuesThatAreNoObjectHaveAWayOut(_ text: String, _ words: String) {
    let document = RouteReader.read(Array(text.utf8), fileName: "a.geojson")
    #expect(document.codes == [.memberType])
    #expect(document.diagnostics[0].message.contains(words), "\(document.diagnostics[0].message)")
  }

  @Test(arguments: [
    ("465000000,8000000", "E7"), ("2600000,1200000", "Swiss"), ("530000,180000", "British"),
    ("500000,5200000", "UTM"), ("1001875,5621521", "Web Mercator"),
    ("-8238310,4970071", "Web Mercator"), ("1340000,5250000", "(E5)"),
    ("159868227,626349397", "semicircles"), ("1622.5,4812.3", "NMEA"), ("121000,487000", "Dutch"),
    ("315000,234000", "Irish"), ("600000,200000", "old Swiss"), ("1200000,2600000", "Swiss"),
  ])
  func numbersThatAreNoDegreesAreCalledByTheirName(_ pair: String, _ system: String) {
    let json = read("{\"type\":\"LineString\",\"coordinates\":[[\(pair)],[\(pair)]]}")
    #expect(json.errors.count == 1)
    #expect(
      json.errors.allSatisfy { $0.message.contains(system) && $0.message.contains("(2 positions") },
      "\(json.errors[0].message)")
  }
}
