/// The bounds on what an extract may hold. A breach names the limit.
public struct OSMLimits: Sendable {
  /// Bytes of the whole file.
  public var fileBytes = 256 * 1024 * 1024
  /// Bytes of all blocks together, unpacked.
  public var unpackedBytes = 1024 * 1024 * 1024
  /// Bytes of one block, packed or unpacked, as the format has it.
  public var blockBytes = 32 * 1024 * 1024
  /// Bytes of the header of one block, as the format has it.
  public var headerBytes = 64 * 1024
  public var blocks = 100_000
  /// Texts of one block.
  public var strings = 1_000_000
  /// Nodes, and references to nodes and ways, that are kept for one map.
  public var nodes = 4_000_000

  public static let standard = OSMLimits()
  public init() {}
}
