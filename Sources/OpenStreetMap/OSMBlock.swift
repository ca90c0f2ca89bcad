internal import CZlib

/// A block of the file: a header, and content that is packed or plain.
struct OSMBlock {
  /// What a block of data was found to hold.
  struct Content: OptionSet {
    let rawValue: Int
    static let nodes = Content(rawValue: 1)
    static let ways = Content(rawValue: 2)
    static let relations = Content(rawValue: 4)
    static let all: Content = [.nodes, .ways, .relations]
  }

  /// Where it begins in the file.
  let offset: Int
  /// Where its content is.
  private let content: Range<Int>
  /// All, until it was read once.
  var holds = Content.all

  /// The blocks of data of a file; its first block, which says what a reader must know, is checked.
  ///
  /// - Complexity: O(blocks).
  static func all(in bytes: [UInt8], _ limits: OSMLimits) throws(OSMFault) -> [OSMBlock] {
    guard bytes.count <= limits.fileBytes else {
      throw OSMFault(
        "the file has more than \(limits.fileBytes) bytes (\(limits.fileBytes >> 20) MiB), the limit: "
          + "cut out the part around the route", at: limits.fileBytes)
    }
    var blocks: [OSMBlock] = []
    var offset = 0
    var isFirst = true
    while offset < bytes.count || isFirst {
      let (type, block, end) = try read(bytes, at: offset, limits)
      if isFirst {
        guard type == "OSMHeader" else {
          throw OSMFault(
            "the first block is not an “OSMHeader”: is this an OpenStreetMap extract (.osm.pbf)?",
            at: offset)
        }
        try block.checkFeatures(bytes, limits)
      } else if type == "OSMData" {
        guard blocks.count < limits.blocks else {
          throw OSMFault("the file has more than \(limits.blocks) blocks, the limit", at: offset)
        }
        blocks.append(block)
      }
      isFirst = false
      offset = end
    }
    return blocks
  }

  private static func read(
    _ bytes: [UInt8], at offset: Int, _ limits: OSMLimits
  ) throws(OSMFault) -> (type: String, OSMBlock, end: Int) {
    let cutOff = OSMFault("the block that begins here is cut off", at: offset)
    guard bytes.count - offset >= 4 else { throw cutOff }
    let headerBytes = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    guard headerBytes <= limits.headerBytes else {
      throw OSMFault(
        "the header of a block states \(headerBytes) bytes, more than the \(limits.headerBytes) of the "
          + "format: is this an OpenStreetMap extract (.osm.pbf)?", at: offset)
    }
    let start = offset + 4 + headerBytes
    guard start <= bytes.count else { throw cutOff }
    var header = MessageReader(bytes, offset + 4..<start, .file)
    var type = ""
    var count: Int64 = -1
    while let field = try header.next() {
      switch field.number {
      case 1: type = String(decoding: bytes[try field.range(header)], as: UTF8.self)
      case 3: count = try field.integer(header)
      default: break
      }
    }
    guard (0...Int64(limits.blockBytes)).contains(count) else {
      throw OSMFault(
        count < 0
          ? "the header of the block does not state its size"
          : "the block states \(count) bytes, more than the \(limits.blockBytes) of the format",
        at: offset)
    }
    guard Int(count) <= bytes.count - start else { throw cutOff }
    let end = start + Int(count)
    return (type, OSMBlock(offset: offset, content: start..<end), end)
  }

  private init(offset: Int, content: Range<Int>) {
    self.offset = offset
    self.content = content
  }

  /// What the block holds, unpacked.
  func unpacked(_ bytes: [UInt8], _ limits: OSMLimits) throws(OSMFault) -> [UInt8] {
    var reader = MessageReader(bytes, content, .file)
    var size: Int64 = -1
    var plain: Range<Int>?
    var packed: Range<Int>?
    while let field = try reader.next() {
      switch field.number {
      case 1: plain = try field.range(reader)
      case 2: size = try field.integer(reader)
      case 3: packed = try field.range(reader)
      case 4...7:
        let name = ["LZMA", "bzip2", "LZ4", "Zstandard"][Int(field.number - 4)]
        throw OSMFault(
          "the block is packed by \(name), and only zlib is read: write the file again with “osmium cat”",
          at: offset)
      default: break
      }
    }
    if let plain { return Array(bytes[plain]) }
    guard let packed else { throw OSMFault("the block is empty", at: offset) }
    guard (0...Int64(limits.blockBytes)).contains(size) else {
      throw OSMFault(
        size < 0
          ? "the block does not state its size unpacked"
          : "the block states \(size) bytes unpacked, more than the \(limits.blockBytes) of the format",
        at: offset)
    }
    var count = UInt(size)
    var status = Z_OK
    let unpacked = [UInt8](unsafeUninitializedCapacity: Int(size)) { output, written in
      bytes[packed].withUnsafeBufferPointer { input in
        // Zlib wants a place to write to, also where nothing is to be written.
        var nothing: UInt8 = 0
        status = withUnsafeMutablePointer(to: &nothing) {
          uncompress(output.baseAddress ?? $0, &count, input.baseAddress, UInt(input.count))
        }
      }
      written = status == Z_OK ? min(Int(count), output.count) : 0
    }
    guard status == Z_OK, unpacked.count == Int(size) else {
      throw OSMFault(
        "the block is damaged: it does not unpack to the \(size) bytes that it states", at: offset)
    }
    return unpacked
  }

  /// - Throws: where the file needs a reader that knows more.
  private func checkFeatures(_ bytes: [UInt8], _ limits: OSMLimits) throws(OSMFault) {
    let header = try unpacked(bytes, limits)
    var reader = MessageReader(header, 0..<header.count, .block(at: offset))
    while let field = try reader.next() {
      guard field.number == 4 else { continue }
      let feature = String(decoding: header[try field.range(reader)].prefix(40), as: UTF8.self)
      guard ["OsmSchema-V0.6", "DenseNodes"].contains(feature) else {
        throw OSMFault(
          "the file needs a reader that knows “\(feature.filter { $0.isASCII && !$0.isNewline })”",
          at: offset)
      }
    }
  }
}
