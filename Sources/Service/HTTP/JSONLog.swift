import CivilTime
import Formats
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
  private let label: String

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
    var members: [(String, JSONValue)] = [
      ("time", .string(now.description)), ("level", .string(event.level.rawValue)),
      ("label", .string(label)), ("message", .string(event.message.description)),
    ]
    let all = metadata.merging(event.metadata ?? [:]) { _, own in own }
    // Hummingbird numbers requests of its own; ours is the one that the client sees.
    for (key, value) in all.sorted(by: { $0.key < $1.key }) where key != "hb.request.id" {
      members.append((key, value.json))
    }
    var line = JSONValue.object(members).text()
    line.append(0x0A)
    // One write a line, so that the lines of threads do not mix.
    line.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
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
