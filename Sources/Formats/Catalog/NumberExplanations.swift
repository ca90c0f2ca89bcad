extension DiagnosticCatalog {
  /// Faults of numbers, coordinates and times.
  static let numbers: [Diagnostic.Explanation] = [
    .init(
      .numberSyntax, "Not a number", .error,
      "Where a number is due stands something else, often a decimal comma or a degree sign. The "
        + "position cannot be placed, and leaving it out would change where the route leads. Write "
        + "decimal degrees with a point, such as 54.46.",
      bad: track("    <trkpt lat=\"54,46\" lon=\"-3.07\"/>"), good: goodTrack),
    .init(
      .numberRange, "Number beyond all measure", .error,
      "The number is greater than a computer's floating-point number can be, which no place on Earth "
        + "needs. It is usually a slip in the exponent or the remains of two numbers that ran "
        + "together. Correct the number.",
      bad: track("    <trkpt lat=\"1e999\" lon=\"-3.07\"/>"), good: goodTrack),
    .init(
      .coordinateMissing, "Missing latitude or longitude", .error,
      "A point has no lat or no lon, so it lies nowhere. The marker could not be placed there and the "
        + "miles on either side would be wrong. Add the attribute, or remove the point.",
      bad: track("    <trkpt lat=\"54.46\"/>\n    <trkpt lat=\"54.48\" lon=\"-3.05\"/>"),
      good: goodTrack),
    .init(
      .latitudeRange, "Latitude out of range", .error,
      "A latitude lies beyond a pole. Mostly latitude and longitude were swapped: GPX has an attribute "
        + "for each, GeoJSON and KML write the longitude first. Swap the two numbers, there and "
        + "wherever else they are swapped.",
      bad: geometry("LineString", "[[-41.29, 174.78], [-41.12, 175.07]]"),
      good: geometry("LineString", "[[174.78, -41.29], [175.07, -41.12]]")),
    .init(
      .longitudeRange, "Longitude out of range", .error,
      "A longitude lies more than a turn outside of -180 to 180 degrees. The number may lack its decimal "
        + "point, or be metres of another reference system. Write decimal degrees on WGS84.",
      bad: track("    <trkpt lat=\"65.5\" lon=\"-1700\"/>"),
      good: track("    <trkpt lat=\"65.5\" lon=\"-170\"/>")),
    .init(
      .longitudeWrapped, "Longitude counted past 180 degrees", .warning,
      "The longitudes of the line run on past 180 degrees instead of changing sign. They are brought "
        + "back by a whole turn, so the route is right here, but other programs may draw it elsewhere "
        + "or not at all. Write it as RFC 7946 does: cut at 180 degrees and going on from -180.",
      bad: geometry("LineString", "[[178, 65], [182, 66]]"),
      good: geometry("MultiLineString", "[[[178, 65], [180, 65.5]], [[-180, 65.5], [-178, 66]]]")),
    .init(
      .elevationSyntax, "Elevation that is no number", .warning,
      "An elevation is not written in metres with a decimal point and no unit. One with a comma for "
        + "decimals or with a unit is read all the same, and the repair writes it as it should be. One "
        + "that cannot be read is left out: the marker is not touched, and the profile and the climb "
        + "lack this point. Only --fix-unsafe removes it from the file.",
      bad: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><ele>978 m</ele></trkpt>"),
      good: track("    <trkpt lat=\"54.46\" lon=\"-3.07\"><ele>978</ele></trkpt>")),
    .init(
      .timeSyntax, "Time that is no time", .warning,
      "A time is not written as the standard asks, year first and with a T and an offset from UTC. "
        + "Times do not move the marker, but they help to find points that were recorded badly. Write "
        + "it like 2026-05-03T18:30:00Z, or remove it. 24:00:00 is the start of the next day; a leap "
        + "second, 23:59:60, is read as the second after it, and the repair writes that.",
      bad: track(
        "    <trkpt lat=\"54.46\" lon=\"-3.07\"><time>03.05.2026 18:30</time></trkpt>"),
      good: track(
        "    <trkpt lat=\"54.46\" lon=\"-3.07\"><time>2026-05-03T18:30:00Z</time></trkpt>")),
    .init(
      .polylineEscaped, "Polyline as another text writes it", .warning,
      "An encoded polyline was copied out of a JSON text, in which quotes stand around it and each "
        + "backslash is written twice, or out of an address (URL), in which some characters are written "
        + "with percent signs. Read as it stands it leads elsewhere or nowhere, so it is read without. "
        + "Write each backslash once, and neither quotes nor percent signs.",
      bad: "_p~iF~ps|U\\\\o@^m@`@b@\\\\^k@\n", good: goodLine, isWhole: false),
    .init(
      .polylineTriples, "Polyline of triples", .warning,
      "The values of an encoded polyline look like latitude, longitude and elevation, as routing "
        + "services write them when asked for it. Read as pairs they make a far longer line that leads "
        + "elsewhere. Where the whole line shows that they are triples, it is read as such, with "
        + "elevations in hundredths of a metre; where the line does not show which it is, pairs are read. Ask the "
        + "routing service for two dimensions, or for GeoJSON.",
      bad: "g}n{G{puq@_vgCoKvQw|AoKvQw|AoKvQw|A\n", good: goodLine, isWhole: false),
    .init(
      .tupleComma, "Comma between coordinates", .warning,
      "In KML commas part the numbers of a coordinate, and space parts the coordinates. Here a comma "
        + "stands between two of them; most programs lose the second. They are read as several "
        + "coordinates. Put a space there.",
      bad: kmlLine("-3.07,54.46,90,-3.06,54.47,95 -3.05,54.48,99"),
      good: kmlLine("-3.07,54.46,90 -3.06,54.47,95 -3.05,54.48,99")),
  ]
}
