import Formats
import Routes

/// A route file that is to be written, read as any reader would before it is there.
struct RouteOutput {
  let path: String
  let format: RouteFormat
  let digits: Int

  /// - Parameters:
  ///   - asked: the format, where the ending does not decide.
  ///   - option: the option that names the format, for the message.
  /// - Throws: `usage`.
  init(
    _ path: String, as asked: RouteFormat?, option: String, digits: Int
  ) throws {
    guard let format = asked ?? RouteFormat(fileName: path) else {
      if let source = SourceFormat(fileName: path) {
        throw Failure(
          .usage,
          "\(path): \(source.title) is read and not written; write another format, such as GPX")
      }
      throw Failure(
        .usage,
        path.hasSuffix(".polyline")
          ? "\(path): say \(option) polyline5 or \(option) polyline6: the file does not tell its digits"
          : "\(path): the ending names no format; say \(option) gpx, geojson, kml, polyline5 or "
            + "polyline6")
    }
    guard digits >= 0, digits <= WriteOptions.mostDigits else {
      throw Failure(.usage, "--digits: \(digits) is not within 0…\(WriteOptions.mostDigits)")
    }
    self.path = path
    self.format = format
    self.digits = digits
  }

  /// The route without the parts that the format has no line for, and how many those are.
  ///
  /// - Parameter source: the file that the route came from, for messages.
  func fitting(_ route: Route, from source: String) throws -> (route: Route, singlePoints: Int) {
    let count = format.hasSinglePoints ? 0 : route.singlePointCount
    if count == 0 { return (route, 0) }
    guard count < route.partCount else {
      throw Failure(
        .badData,
        "\(source): the line is a single point, which a file of this format cannot hold (\(format.title))"
      )
    }
    return (try RouteInput.located(source) { try route.withoutSinglePoints() }, count)
  }

  /// The bytes of a route, which are read back as the same number of vertices, and the length that they
  /// are read back with where rounding changes it.
  ///
  /// - Throws: `badData` where they would not be valid.
  func bytes(of route: Route) throws -> (bytes: [UInt8], rounding: RoundedLength?) {
    var options = WriteOptions()
    options.coordinateDigits = digits
    let bytes = RouteWriter.write(route, as: format, options: options)
    let written = RouteReader.read(bytes, as: format.source, thoroughly: true)
    // The schemas and the standard are part of a format's rules, whatever readers make of it.
    if let fault = written.errors.first ?? written.diagnostics.first(where: \.isAgainstSchema) {
      throw Failure(
        .badData, "\(path): not written, because it would not be valid: \(fault.message)")
    }
    let count = written.tracks.reduce(0) { $0 + $1.vertexCount }
    guard count == route.vertices.count else {
      throw Failure(
        .badData,
        "\(path): not written, because \(count) of \(route.vertices.count) vertices would be read back"
      )
    }
    return (bytes, RoundedLength(of: route, in: written, digits: format.digits ?? digits))
  }

  /// - Throws: `writeFailed`.
  func write(_ bytes: [UInt8]) throws {
    try Files.write(bytes, to: path)
    if try Files.readBack(path, limit: ReadLimits.standard.fileBytes).map({ $0 != bytes }) ?? false
    {
      throw Failure(.writeFailed, "\(path): the file does not hold what was written into it")
    }
  }
}

extension RouteFormat {
  /// The decimals of a degree that the format has; nil where the writer chooses them.
  fileprivate var digits: Int? {
    switch self {
    case .polyline5: 5
    case .polyline6: 6
    case .gpx, .geojson, .kml: nil
    }
  }
}

extension Diagnostic {
  /// Whether a validator of the format reports it, though readers can do without.
  fileprivate var isAgainstSchema: Bool {
    let codes: [Code] = [
      .schemaOrder, .schemaElement, .schemaAttribute, .schemaValue, .schemaRepeated,
      .attributeMissing, .timeSyntax, .antimeridianUncut,
    ]
    return severity >= .warning && codes.contains(code)
  }
}
