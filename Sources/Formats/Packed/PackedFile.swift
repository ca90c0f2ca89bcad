/// A route file within another that packs it: gzip, or the archive of a KMZ.
///
/// One level is unpacked. Names of an archive's entries are compared and shown, and never used as
/// paths.
package struct PackedFile {
  /// The file within.
  package let bytes: [UInt8]
  /// What the file within is called, to tell its format by the ending; nil where nothing says so.
  let name: String?
  /// What was unpacked, for people.
  let note: String

  /// Why nothing was unpacked.
  package struct Fault: Error {
    let code: Diagnostic.Code
    package let message: String

    init(_ code: Diagnostic.Code, _ message: String) {
      self.code = code
      self.message = message
    }
  }

  private static let zip: [UInt8] = [0x50, 0x4B, 3, 4]
  /// An archive of no entries.
  private static let emptyZip: [UInt8] = [0x50, 0x4B, 5, 6]
  private static let gzip: [UInt8] = [0x1F, 0x8B]

  package static func isPacked(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: zip) || bytes.starts(with: emptyZip) || bytes.starts(with: gzip)
  }

  /// Bytes that the file within has, as the packed file states them, and no more than `most`; 0 for a
  /// file that is not packed.
  ///
  /// It may have more only where somebody wrote a wrong size, or several gzip files in a row: then what
  /// is packed may be more than what is stated.
  /// - Complexity: O(entries).
  package static func statedBytes(_ bytes: [UInt8], most: Int) -> Int {
    guard isPacked(bytes) else { return 0 }
    let stated =
      bytes.starts(with: gzip)
      ? GzipFile.statedBytes(bytes)
      : (try? ZIPArchive(bytes))?.entries.map(\.size).max() ?? bytes.count
    return min(stated < bytes.count ? most : stated, most)
  }

  /// What a file of any kind holds that is packed by gzip; a file that is not packed so is itself.
  ///
  /// - Parameter most: bytes that it may have.
  /// - Complexity: O(bytes within).
  package static func withoutGzip(_ bytes: [UInt8], most: Int) throws(Fault) -> [UInt8] {
    guard bytes.starts(with: gzip) else { return bytes }
    let file = try GzipFile.unpacked(bytes, most: most)
    guard !file.starts(with: gzip) else {
      throw Fault(
        .unknownFormat,
        "the packed file holds another packed file; only one is unpacked: unpack it first")
    }
    return file
  }

  /// Unpacks the route file within.
  ///
  /// - Parameters:
  ///   - fileName: of the packed file.
  ///   - most: bytes that it may have.
  /// - Complexity: O(bytes within).
  package init(_ bytes: [UInt8], fileName: String?, most: Int) throws(Fault) {
    if bytes.starts(with: Self.gzip) {
      self.bytes = try GzipFile.unpacked(bytes, most: most)
      let base = fileName.flatMap { $0.lowercased().hasSuffix(".gz") ? $0.dropLast(3) : nil }
      name = base.map(String.init)
      note = "the file is packed by gzip; places are those of the file within"
    } else {
      let archive = try ZIPArchive(bytes)
      let entry = try archive.routeFile()
      self.bytes = try archive.unpacked(entry, most: most)
      name = entry.name
      let others = archive.entries.count - 1
      note =
        "“\(shortened(entry.name))” of the archive is read"
        + (others == 0
          ? "" : ", and \(others == 1 ? "one other file" : "\(others) other files") of it not")
        + "; places are those of that file"
    }
    if Self.isPacked(self.bytes) {
      throw Fault(
        .unknownFormat,
        "the packed file holds another packed file; only one is unpacked: unpack it first")
    }
  }
}
