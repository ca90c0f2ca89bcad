extension DiagnosticCatalog {
  /// Faults of how a file is put together.
  static let structure: [Diagnostic.Explanation] = [
    .init(
      .emptyPart, "Part without points", .info,
      "A track segment or line has no positions and is left out. It changes nothing for the marker. "
        + "Remove it, or add the points that it was meant to have.",
      bad: gpx("  <trk><trkseg/></trk>"), good: goodTrack),
    .init(
      .onePointPart, "Line of a single point", .warning,
      "A line needs two positions, and this one has one. It adds no miles of its own, but it adds two "
        + "joins that the marker has to cross. Remove it, make it a Point, or add what is missing.",
      bad: geometry("MultiLineString", "[[[-3.07, 54.46]], [[-3.06, 54.47], [-3.05, 54.48]]]"),
      good: goodLine),
    .init(
      .pointsUnplaced, "Points without a position", .info,
      "A watch goes on recording where it has no position, such as in a tunnel or a gym: there are a "
        + "heart rate and a time, and no place. Such points are passed over, and the line leads straight "
        + "on from the point before them.",
      bad: tcx("<Trackpoint><Time>2026-05-03T18:30:00Z</Time></Trackpoint>"), good: tcx("")),
    .init(
      .misplaced, "Element in the wrong place", .warning,
      "Points or segments of GPX stand where they have no meaning, such as a trkpt outside of a "
        + "trkseg. They are left out, so the route may lack a stretch. Put them into the element that "
        + "the message names.",
      bad: gpx("  <trk><trkpt lat=\"54.46\" lon=\"-3.07\"/></trk>"), good: goodTrack),
    .init(
      .routesIgnored, "Routes beside tracks", .info,
      "The file has both tracks (trk) and routes (rte). The tracks are the finer drawing and make the "
        + "line; the routes are left aside. Choose a route with --track NAME or --track NUMBER. Where no track "
        + "has a line, only single points, the routes make the line and the tracks are left aside.",
      bad: gpx(
        """
          <rte><rtept lat="54.46" lon="-3.07"/></rte>
          <trk><trkseg><trkpt lat="54.46" lon="-3.07"/></trkseg></trk>
        """), good: goodTrack),
    .init(
      .shapingPoints, "Route shaped by points of Garmin", .info,
      "A GPX route keeps the way between its points in Garmin's extension (gpxx:rpt). Those points are "
        + "read as part of the line, which would cut corners without them. Programs that do not know "
        + "the extension see another line; convert the file to write them as a track.",
      bad: gpx(
        """
          <rte><rtept lat="54.46" lon="-3.07"><extensions>
            <gpxx:RoutePointExtension xmlns:gpxx="http://www.garmin.com/xmlschemas/GpxExtensions/v3">
              <gpxx:rpt lat="54.47" lon="-3.08"/>
            </gpxx:RoutePointExtension></extensions></rtept>
            <rtept lat="54.48" lon="-3.05"/></rte>
        """), good: goodTrack),
    .init(
      .routeNames, "Names of a route's points", .warning,
      "The points of a GPX route have names. They are waypoints, but for those that tell where to turn, "
        + "such as “Left”, which are no places. Name the places and leave the directions to the "
        + "device.",
      bad: gpx(
        """
          <rte><rtept lat="54.46" lon="-3.07"><name>Turn left</name></rtept>
            <rtept lat="54.48" lon="-3.05"/></rte>
        """), good: goodTrack),
    .init(
      .nameMarkup, "Name with markup", .warning,
      "A name holds tags or entities of HTML. Names are plain text, so walkers see the markup itself. "
        + "Write the name without it.",
      bad: gpx("  <trk><name>&lt;b&gt;Fell&lt;/b&gt;</name></trk>"), good: goodTrack),
    .init(
      .nameLong, "Overlong name", .warning,
      "A name has more than 100 characters, which fits on no map and in no list. Shorten it and put the "
        + "rest into the description.",
      bad: gpx("  <trk><name>\(String(repeating: "Over the fell ", count: 10))</name></trk>"),
      good: goodTrack),
    .init(
      .nameCharacters, "Name with characters that show nothing", .warning,
      "A name holds control characters, a line break, or characters that turn the text around them "
        + "from right to left, or nothing that can be seen. They are left out where the name is stored. "
        + "Write the name without them.",
      bad: gpx("  <trk><name>Fell&#x202E;race</name></trk>"), good: goodTrack),
    .init(
      .nameRepeated, "Name given twice", .info,
      "Several waypoints have the same name. The marker is not affected, but who asks for a place by "
        + "that name cannot say which is meant. Make the names different.",
      bad: gpx(
        """
          <wpt lat="54.46" lon="-3.07"><name>Hut</name></wpt>
          <wpt lat="54.48" lon="-3.05"><name>Hut</name></wpt>
        """), good: goodTrack),
    .init(
      .memberMissing, "Missing member", .error,
      "An object of the GeoJSON file lacks a member that its type must have. What it was to hold is "
        + "not in the route. Add the member; one that has nothing to say may be null in a Feature.",
      bad: "{\"type\": \"Feature\", \"properties\": {}}\n", good: feature("")),
    .init(
      .memberType, "Member of the wrong kind", .error,
      "A member's value is of another kind than GeoJSON has it, such as a text where an array is due. "
        + "It cannot be read, and a stretch of the route may be missing. Write the value as the "
        + "message says.",
      bad: geometry("LineString", "\"-3.07 54.46, -3.05 54.48\""), good: goodLine),
    .init(
      .memberDuplicate, "Member given twice", .error,
      "The same member stands in an object twice. Programs take either, so the same file can be two "
        + "routes. Keep the one that is right and remove the other.",
      bad: feature("\"name\": \"Fell\", \"name\": \"Dale\""), good: feature("\"name\": \"Fell\"")),
    .init(
      .memberForbidden, "Member that must not be there", .error,
      "An object has a member that belongs to another type, such as “coordinates” beside a Feature's "
        + "“geometry”. Programs disagree which of the two they draw. Remove it, or move it to where it "
        + "belongs (RFC 7946 section 7.1).",
      bad: feature("", " \"coordinates\": [-3.07, 54.46],"), good: feature("")),
    .init(
      .typeUnknown, "Unknown type", .error,
      "The “type” is none that GeoJSON has in this place; capitals count. The object is left out with "
        + "all that it holds. Write the type as the message lists it.",
      bad: geometry("Linestring", "[[-3.07, 54.46], [-3.05, 54.48]]"), good: goodLine),
    .init(
      .positionTooShort, "Position with too few numbers", .error,
      "A position needs a longitude and a latitude. With one of them it lies nowhere, and the miles "
        + "around it would be wrong. Add the number, or remove the position.",
      bad: geometry("LineString", "[[-3.07, 54.46], [-3.05]]"), good: goodLine),
    .init(
      .positionTooLong, "Position with too many numbers", .info,
      "A position has more than longitude, latitude and elevation. RFC 7946 asks not to write more, "
        + "and the rest is passed over. Keep times and the like in the properties.",
      bad: geometry("LineString", "[[-3.07, 54.46, 90, 1], [-3.05, 54.48, 95, 2]]"),
      good: geometry("LineString", "[[-3.07, 54.46, 90], [-3.05, 54.48, 95]]")),
    .init(
      .positionNotNumber, "Position with something else than numbers", .error,
      "Among the coordinates stands a text, null or an object. The position cannot be placed. Write "
        + "numbers without quotes, or remove the position.",
      bad: geometry("LineString", "[[\"-3.07\", \"54.46\"], [-3.05, 54.48]]"), good: goodLine),
    .init(
      .coordinatesDepth, "Coordinates nested wrongly", .error,
      "The brackets of the coordinates are deeper or shallower than the geometry's type has them. The "
        + "geometry is left out. A LineString is an array of positions; for several lines use a "
        + "MultiLineString.",
      bad: geometry("LineString", "[[[-3.07, 54.46], [-3.05, 54.48]]]"), good: goodLine),
    .init(
      .ringOpen, "Ring that is not closed", .error,
      "The ring of an area must have four positions or more and end where it begins. Areas are not "
        + "walked, but a broken one shows that the file was not written well. Repeat the first "
        + "position at the end, or make it a LineString if it is to be walked.",
      bad: geometry("Polygon", "[[[0, 0], [1, 0], [1, 1], [0, 1]]]"),
      good: geometry("Polygon", "[[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]")),
    .init(
      .ringWinding, "Ring that turns the wrong way", .info,
      "RFC 7946 has outer rings run counterclockwise and holes clockwise. It matters to programs that "
        + "fill areas, and not to the marker. Reverse the ring's positions.",
      bad: geometry("Polygon", "[[[0, 0], [0, 1], [1, 1], [1, 0], [0, 0]]]"),
      good: geometry("Polygon", "[[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]")),
    .init(
      .collectionSingle, "Collection of one", .info,
      "A GeometryCollection holds a single geometry. RFC 7946 asks to write that geometry alone, which "
        + "more programs can read. Nothing changes for the marker.",
      bad: "{\"type\": \"GeometryCollection\", \"geometries\": [\n" + goodLine + "]}\n",
      good: goodLine),
    .init(
      .bbox, "Box that is none", .error,
      "A “bbox” is not an array of four numbers (west, south, east, north) or of six with elevations. "
        + "Maps use it to choose what to show, and some programs refuse the whole file. Correct it, or "
        + "leave it out.",
      bad: geometry("LineString", "[[-3.07, 54.46], [-3.05, 54.48]]", " \"bbox\": [-3.07, 54.46],"),
      good: geometry(
        "LineString", "[[-3.07, 54.46], [-3.05, 54.48]]", " \"bbox\": [-3.07, 54.46, -3.05, 54.48],"
      )),
    .init(
      .crsLegacy, "Reference system in the file", .warning,
      "The file names its coordinate reference system, which GeoJSON has had no more since 2016: all "
        + "coordinates are WGS84. Other systems are reprojected here, and other programs will take the "
        + "numbers for degrees. Write the file in WGS84 without “crs”.",
      bad: feature("", crs("urn:ogc:def:crs:OGC:1.3:CRS84")), good: feature("")),
    .init(
      .crsUnknown, "Unknown reference system", .error,
      "The coordinates are in a reference system that is not known, so nobody can say where on Earth "
        + "they are. Reproject the file to WGS84 with the program that made it, and leave out “crs”.",
      bad: feature("", crs("EPSG:99999999")), good: feature("")),
    .init(
      .area, "Area left out", .info,
      "A polygon is an area, and the marker walks lines. It is left out of the route. If its edge is "
        + "to be walked, write it as a LineString that ends where it begins.",
      bad: geometry("Polygon", "[[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]"),
      good: geometry("LineString", "[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]")),
    .init(
      .byteOrderMark, "Byte order mark", .info,
      "The JSON file begins with an invisible mark that RFC 8259 forbids. It is passed over here; "
        + "stricter programs refuse the file. Save it as UTF-8 without a byte order mark.",
      bad: "\u{FEFF}" + goodLine, good: goodLine),
    .init(
      .version, "Unknown version", .warning,
      "The file says that it is of a version of GPX that does not exist, so it is read as 1.1. "
        + "Something may have another meaning than its author had in mind. Write version=\"1.1\".",
      bad: "<gpx version=\"2.0\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\"/>\n",
      good: goodTrack),
  ]

  private static func crs(_ name: String) -> String {
    "\n \"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"\(name)\"}},"
  }
}
