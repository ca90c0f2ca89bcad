/// Why a picture cannot be drawn.
public struct DrawingError: Error, Hashable, Sendable {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// What was asked for is beyond a limit, which the message names.
    public static let limit = Code(rawValue: "limit")
    /// The image could not be made or written.
    public static let image = Code(rawValue: "image")
    /// The extract beneath the map cannot be read.
    public static let basemap = Code(rawValue: "basemap")
    /// The projections of maps are not to be had.
    public static let projection = Code(rawValue: "projection")
  }

  public let code: Code
  /// A sentence for people.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}
