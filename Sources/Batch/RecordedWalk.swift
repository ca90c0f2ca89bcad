public import CivilTime
public import Formats
public import Geodesy
internal import Routes

/// Which distance of a recorded walk counts.
public enum CountedDistance: String, CaseIterable, Sendable {
  /// The length of the recorded line on the ellipsoid.
  case measured
  /// What the watch says.
  case device
}

/// A walk as a watch or a phone recorded it: a track of a GPX file, an activity of a TCX file, a
/// session of a FIT file.
public struct RecordedWalk: Sendable {
  /// Why a track cannot be stored as a walk.
  public struct Fault: Error, Sendable {
    public let message: String
    /// Bytes from the start of the file to the track.
    public let offset: Int
  }

  public let start: Instant
  /// How the clock of the watch stood to UTC, such as `+02:00`; nil where the file does not tell.
  public let offset: String?
  /// From the start to the end.
  public let elapsedSeconds: Int64?
  /// Without pauses.
  public let movingSeconds: Int64?
  /// The length of the line, gaps that are walked by default included; nil for a track without one.
  public let measured: Distance?
  /// As the watch measured it.
  public let device: Distance?
  /// The watch, as far as the file names it.
  public let watch: String?
  public let name: String?
  let format: SourceFormat
  /// Where the track begins, in bytes from the start of the file.
  let place: Int

  /// The walks of a file, or why a track is none.
  ///
  /// - Parameter document: read thoroughly, which keeps the times.
  /// - Complexity: O(vertices).
  public static func walks(in document: RouteDocument) -> [Result<RecordedWalk, Fault>] {
    if let error = document.errors.first {
      return [.failure(Fault(message: error.message, offset: error.offset ?? 0))]
    }
    if document.tracks.isEmpty {
      return [.failure(Fault(message: "the file records no walk", offset: 0))]
    }
    return document.tracks.indices.map { index in
      Result { () throws(Fault) in try RecordedWalk(document, index) }
    }
  }

  private init(_ document: RouteDocument, _ index: Int) throws(Fault) {
    let track = document.tracks[index]
    let times = track.parts.flatMap(\.times).filter { $0 != SourcePart.noTime }
    let recording = track.recording
    guard let start = recording?.start ?? times.min().map(Instant.init(microseconds:)) else {
      throw Fault(
        message: "the line has no times, so nothing tells when it was walked", offset: track.offset)
    }
    self.start = start
    offset = recording?.zoneOffsetSeconds.map(Zone.offsetText(seconds:))
    let last = times.max() ?? start.microseconds
    let span = last.subtractingReportingOverflow(start.microseconds)
    let elapsed =
      recording?.elapsedMicroseconds
      ?? (span.overflow || span.partialValue <= 0 ? nil : span.partialValue)
    elapsedSeconds = elapsed.map { $0 / 1_000_000 }
    let moving = recording?.movingMicroseconds ?? (times.isEmpty ? nil : Self.moving(track))
    movingSeconds = moving.map { $0 / 1_000_000 }
    let route = track.vertexCount > 1 ? try? document.route(.one(index)) : nil
    measured = route.flatMap { try? MeasuredRoute($0) }
      .flatMap { Distance(roundingMeters: $0.geometricMeters) }
    device = recording?.distance
    watch = recording?.device
    name = track.name
    format = document.format ?? .gpx
    place = track.offset
  }

  /// Slower than this, in metres a second, somebody stands: positions of a standing watch wander.
  private static let leastSpeed = 0.3

  /// Microseconds of the legs that somebody walked.
  private static func moving(_ track: Track) -> Int64 {
    var sum: Int64 = 0
    for part in track.parts {
      for index in part.times.indices.dropFirst() {
        let (from, to) = (part.times[index - 1], part.times[index])
        guard from != SourcePart.noTime, to > from else { continue }
        let span = to.subtractingReportingOverflow(from)
        guard !span.overflow, span.partialValue < 1_000_000_000_000 else { continue }
        let meters = Geodesic.wgs84.inverse(
          from: part.vertices[index - 1], to: part.vertices[index]
        ).distanceMeters
        if meters * 1e6 >= leastSpeed * Double(span.partialValue) { sum += span.partialValue }
      }
    }
    return sum
  }

  /// The row that a table of walks would have for it.
  ///
  /// Its id follows from the moment of the start and the watch, so that the same recording is the same
  /// walk whatever its file is called; what counts and what else is known stands in its note.
  public func record(counting counted: CountedDistance) throws(Fault) -> ActivityRecord {
    guard let distance = counted == .device ? device : measured, distance > .zero else {
      throw Fault(
        message: counted == .device
          ? "the file has no distance of a watch: count the measured one"
          : "the line has no length"
            + (device == nil ? "" : ": count the distance of the device (\(Self.text(device)))"),
        offset: place)
    }
    var record = ActivityRecord()
    record.instant = start
    record.offset = offset
    record.distance = distance
    record.durationSeconds = elapsedSeconds
    record.activity = "recording \(start.microseconds) \(watch ?? "")"
    record.source = format.title + (watch.map { " \($0)" } ?? "")
    record.note = note(counted)
    return record
  }

  private func note(_ counted: CountedDistance) -> String {
    var note = name.map { "\($0). " } ?? ""
    switch counted {
    case .measured:
      note += "Counted: measured on the line"
      if device != nil { note += "; the watch says \(Self.text(device))" }
    case .device:
      note += "Counted: the watch’s distance"
      if measured != nil { note += "; the line measures \(Self.text(measured))" }
    }
    if let moving = movingSeconds, let elapsed = elapsedSeconds, moving < elapsed {
      note += "; moving \(Self.clock(moving)) of \(Self.clock(elapsed))"
    }
    return note + "."
  }

  private static func text(_ distance: Distance?) -> String {
    distance.map { $0.text(in: .kilometers, decimals: 3) + " km" } ?? ""
  }

  private static func clock(_ seconds: Int64) -> String {
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(seconds / 3_600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}
