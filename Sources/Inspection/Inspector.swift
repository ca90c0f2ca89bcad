public import Formats
internal import Geodesy
public import Routes

/// Finds everything that is wrong with a route file, and what is worth knowing about it.
public enum Inspector {
  /// Looks at a document that was read thoroughly.
  ///
  /// Never fails: what keeps the file from being a route is a finding too.
  /// - Parameter progress: called with what share of the work is done, 0…1.
  /// - Complexity: O(vertices · log vertices) for a line that does not run over itself thousands of
  ///   times; bounded for one that does.
  public static func inspect(
    _ document: RouteDocument, options: InspectionOptions = InspectionOptions(),
    progress: (Double) -> Void = { _ in }
  ) -> Report {
    var findings = FindingList()
    var measured: MeasuredRoute?
    if document.hasLine(options.track) {
      do throws(RouteError) {
        let route = try document.route(options.track, options: options.route)
        measured = try MeasuredRoute(route, calibration: options.calibration)
      } catch {
        findings.add(
          Finding(
            error.code == .calibration ? .calibration : .limit, .error, error.message, offset: 0))
        // The line can still be looked at without what contradicts itself.
        measured = measuredPlainly(document, options)
      }
    } else {
      findings.add(
        Finding(.noLine, .error, "the file holds no line to walk on\(noLineHint(document))"))
    }
    progress(0.1)
    var subject: Subject?
    if let measured {
      let made = Subject(document, measured, options) { progress(0.1 + 0.6 * $0) }
      for (number, rule) in Rules.line.enumerated() {
        rule.inspect(made, &findings)
        progress(0.7 + 0.3 * Double(number + 1) / Double(Rules.line.count))
      }
      subject = made
    }
    if let swapped = SwappedFile(document)?.finding { findings.add(swapped) }
    // What a rule about the line tells with a place and a repair is not told twice.
    for diagnostic in document.diagnostics
    where subject == nil || !Rules.linesOwn.contains(diagnostic.code) {
      findings.add(Finding(diagnostic, document, subject))
    }
    if document.furtherDiagnostics > 0 {
      findings.add(
        Finding(
          .limit, .info,
          "\(document.furtherDiagnostics) more faults of the file are not told; mend these first"))
    }
    return Report(
      document: document, measured: measured,
      findings: located(
        findings.all.map { $0.forWriting(document).keepingWaypoints(subject) }, in: document))
  }

  /// The tracks of a route that are alternatives and no parts of one way, as indices among all tracks
  /// of the document.
  ///
  /// - Parameter measured: the route of all tracks.
  /// - Complexity: bounded; O(1) for a single track.
  public static func variants(in document: RouteDocument, _ measured: MeasuredRoute) -> [Int] {
    let owners = document.tracks.indices.flatMap { index in
      document.tracks[index].parts.filter { !$0.vertices.isEmpty }.map { _ in index }
    }
    guard Set(owners).count > 1, owners.count == measured.route.partCount else { return [] }
    let space = measured.route.vertices.map { SpacePoint($0.latitude, $0.longitude) }
    return Overlaps(measured, space, tracks: owners).variants
  }

  private static func measuredPlainly(
    _ document: RouteDocument, _ options: InspectionOptions
  ) -> MeasuredRoute? {
    guard let stated = try? document.route(options.track, options: options.route),
      let plain = try? Route(
        name: stated.name, parts: (0..<stated.partCount).map { Array(stated.part($0)) },
        joinPolicies: stated.joinPolicies)
    else { return nil }
    return try? MeasuredRoute(plain)
  }

  private static func noLineHint(_ document: RouteDocument) -> String {
    document.waypoints.isEmpty
      ? "" : ", only \(Text.count(document.waypoints.count, "waypoint"))"
  }

  /// Lines, columns and pointers for those that have only an offset, and the order of the report.
  private static func located(_ findings: [Finding], in document: RouteDocument) -> [Finding] {
    var findings = findings
    let hasLines = document.format?.hasLines != false
    let open = findings.indices.filter {
      hasLines && findings[$0].line == nil && findings[$0].offset != nil
    }
    let offsets = open.map { findings[$0].offset ?? 0 }
    for (index, place) in zip(open, document.source.places(of: offsets)) {
      findings[index].line = place.line
      findings[index].column = place.column
    }
    if document.format == .geojson {
      let bare = findings.indices.filter {
        findings[$0].pointer == nil && findings[$0].offset != nil
      }
      let pointers = document.source.jsonPointers(of: bare.map { findings[$0].offset ?? 0 })
      for (index, pointer) in zip(bare, pointers) { findings[index].pointer = pointer }
    }
    let order = findings.indices.sorted { a, b in
      let (x, y) = (findings[a], findings[b])
      if x.distance != y.distance {
        guard let first = x.distance else { return true }
        guard let second = y.distance else { return false }
        return first < second
      }
      return (x.offset ?? -1, a) < (y.offset ?? -1, b)
    }
    return order.map { findings[$0] }
  }
}

extension RouteDocument {
  fileprivate func hasLine(_ choice: TrackChoice) -> Bool {
    let all = allTracks
    return indices(of: choice).contains { all[$0].vertexCount > 0 }
  }
}

extension Finding {
  /// Without the repair, where the format of the file is only read.
  fileprivate func forWriting(_ document: RouteDocument) -> Finding {
    guard let format = document.format, RouteFormat(format) == nil else { return self }
    var finding = self
    finding.fix = nil
    return finding
  }

  /// Without the guesses about vertices that a waypoint lies at: somebody stood there.
  fileprivate func keepingWaypoints(_ subject: Subject?) -> Finding {
    guard let subject, let fix, !fix.isSafe, subject.hasWaypoints else { return self }
    let edits = fix.edits.filter { edit in
      switch edit {
      case .removeVertex(let vertex), .moveVertex(let vertex, _):
        !subject.isAtWaypoint(documentVertex: vertex)
      default: true
      }
    }
    if edits.count == fix.edits.count { return self }
    var finding = self
    finding.fix = edits.isEmpty ? nil : Fix(fix.title, isSafe: false, edits)
    return finding
  }

  /// What a reader noticed, with its place on the ground where it stands in the line.
  init(_ diagnostic: Diagnostic, _ document: RouteDocument, _ subject: Subject?) {
    self.init(
      diagnostic.code, diagnostic.severity, diagnostic.message, offset: diagnostic.offset,
      pointer: diagnostic.pointer, fix: FileRepairs.fix(for: diagnostic, in: document))
    line = diagnostic.line
    column = diagnostic.column
    guard let offset = diagnostic.offset, let subject,
      let vertex = subject.vertex(atOffset: offset)
    else { return }
    distance = subject.distance(ofVertex: vertex)
    coordinate = subject.vertices[vertex]
  }
}
