internal import Base

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The zones of the system's zone data, each read once.
///
/// Safe to use from many threads at once.
public final class ZoneCatalog: Sendable {
  /// A name that is longer is none; the longest of IANA's has 32 bytes.
  public static let longestName = 64

  private let folder: String
  private let zones = Lock<[String: Zone]>(["UTC": .utc])

  /// - Parameter folder: where the TZif files are; nil takes `TZDIR` or the usual place.
  public init(folder: String? = nil) {
    self.folder =
      folder ?? getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
  }

  /// The zone of an IANA name such as `Europe/London`.
  ///
  /// - Throws: `zone-unknown` where the system has no such zone, `zone-data` where it cannot be read.
  public func zone(named name: String) throws(ZoneError) -> Zone {
    try zones.withLock { zones throws(ZoneError) in
      if let known = zones[name] { return known }
      // Only what exists is kept, so that guesses cannot fill the memory.
      let zone = try read(name)
      zones[name] = zone
      return zone
    }
  }

  /// The zone of an IANA name, or of an offset such as `+09:00`.
  ///
  /// - Throws: `zone-unknown`, `zone-data`.
  public func zone(namedOrOffset name: String) throws(ZoneError) -> Zone {
    if let fixed = Zone(offset: name) { return fixed }
    return try zone(named: name)
  }

  private func read(_ name: String) throws(ZoneError) -> Zone {
    let isPlain =
      !name.isEmpty && name.utf8.count <= Self.longestName
      && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { word in
        !word.isEmpty
          && word.utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2B
              || $0 == 0x2D || $0 == 0x5F
          }
      }
    guard isPlain, let bytes = bytes(ofFile: "\(folder)/\(name)"),
      bytes.starts(with: Array("TZif".utf8))
    else {
      throw ZoneError(
        .unknown,
        "“\(name.prefix(Self.longestName))” is not a time zone that this system knows; use an IANA "
          + "name such as Europe/London (Debian's package tzdata has them)")
    }
    return try Zone(name: name, tzif: bytes)
  }

  private func bytes(ofFile path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: TZifReader.mostBytes + 1)
    var count = 0
    while count < bytes.count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        systemRead(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if got < 0 { return nil }
      if got == 0 { break }
      count += got
    }
    return Array(bytes[..<count])
  }
}

/// `read(2)`, under a name that a method called `read` does not hide.
private func systemRead(_ file: Int32, _ into: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, into, count)
}
