/// Why an extract cannot be read, and where in its file.
public struct OSMFault: Error, Hashable, Sendable {
  /// A sentence for people.
  public let message: String
  /// Bytes from the start of the file.
  public let offset: Int

  init(_ message: String, at offset: Int) {
    self.message = message
    self.offset = offset
  }
}
