internal import CivilTime
internal import Geodesy
internal import Routes

/// What a FIT file says about the walks that it records: sessions, or laps where there is none, and
/// the device.
struct FITRecordings {
  private var sessions: [Recording] = []
  private var laps = Recording()
  private var hasLap = false
  private var device: String?
  private var zoneOffsetSeconds: Int64?
  /// Whether the file is one of a course, whose times are a plan's.
  private var isCourse = false
  /// Microseconds since 1970 UTC of the first and last message of the way.
  private var firstTime = SourcePart.noTime
  private var lastTime = SourcePart.noTime
  /// Of each vertex, where it has one.
  private var times: [Int64] = []
  /// Sixteenths of a metre, of which compressed distances give the last 12 bits.
  private var compressedMeters: (total: UInt64, last: UInt64)?

  mutating func see(_ time: Int64) {
    guard time != SourcePart.noTime else { return }
    if firstTime == SourcePart.noTime { firstTime = time }
    lastTime = max(lastTime, time)
  }

  mutating func addVertex(_ time: Int64) { times.append(time) }

  /// How far a record says that the device had counted.
  mutating func meters(_ message: FITMessage) -> Double? {
    if let meters = message.number(FITProfile.Record.distance, scale: 100) { return meters }
    guard let bytes = message.bytes(FITProfile.Record.compressedSpeedDistance, count: 3),
      !bytes.allSatisfy({ $0 == 0xFF })
    else { return nil }
    let start = bytes.startIndex
    let value = UInt64(bytes[start + 1] >> 4) | UInt64(bytes[start + 2]) << 4
    if let (total, last) = compressedMeters {
      compressedMeters = (total + (value &- last) & 0xFFF, value)
    } else {
      compressedMeters = (value, value)
    }
    return compressedMeters.map { Double($0.total) / 16 }
  }

  mutating func take(_ message: FITMessage, _ kind: FITProfile.Message?) {
    switch kind {
    case .fileID:
      typealias Field = FITProfile.FileID
      isCourse = message.integer(Field.type) == FITProfile.courseFile
      let numbers = [Field.manufacturer, Field.product, Field.serialNumber]
        .map { message.integer($0).map(String.init) ?? "-" }
      if numbers.contains(where: { $0 != "-" }) { device = numbers.joined(separator: " ") }
    case .session: sessions.append(Self.summary(message))
    case .lap:
      let lap = Self.summary(message)
      if !hasLap { laps = lap } else { laps.add(lap) }
      hasLap = true
    case .activity:
      guard let local = message.integer(FITProfile.Activity.localTime),
        let seconds = message.seconds
      else { return }
      // Clocks are set by whole quarters of an hour.
      let offset = Int64((Double(local - Int64(seconds)) / 900).rounded()) * 900
      if abs(offset) <= 14 * 3_600 { zoneOffsetSeconds = offset }
    default: break
    }
  }

  private static func summary(_ message: FITMessage) -> Recording {
    typealias Field = FITProfile.Summary
    var recording = Recording()
    recording.start = message.integer(Field.startTime).flatMap { UInt32(exactly: $0) }
      .flatMap { FITProfile.microseconds($0) }.map(Instant.init(microseconds:))
    recording.elapsedMicroseconds = Recording.microseconds(
      message.number(Field.elapsedTime, scale: 1_000))
    recording.movingMicroseconds = Recording.microseconds(
      message.number(Field.timerTime, scale: 1_000))
    recording.distance = Recording.distance(message.number(Field.distance, scale: 100))
    recording.sport = message.integer(Field.sport).map(String.init)
    return recording
  }

  /// The tracks of the file.
  ///
  /// - Parameter points: all that have a position.
  func tracks(_ points: SourcePart, name: String?) -> [Track] {
    var recordings = sessions.isEmpty ? [hasLap ? laps : Recording()] : sessions
    let isEmpty = sessions.isEmpty && !hasLap && firstTime == SourcePart.noTime
    if points.vertices.isEmpty, isEmpty || isCourse { return [] }
    for index in recordings.indices {
      recordings[index].device = device
      recordings[index].zoneOffsetSeconds = zoneOffsetSeconds
    }
    if recordings.count == 1 {
      if recordings[0].start == nil, firstTime != SourcePart.noTime {
        recordings[0].start = Instant(microseconds: firstTime)
      }
      if recordings[0].elapsedMicroseconds == nil, let start = recordings[0].start,
        lastTime >= start.microseconds
      {
        recordings[0].elapsedMicroseconds = lastTime - start.microseconds
      }
      return [track(points, name, recordings[0])]
    }
    recordings.sort { ($0.start?.microseconds ?? .min) < ($1.start?.microseconds ?? .min) }
    // A point belongs to the last session that had begun.
    var parts = [SourcePart](repeating: SourcePart(), count: recordings.count)
    var current = 0
    for (index, vertex) in points.vertices.enumerated() {
      let time = times[index]
      while current + 1 < recordings.count, time != SourcePart.noTime,
        let next = recordings[current + 1].start, time >= next.microseconds
      {
        current += 1
      }
      parts[current].append(vertex, offset: Int(points.offsets[index]))
      if index < points.times.count { parts[current].setTime(points.times[index]) }
      if index < points.deviceMeters.count {
        parts[current].setDeviceMeters(points.deviceMeters[index])
      }
    }
    return zip(parts, recordings).map { part, recording in
      var part = part
      part.offset = part.offsets.first.map(Int.init) ?? points.offset
      return track(part, name, recording)
    }
  }

  private func track(_ part: SourcePart, _ name: String?, _ recording: Recording) -> Track {
    var track = Track()
    track.name = name
    track.offset = part.offset
    if !part.vertices.isEmpty { track.parts = [part] }
    if !isCourse { track.recording = recording }
    return track
  }
}

extension Recording {
  /// Adds a lap to those before it.
  fileprivate mutating func add(_ lap: Recording) {
    addLap(
      seconds: lap.movingMicroseconds.map { Double($0) / 1e6 }, meters: lap.distance?.meters)
    if let elapsed = lap.elapsedMicroseconds {
      elapsedMicroseconds = (elapsedMicroseconds ?? 0) + elapsed
    }
    start = start ?? lap.start
  }
}
