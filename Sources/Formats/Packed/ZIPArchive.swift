internal import CZlib

/// The entries of a ZIP archive, by its central directory (PKWARE's APPNOTE 4.3).
struct ZIPArchive {
  struct Entry {
    /// A text to show and compare, never a path.
    let name: String
    let size: Int
    fileprivate let packedSize: Int
    fileprivate let method: Int
    fileprivate let checkSum: UInt32
    fileprivate let isEncrypted: Bool
    /// Where its local header stands.
    fileprivate let offset: Int

    fileprivate var isFolder: Bool { name.hasSuffix("/") }

    /// Whether the name would lead out of the folder in which somebody unpacks it.
    fileprivate var leadsOut: Bool {
      let steps = name.split(whereSeparator: { $0 == "/" || $0 == "\\" })
      return name.hasPrefix("/") || name.hasPrefix("\\") || steps.contains("..")
        || name.dropFirst().first == ":"
    }

    fileprivate var ending: String {
      name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }
  }

  /// Files only.
  let entries: [Entry]
  private let bytes: [UInt8]

  /// More than this no archive of a route has.
  static let mostEntries = 10_000

  /// - Throws: where the directory cannot be read, is too long, or names a path outside.
  init(_ bytes: [UInt8]) throws(PackedFile.Fault) {
    self.bytes = bytes
    let cut = PackedFile.Fault(
      .notWellFormed,
      "the archive (ZIP; a KMZ file is one) has no directory at its end: it is cut off or damaged")
    // The directory's end may be followed by a comment of up to 65,535 bytes.
    let first = max(bytes.count - 22 - 65_535, 0)
    guard
      let end = (first..<max(bytes.count - 21, first)).last(where: {
        bytes[$0] == 0x50 && bytes[$0 + 1] == 0x4B && bytes[$0 + 2] == 5 && bytes[$0 + 3] == 6
      })
    else { throw cut }
    func number(_ offset: Int, _ count: Int) throws(PackedFile.Fault) -> Int {
      guard offset >= 0, offset + count <= bytes.count else { throw cut }
      return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let count = try number(end + 10, 2)
    guard count <= Self.mostEntries else {
      throw PackedFile.Fault(
        .limit, "the archive has \(count) entries; the limit is \(Self.mostEntries)")
    }
    var offset = try number(end + 16, 4)
    var entries: [Entry] = []
    for _ in 0..<count {
      guard try number(offset, 4) == 0x0201_4B50 else { throw cut }
      let nameBytes = try number(offset + 28, 2)
      let start = offset + 46
      guard start + nameBytes <= bytes.count else { throw cut }
      let entry = Entry(
        name: String(decoding: bytes[start..<start + nameBytes], as: UTF8.self),
        size: try number(offset + 24, 4), packedSize: try number(offset + 20, 4),
        method: try number(offset + 10, 2),
        checkSum: UInt32(try number(offset + 16, 4)),
        isEncrypted: try number(offset + 8, 2) & 1 == 1, offset: try number(offset + 42, 4))
      guard !entry.leadsOut else {
        throw PackedFile.Fault(
          .unknownFormat,
          "the archive names a file “\(shortened(entry.name))”, which leads out of its folder: it is "
            + "made to do harm, and nothing of it is read")
      }
      if !entry.isFolder { entries.append(entry) }
      offset = start + nameBytes + (try number(offset + 30, 2)) + (try number(offset + 32, 2))
    }
    self.entries = entries
  }

  /// The one route file: of a KMZ its first KML file, and in any other archive the only file of a
  /// route.
  func routeFile() throws(PackedFile.Fault) -> Entry {
    if let main = entries.first(where: { $0.name.lowercased() == "doc.kml" })
      ?? entries.first(where: { $0.ending == "kml" && !$0.name.contains("/") })
      ?? entries.first(where: { $0.ending == "kml" })
    {
      return main
    }
    if entries.contains(where: { $0.name == "[Content_Types].xml" }) {
      throw PackedFile.Fault(
        .unknownFormat, "this is a document of an office program, which has no route in it")
    }
    let routes = entries.filter { SourceFormat(fileName: $0.name) != nil }
    if let only = routes.first, routes.count == 1 { return only }
    let names = (routes.isEmpty ? entries : routes).prefix(5).map { "“\(shortened($0.name))”" }
    throw PackedFile.Fault(
      .unknownFormat,
      routes.isEmpty
        ? "the archive holds no route file"
          + (names.isEmpty ? "" : ", but \(names.joined(separator: ", "))")
        : "the archive holds \(routes.count) route files, such as \(names.joined(separator: ", ")): "
          + "unpack it and use them one by one")
  }

  func unpacked(_ entry: Entry, most: Int) throws(PackedFile.Fault) -> [UInt8] {
    if entry.isEncrypted {
      throw PackedFile.Fault(
        .unknownFormat, "“\(shortened(entry.name))” of the archive is locked with a password")
    }
    let damaged = PackedFile.Fault(.notWellFormed, "the archive is damaged or cut off")
    // The local header has lengths of its own.
    let header = entry.offset
    guard header + 30 <= bytes.count,
      bytes[header..<header + 4].elementsEqual([0x50, 0x4B, 3, 4])
    else { throw damaged }
    func number(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }
    let start = header + 30 + number(header + 26) + number(header + 28)
    guard start + entry.packedSize <= bytes.count else { throw damaged }
    let packed = bytes[start..<start + entry.packedSize]
    var text: [UInt8]
    switch entry.method {
    case 0:
      guard packed.count <= most else {
        throw PackedFile.Fault(
          .limit, "the file within has more than \(most) bytes, the limit for what is unpacked")
      }
      text = Array(packed)
    case 8: text = try Inflation(.none, most: min(most, max(entry.size, 1))).run(packed).0
    default:
      throw PackedFile.Fault(
        .unknownFormat,
        "“\(shortened(entry.name))” is packed by method \(entry.method); only Deflate is read: unpack "
          + "the archive first")
    }
    let sum = text.withUnsafeBytes {
      crc32_z(0, $0.bindMemory(to: UInt8.self).baseAddress, $0.count)
    }
    guard text.count == entry.size, UInt32(truncatingIfNeeded: sum) == entry.checkSum else {
      throw damaged
    }
    return text
  }
}
