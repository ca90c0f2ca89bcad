extension DiagnosticCatalog {
  /// Faults of a file as a whole.
  static let wholeFile: [Diagnostic.Explanation] = [
    .init(
      .unknownFormat, "Unknown format", .error,
      "The first bytes are those of no format that Mile Quest reads: GPX, GeoJSON, KML, TCX, FIT or an "
        + "encoded polyline, as they are or packed (KMZ, .gz). Nothing of the file can be used. Export the route "
        + "again in one of these formats, and name the format of an encoded polyline yourself.",
      bad: "My favourite walk: from the hut up to the col.\n", good: goodTrack),
    .init(
      .unpacked, "Packed file", .info,
      "The file packs another one, by gzip or in an archive such as KMZ. The file within is read; one "
        + "level is unpacked, and of a KMZ one KML file. Lines and columns are those of the file "
        + "within, and repairs are written unpacked.",
      bad: "(a KMZ or .gz file)\n", good: goodTrack, isWhole: false),
    .init(
      .sequence, "Several GeoJSON texts in one file", .info,
      "The file is a sequence of GeoJSON texts, one a line or each behind a record separator "
        + "(RFC 8142), as tools for large data write it. They are read as one collection; most programs "
        + "read the first text alone or none. Convert the file to write one text.",
      bad: "{\"type\": \"Point\", \"coordinates\": [-3.07, 54.46]}\n"
        + "{\"type\": \"Point\", \"coordinates\": [-3.05, 54.46]}\n", good: goodLine),
    .init(
      .encoding, "Wrong or unknown encoding", .error,
      "The bytes are not characters of the encoding that the file declares, or the encoding is not "
        + "known. Names would be garbled and the rest cannot be trusted, so the file is read no "
        + "further. Save it as UTF-8 and let the XML declaration say so.",
      bad:
        "<?xml version=\"1.0\" encoding=\"klingon\"?>\n<gpx version=\"1.1\" creator=\"Mile Quest\"/>\n",
      good: goodTrack),
    .init(
      .declarationLate, "Something before the XML declaration", .warning,
      "Blank lines, a comment or text stand before “<?xml” or the root element, where XML allows nothing of "
        + "it. The file is read as if it were not there; strict readers refuse it. The repair puts the "
        + "declaration first, comments after it, and removes the rest.",
      bad: "\n\n" + goodTrack, good: goodTrack),
    .init(
      .commentLong, "Overlong comment", .warning,
      "A comment has more than 64 KiB. It is passed over; readers that hold each piece of a file in "
        + "memory may refuse it. Remove or shorten it.",
      bad: gpx("  <!-- A comment that goes on and on, for more than 65,536 bytes … -->"),
      good: goodTrack, isWhole: false),
    .init(
      .notWellFormed, "Broken syntax", .error,
      "The text breaks the rules of XML, JSON or encoded polylines: a tag that is not closed, a comma "
        + "too many, or an end that is missing because a download was cut off. What follows cannot be "
        + "told from what was meant, so reading stops here and the route would end too soon. Mend the "
        + "place that is named, or fetch the file again.",
      bad: gpx("  <trk><trkseg><trkpt lat=\"54.46\" lon=\"-3.07\"/></trk>"), good: goodTrack),
    .init(
      .doctype, "DOCTYPE", .error,
      "A DOCTYPE lets an XML file define entities that grow without bound or fetch other files, so "
        + "files with one are refused. No route needs it. Remove the line that begins with <!DOCTYPE.",
      bad: "<!DOCTYPE gpx>\n<gpx version=\"1.1\" creator=\"Mile Quest\"/>\n", good: goodTrack),
    .init(
      .checkSum, "Wrong check sum", .warning,
      "The sixteen bits at the end of a FIT file, or of its header, do not fit its bytes: the file was "
        + "changed or damaged on its way, or the recording was never finished. What can be read is read, "
        + "and a damaged byte may stand in any number, so look at the line. Copy the file from the "
        + "watch again if you can.",
      bad: "(a FIT file of which a byte was changed)\n", good: goodTrack, isWhole: false),
    .init(
      .limit, "Limit exceeded", .error,
      "The file is larger, deeper or longer somewhere than the reader allows; the message names the "
        + "limit. The bounds keep a broken or hostile file from taking the machine's memory, and real "
        + "routes stay far below them. Simplify the line, split the file, or take out what is nested.",
      bad: feature("\"x\": " + deep(70)), good: feature("\"x\": " + deep(3))),
    .init(
      .textCut, "Text too long", .warning,
      "A name or a story has more bytes than are kept, and its end is left out. The route itself is "
        + "not touched; walkers just see a shorter text. Write a shorter one.",
      bad: gpx("  <trk><name>A walk that goes on and on, for more than 4096 bytes …</name></trk>"),
      good: gpx("  <trk><name>A walk that goes on and on</name></trk>"), isWhole: false),
    .init(
      .noLine, "No line", .error,
      "The file holds no line to walk on: only points, areas or nothing at all. Without a line there "
        + "are no miles and the marker has nowhere to be. Add a track, a route or a LineString, or "
        + "choose the layer that has one when you export.",
      bad: gpx("  <wpt lat=\"54.46\" lon=\"-3.07\"><name>Hut</name></wpt>"), good: goodTrack),
  ]

  private static func deep(_ levels: Int) -> String {
    String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
  }
}
