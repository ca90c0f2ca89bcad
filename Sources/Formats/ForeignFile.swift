/// Tells what a file is that is none of the formats that are read, from its first bytes.
enum ForeignFile {
  /// What it is and what to do; nil where nobody can tell.
  static func advice(_ source: SourceText) -> String? {
    let head = source.bytes.prefix(4_096).filter { $0 != 0 && $0 < 0x80 }
    let text = String(decoding: head.drop { $0 <= 0x20 }, as: UTF8.self)
    if text.first == "<" { return markup(text.lowercased()) }
    let line = text.prefix { !$0.isNewline }.lowercased()
    let isTable = [",", ";", "\t"].contains { line.contains($0) }
    if isTable, line.contains("lat") || line.contains("lon") || line.contains("lng") {
      return "this is a table of coordinates (CSV): convert it to GPX or GeoJSON first"
    }
    return nil
  }

  private static func markup(_ text: String) -> String? {
    let roots: [(String, String)] = [
      ("<!doctype html", page), ("<html", page),
      ("<osm", "this is OpenStreetMap data: export the route as GPX or GeoJSON"),
      ("<gpxdata", "this is an activity of SportTracks: export the route as GPX"),
      ("<svg", "this is a drawing (SVG) and holds no coordinates"),
      ("<rss", "this is a feed (RSS): fetch the file that it links to"),
      ("<error", "this is a server's error message: fetch the file again"),
    ]
    return roots.first { text.contains($0.0) }?.1
  }

  private static let page =
    "this is a web page (HTML), not the file that it links to: open it in a browser and download the "
    + "file itself, signed in where that is needed"
}
