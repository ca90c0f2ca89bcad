import CivilTime
import Formats
import JSON
import Logging

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Writes each log entry as one line of JSON on standard error.
public struct JSONLogHandler: LogHandler {
  public var metadata: Logger.Metadata = [:]
  public var logLevel: Logger.Level
  /// Which part of the service writes.
  var label: String

  public init(label: String, level: Logger.Level = .info) {
    self.label = label
    logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    var line: [UInt8] = []
    line.reserveCapacity(512)
    func add(_ name: String, _ value: JSONValue) {
      line.append(line.isEmpty ? 0x7B : 0x2C)
      JSONValue.string(name).write(to: &line)
      line.append(0x3A)
      value.write(to: &line)
    }
    add("time", .string(now.description))
    add("level", .string(event.level.rawValue))
    add("label", .string(label))
    add("message", .string(event.message.description))
    let own = event.metadata ?? [:]
    let all = metadata.isEmpty ? own : metadata.merging(own) { _, own in own }
    // Hummingbird numbers requests of its own; ours is the one that the client sees.
    for (key, value) in all.sorted(by: { $0.key < $1.key }) where key != "hb.request.id" {
      add(key, value.json)
    }
    line.append(0x7D)
    line.append(0x0A)
    // One write a line, so that the lines of threads do not mix.
    line.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
  }
}

extension Logger {
  /// The same log under the label of a part of the service, by which its lines are found.
  public func labelled(_ label: String) -> Logger {
    let all = handler
    return Logger(label: label) { (label: String) -> any LogHandler in
      guard var own = all as? JSONLogHandler else { return all }
      own.label = label
      return own
    }
  }
}

extension Logger.MetadataValue {
  fileprivate var json: JSONValue {
    switch self {
    case .string(let text): .string(text)
    case .stringConvertible(let value):
      switch value {
      case let number as Int: .integer(number)
      case let number as Double: .number(number)
      default: .string(value.description)
      }
    case .array(let items): .array(items.map(\.json))
    case .dictionary(let members):
      .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
    }
  }
}
