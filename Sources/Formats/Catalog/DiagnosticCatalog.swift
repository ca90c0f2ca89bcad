extension Diagnostic {
  /// What a code means, for the one who has to mend the file.
  public struct Explanation: Sendable {
    /// A file that has the fault, and the same without it.
    public struct Example: Hashable, Sendable {
      public let bad: String
      public let good: String
      /// False where the fault needs more text than an example should have; then it is shortened.
      public let isWhole: Bool

      init(bad: String, good: String, isWhole: Bool = true) {
        self.bad = bad
        self.good = good
        self.isWhole = isWhole
      }
    }

    public let code: Code
    /// A noun phrase, such as “Latitude out of range”.
    public let title: String
    /// The worst that the code is raised with.
    public let severity: Severity
    /// What it means, why it matters for the marker, how to mend it.
    public let text: String
    public let example: Example

    init(
      _ code: Code, _ title: String, _ severity: Severity, _ text: String, bad: String,
      good: String, isWhole: Bool = true
    ) {
      self.code = code
      self.title = title
      self.severity = severity
      self.text = text
      example = Example(bad: bad, good: good, isWhole: isWhole)
    }
  }
}

/// An explanation for every code that reading a file can give.
public enum DiagnosticCatalog {
  /// In the order of `Diagnostic.Code`: the file, its numbers, its structure, what standards ask,
  /// what our own files say.
  public static let all: [Diagnostic.Explanation] =
    wholeFile + numbers + structure + standards + ownProperties

  /// The explanation of a code; nil for one that reading does not give.
  public static func explanation(of code: Diagnostic.Code) -> Diagnostic.Explanation? {
    byCode[code]
  }

  private static let byCode = Dictionary(
    all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })

  // MARK: The pieces of examples

  /// A GPX 1.1 file around its elements.
  static func gpx(_ inside: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <gpx version="1.1" creator="Mile Quest" xmlns="http://www.topografix.com/GPX/1/1">
    \(inside)
    </gpx>

    """
  }

  /// A GPX file of one track.
  static func track(_ points: String) -> String {
    gpx("  <trk><trkseg>\n\(points)\n  </trkseg></trk>")
  }

  /// A TCX file of one activity, with more points before its own.
  static func tcx(_ points: String) -> String {
    """
    <TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
    <Activities><Activity Sport="Other"><Lap><Track>\(points)
      <Trackpoint><Position><LatitudeDegrees>54.46</LatitudeDegrees>
        <LongitudeDegrees>-3.07</LongitudeDegrees></Position></Trackpoint>
      <Trackpoint><Position><LatitudeDegrees>54.48</LatitudeDegrees>
        <LongitudeDegrees>-3.05</LongitudeDegrees></Position></Trackpoint>
    </Track></Lap></Activity></Activities>
    </TrainingCenterDatabase>

    """
  }

  /// A KML file of one line.
  static func kmlLine(_ coordinates: String, _ more: String = "") -> String {
    """
    <kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><LineString>\(more)
      <coordinates>\(coordinates)</coordinates>
    </LineString></Placemark></Document></kml>

    """
  }

  /// A GeoJSON file of one geometry.
  static func geometry(_ type: String, _ coordinates: String, _ more: String = "") -> String {
    "{\"type\": \"\(type)\",\(more)\n \"coordinates\": \(coordinates)}\n"
  }

  /// A GeoJSON file of one line with properties.
  static func feature(_ properties: String, _ more: String = "") -> String {
    """
    {"type": "Feature",\(more)
     "properties": {\(properties)},
     "geometry": {"type": "LineString",
       "coordinates": [[-3.07, 54.46], [-3.05, 54.48]]}}

    """
  }

  static let goodTrack = track(
    "    <trkpt lat=\"54.46\" lon=\"-3.07\"/>\n    <trkpt lat=\"54.48\" lon=\"-3.05\"/>")
  static let goodLine = geometry("LineString", "[[-3.07, 54.46], [-3.05, 54.48]]")
}
