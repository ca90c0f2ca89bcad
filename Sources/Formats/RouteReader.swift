/// Reads a route file of any format.
public enum RouteReader {
  /// Reads what a file's bytes hold and notes everything that is wrong with them.
  ///
  /// Never fails as a whole: whoever needs a sound file looks at the document's errors. Time and
  /// memory are bounded by the limits; a faulty file is left at the first place where it cannot be
  /// read any further.
  /// - Parameters:
  ///   - format: nil tells it from the first bytes.
  ///   - fileName: the ending helps where the bytes do not tell.
  ///   - thoroughly: also notes what no reader stumbles over but the standards ask, and keeps the
  ///     times of the vertices: for an inspection.
  /// - Complexity: O(bytes).
  public static func read(
    _ bytes: [UInt8], as format: SourceFormat? = nil, fileName: String? = nil,
    limits: ReadLimits = .standard, thoroughly: Bool = false
  ) -> RouteDocument {
    let source = SourceText(bytes)
    func refused(
      _ code: Diagnostic.Code, _ message: String, at offset: Int = 0
    ) -> RouteDocument {
      var document = RouteDocument(source: source)
      var list = DiagnosticList()
      list.addLast(Diagnostic(code, .error, message, offset: offset))
      document.format = format
      document.finish(list)
      return document
    }
    guard bytes.count <= limits.fileBytes else {
      return refused(
        .limit, "the file has more than \(limits.fileBytes) bytes, the limit")
    }
    if bytes.isEmpty { return refused(.unknownFormat, "the file is empty") }
    if PackedFile.isPacked(bytes) {
      do throws(PackedFile.Fault) {
        let packed = try PackedFile(bytes, fileName: fileName, most: limits.unpackedBytes)
        var within = limits
        within.fileBytes = limits.unpackedBytes
        var document = read(
          packed.bytes, as: format, fileName: packed.name ?? fileName, limits: within,
          thoroughly: thoroughly)
        document.noteUnpacked(packed.note)
        return document
      } catch { return refused(error.code, error.message) }
    }
    if let transcoded = TranscodedFile(source) {
      var within = limits
      within.fileBytes = max(limits.fileBytes, transcoded.bytes.count)
      var document = read(
        transcoded.bytes, as: format, fileName: fileName, limits: within, thoroughly: thoroughly)
      document.noteTranscoded(from: transcoded.encoding)
      return document
    }
    let named = fileName.flatMap(SourceFormat.init(fileName:))
    let isPolyline = named == .polyline5 || named == .polyline6
    if !isPolyline, SourceFormat.sniffed(source) == nil, format?.isText != true,
      let advice = ForeignFile.advice(source)
    {
      return refused(.unknownFormat, advice)
    }
    guard let format = format ?? (isPolyline ? named : nil) ?? SourceFormat.sniffed(source) ?? named
    else {
      if fileName?.lowercased().hasSuffix(".polyline") == true {
        return refused(
          .unknownFormat,
          "an encoded polyline does not tell its precision: say --from polyline5 or --from polyline6"
        )
      }
      return refused(
        .unknownFormat,
        "this is none of GPX, KML, GeoJSON, TCX and FIT, by its first bytes; for an encoded polyline say "
          + "--from polyline5 or --from polyline6")
    }
    // Some versions of expat let it pass, and the rest of the file is then out of step.
    if format.isXML, let offset = source.loneSurrogateOffset {
      return refused(
        .encoding, "half of a UTF-16 surrogate pair stands here without its other half", at: offset)
    }
    switch format {
    case .gpx: return GPXReader.read(source, limits: limits, thoroughly: thoroughly)
    case .kml: return KMLReader.read(source, limits: limits, thoroughly: thoroughly)
    case .geojson:
      let document = GeoJSONReader.read(source, limits: limits, thoroughly: thoroughly)
      guard document.isOtherJSON, let advice = ForeignFile.adviceOfJSON(source) else {
        return document
      }
      return refused(.unknownFormat, advice)
    case .tcx: return TCXReader.read(source, limits: limits, thoroughly: thoroughly)
    case .fit: return FITReader.read(source, limits: limits, thoroughly: thoroughly)
    case .polyline5: return PolylineReader.read(source, digits: 5, limits: limits)
    case .polyline6: return PolylineReader.read(source, digits: 6, limits: limits)
    }
  }
}

extension RouteDocument {
  /// Whether the outermost object of a JSON file without positions is of no type of GeoJSON.
  fileprivate var isOtherJSON: Bool {
    tracks.isEmpty && waypoints.isEmpty
      && errors.contains {
        [.typeUnknown, .memberMissing].contains($0.code) && ["", "/type"].contains($0.pointer)
      }
  }
}
