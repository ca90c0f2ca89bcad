import Base
import Batch
import Formats
import Geodesy
import Routes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the teams stand by the walks of a file, or by partial results of several.
extension Progress {
  /// Writes where the teams stand, or the totals alone for a partial result.
  func tellBatch() throws {
    for input in [activities].compactMap({ $0 }) + merge + route
    where Files.areOne(input, output) {
      throw Failure(.usage, "\(output): this is an input itself, which is never overwritten")
    }
    // A faulty route is found before an hour of summing.
    let routes = try namedRoutes()
    let limits = try counting.limits()
    let tally = try merge.isEmpty ? summed(Array(routes.keys), limits) : merged()
    report(tally, limits)
    if partial {
      try Files.write(PartialFile.bytes(tally), to: output)
      return
    }
    if let missing = tally.unknownRoute(among: Set(routes.keys)) {
      throw Failure(
        .usage,
        "the partial results know the route “\(missing)”: name it with --route \(missing)=FILE")
    }
    if tally.hasUnnamedRoute, !routes.keys.contains(nil) {
      throw Failure(
        .usage,
        "the partial results were made without names of routes: name the route with --route FILE")
    }
    let teams = tally.progress(on: routes)
    switch format {
    case .text:
      let text = TerminalText.clean(ProgressTable.text(teams, routes))
      try Files.write(Array(text.utf8), to: output)
    case .csv: try Files.write(ProgressOutput.bytes(teams, as: .csv), to: output)
    case .jsonl: try Files.write(ProgressOutput.bytes(teams, as: .jsonl), to: output)
    case .geojson: try Files.write(ProgressOutput.bytes(teams, as: .geojson), to: output)
    case .json: break
    }
  }

  /// The routes by name; the only one of a run without names has none.
  private func namedRoutes() throws -> [String?: MeasuredRoute] {
    var routes: [String?: MeasuredRoute] = [:]
    for text in route {
      var name: String?
      var file = text
      if let equals = text.firstIndex(of: "="), access(text, F_OK) != 0 {
        name = String(text[..<equals])
        file = String(text[text.index(after: equals)...])
      } else if route.count > 1 {
        let base = text.split(separator: "/").last.map(String.init) ?? text
        name = base.lastIndex(of: ".").map { String(base[..<$0]) } ?? base
      }
      guard routes[name] == nil else {
        throw Failure(.usage, "--route: two routes are called “\(name ?? text)”")
      }
      routes[name] = try input.measured(file, as: routeFormat, needsPosition: true)
    }
    if routes.count > 1, routes.keys.contains(nil) {
      throw Failure(.usage, "--route: with several routes, each needs a name: NAME=FILE")
    }
    return routes
  }

  private func summed(_ names: [String?], _ limits: BatchLimits) throws -> Tally {
    let path = activities ?? "-"
    let descriptor = try Files.open(path)
    defer { if path != "-" { close(descriptor) } }
    var request = TallyRequest()
    request.columns = try columns.columns
    request.zone = try counting.timeZone()
    request.window = try counting.window(zone: request.zone)
    request.skipsBadRows = counting.skipBad
    request.limits = limits
    request.routes = names.compactMap { $0 }.sorted()
    if partial, names.isEmpty, let routeColumn = columns.routeColumn {
      throw Failure(
        .usage,
        "--route-column \(routeColumn): name the routes with --route NAME=FILE, also for a partial result"
      )
    }
    request.threads = counting.threads ?? max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)
    let bar = ProgressBar()
    let size = Files.size(of: descriptor)
    do {
      let tally = try Tally(descriptor: descriptor, request: request) {
        bar?.show(bytesRead: $0, of: size)
      }
      bar?.finish()
      return tally
    } catch {
      bar?.finish()
      var message = "\(path):\(error.line.map { "\($0):" } ?? "") \(error.message)"
      if error.code == .row, error.line != nil {
        message += "; --skip-bad counts such rows and leaves them out"
      }
      throw Failure(error.code == .read ? .noInput : .badData, message)
    }
  }

  private func merged() throws -> Tally {
    let parts = try merge.map { (name: $0, bytes: try Files.read($0, limit: Int(Int32.max))) }
    do { return try Tally(merging: parts) } catch {
      throw Failure(.badData, error.message)
    }
  }

  /// Tells what was left out.
  private func report(_ tally: Tally, _ limits: BatchLimits) {
    func rows(_ count: Int64) -> String {
      "\(Figures.grouped(Int(count))) row\(count == 1 ? "" : "s")"
    }
    for (fault, bad) in tally.badRows.sorted(by: { $0.key.rawValue < $1.key.rawValue })
    where bad.count > 0 {
      let lines = bad.lines.map(String.init).joined(separator: ", ")
      let place =
        lines.isEmpty
        ? ""
        : " (line\(bad.lines.count == 1 ? "" : "s") \(lines)\(bad.count > Int64(bad.lines.count) ? ", …" : ""))"
      StandardError.write(
        "left out \(rows(bad.count)) [\(fault.name)]: "
          + "\(fault.message(limits: limits))\(place)")
    }
    if tally.repeatCount > 0 {
      StandardError.write("left out \(rows(tally.repeatCount)) that repeat an activity")
    }
    if tally.outsideCount > 0 {
      StandardError.write("left out \(rows(tally.outsideCount)) outside the window of time")
    }
  }
}
