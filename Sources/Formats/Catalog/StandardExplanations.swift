extension DiagnosticCatalog {
  /// What the standards ask and reading can do without.
  static let standards: [Diagnostic.Explanation] = [
    .init(
      .namespace, "Missing or wrong namespace", .warning,
      "The root element does not name the namespace of its version of GPX. The route is read all the "
        + "same; programs that go by the schema do not know the file for GPX and show nothing. Add the "
        + "xmlns that the message gives.",
      bad: "<gpx version=\"1.1\" creator=\"Mile Quest\"/>\n",
      good:
        "<gpx version=\"1.1\" creator=\"Mile Quest\" xmlns=\"http://www.topografix.com/GPX/1/1\"/>\n"
    ),
    .init(
      .prefixUndeclared, "Undeclared namespace prefix", .error,
      "An element or attribute has a prefix that no element around it declares. Strict readers of XML "
        + "refuse the whole file. Declare the prefix in the root element, as in "
        + "xmlns:gpxx=\"http://www.garmin.com/xmlschemas/GpxExtensions/v3\".",
      bad: gpx("  <trk><extensions><gpxx:Color>Red</gpxx:Color></extensions></trk>"),
      good: goodTrack),
    .init(
      .schemaOrder, "Elements in the wrong order", .warning,
      "GPX fixes the order of the elements within each other, and here one comes too late. The order "
        + "does not matter for the marker, but strict programs and devices refuse the file or lose the "
        + "value. Move the element to where the message says.",
      bad: track(
        """
            <trkpt lat="54.46" lon="-3.07"><time>2026-05-03T18:30:00Z</time><ele>90</ele></trkpt>
        """),
      good: track(
        """
            <trkpt lat="54.46" lon="-3.07"><ele>90</ele><time>2026-05-03T18:30:00Z</time></trkpt>
        """)),
    .init(
      .schemaElement, "Element that GPX does not have there", .warning,
      "An element is misspelt, belongs elsewhere, or is an extension outside of “extensions”. Whatever "
        + "it says is not read: a misspelt ele is an elevation that the profile lacks. Correct the "
        + "name, or move the element under “extensions” in a namespace of its own.",
      bad: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><elev>90</elev></trkpt>"),
      good: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><ele>90</ele></trkpt>")),
    .init(
      .schemaAttribute, "Attribute that GPX does not have there", .warning,
      "A tag has an attribute that the schema of GPX does not know. Strict programs refuse the file, and "
        + "others read past it: an elevation that is written as an attribute is an elevation that the "
        + "profile lacks. The repair makes an element of an ele. Write any other as an element under "
        + "“extensions”, or remove it, which --fix-unsafe does.",
      bad: track("    <trkpt lat=\"54.46\" lon=\"-3.07\" ele=\"90\"/>"),
      good: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><ele>90</ele></trkpt>")),
    .init(
      .schemaValue, "Value that GPX does not allow", .warning,
      "An element or attribute holds a text that the schema of GPX forbids, such as a negative number of "
        + "satellites, a kind of fix that does not exist, or a word where a number belongs. Strict "
        + "programs refuse the file. The repair writes the value correctly where it is clear what was "
        + "meant; --fix-unsafe removes any other. Correct the value, or remove the element.",
      bad: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><fix>4d</fix></trkpt>"),
      good: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><fix>3d</fix></trkpt>")),
    .init(
      .schemaRepeated, "Element given twice", .warning,
      "An element stands more than once where GPX allows one. The last one is used here, and other "
        + "programs may take the first, so they can show another name or elevation. Keep the one that "
        + "is right.",
      bad: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><ele>90</ele><ele>95</ele></trkpt>"),
      good: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><ele>95</ele></trkpt>")),
    .init(
      .attributeMissing, "Missing attribute", .warning,
      "An element lacks an attribute that GPX asks for, such as the creator of the file or the href of "
        + "a link. The line is not touched, but strict programs refuse the file. Add the attribute.",
      bad: "<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\"/>\n",
      good:
        "<gpx version=\"1.1\" creator=\"Mile Quest\" xmlns=\"http://www.topografix.com/GPX/1/1\"/>\n"
    ),
    .init(
      .boundsWrong, "Bounds that do not hold their points", .warning,
      "The bounds of a GPX file say where its points lie, and a point lies outside. Maps that trust "
        + "the bounds show the wrong place or cut the route off. It is left over from an edit as a "
        + "rule: correct the four numbers, or leave the bounds out.",
      bad: bounds("54.46"), good: bounds("54.48")),
    .init(
      .bboxWrong, "Box that does not agree with its positions", .warning,
      "A “bbox” leaves out positions, is much larger than what it holds, or has its numbers in the "
        + "wrong order. Maps that trust it show the wrong place. The order is west, south, east, north, "
        + "and over 180 degrees the west is greater than the east; correct it, or leave it out.",
      bad: geometry(
        "LineString", "[[-3.07, 54.46], [-3.05, 54.48]]", " \"bbox\": [54.46, -3.07, 54.48, -3.05],"
      ),
      good: geometry(
        "LineString", "[[-3.07, 54.46], [-3.05, 54.48]]", " \"bbox\": [-3.07, 54.46, -3.05, 54.48],"
      )),
    .init(
      .antimeridianUncut, "Line not cut at 180 degrees", .warning,
      "A leg jumps from one side of 180 degrees to the other. The marker walks the short way over the "
        + "line, but most maps draw it the long way around the world. Cut the line there, as RFC 7946 "
        + "section 3.1.9 asks: one part ends at 180 and the next begins at -180.",
      bad: geometry("LineString", "[[178, 65], [-178, 66]]"),
      good: geometry("MultiLineString", "[[[178, 65], [180, 65.5]], [[-180, 65.5], [-178, 66]]]")),
    .init(
      .memberMisspelt, "Misspelt member", .warning,
      "An object lacks a member that it must have, and has one whose name is nearly that. What it "
        + "holds is not read, so a stretch of the route is missing. Write the name as GeoJSON does; "
        + "capitals count.",
      bad: "{\"type\": \"LineString\",\n \"cordinates\": [[-3.07, 54.46], [-3.05, 54.48]]}\n",
      good: goodLine),
    .init(
      .collectionNested, "Collection inside a collection", .info,
      "A GeometryCollection stands inside another. RFC 7946 section 3.1.8 asks to avoid that, and many "
        + "programs draw nothing of it. The route is read all the same; take the inner collection "
        + "apart.",
      bad: collection("{\"type\": \"GeometryCollection\", \"geometries\": []}"),
      good: collection("{\"type\": \"Point\", \"coordinates\": [-3.06, 54.47]}")),
    .init(
      .collectionProperties, "Properties of a collection", .warning,
      "The FeatureCollection has a member “properties”, which RFC 7946 gives to features alone. It does "
        + "no harm here: a name in it names the route. Strict readers complain; write the name into "
        + "the line's feature and take the member out.",
      bad:
        "{\"type\": \"FeatureCollection\", \"properties\": {\"name\": \"Fell\"},\n \"features\": []}\n",
      good: "{\"type\": \"FeatureCollection\", \"features\": []}\n"),
    .init(
      .networkLink, "Data elsewhere", .warning,
      "The KML file names other files by network links and is often nothing but a pointer to them. "
        + "Nothing is fetched, so what they hold is not in the route. Open the file that the message "
        + "names.",
      bad:
        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><NetworkLink><Link><href>a.kml</href></Link>"
        + "</NetworkLink></kml>\n",
      good: kmlLine("-3.07,54.46 -3.05,54.48")),
    .init(
      .noGeometry, "Placemark without geometry", .info,
      "A placemark of the KML file has a name and no place. There is nothing of it to walk or to show, "
        + "so it is left out. Give it a Point or a LineString, or remove it.",
      bad: kml("<name>Hut</name>"),
      good: kml("<name>Hut</name><Point><coordinates>-3.07,54.46</coordinates></Point>")),
  ]

  private static func bounds(_ north: String) -> String {
    gpx(
      """
        <metadata><bounds minlat="54.46" minlon="-3.07" maxlat="\(north)" maxlon="-3.05"/></metadata>
        <trk><trkseg>
          <trkpt lat="54.46" lon="-3.07"/>
          <trkpt lat="54.48" lon="-3.05"/>
        </trkseg></trk>
      """)
  }

  private static func collection(_ second: String) -> String {
    "{\"type\": \"GeometryCollection\", \"geometries\": [\n" + goodLine + ", " + second + "]}\n"
  }

  private static func kml(_ placemark: String) -> String {
    """
    <kml xmlns="http://www.opengis.net/kml/2.2"><Document>
      <Placemark>\(placemark)</Placemark>
    </Document></kml>

    """
  }
}

extension DiagnosticCatalog {
  /// What our own files say about a route.
  static let ownProperties: [Diagnostic.Explanation] = [
    .init(
      .routeProperty, "Faulty route property", .error,
      "Something that Mile Quest's own files say about the route cannot be read: a join policy, a "
        + "number of laps, an official length or distance. The quest would be longer or shorter than "
        + "its designer meant, so it is not guessed. Correct the value as the message says.",
      bad: feature("\"laps\": \"two\""), good: feature("\"laps\": 2"))
  ]
}
