import Hummingbird
import NIOCore

/// Reads a body within its bounds of size and time.
enum BodyReading {
  /// - Parameter receipt: holds the memory of a large body.
  /// - Throws: `too-large`, `request-timeout`, `unavailable`.
  static func bytes(
    of request: Request, limit: Int, limits: ServiceLimits, receipt: UploadGate.Receipt? = nil
  ) async throws -> [UInt8] {
    let stated = request.headers[.contentLength].flatMap { Int($0) }
    if let stated, stated > limit { throw tooLarge(limit) }
    if stated == 0 || (stated == nil && request.headers[.transferEncoding] == nil) { return [] }
    let seconds = limits.bodySeconds + (stated ?? limit) / limits.bodyBytesPerSecond
    return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(stated ?? 0, limit))
        for try await buffer in request.body {
          if bytes.count + buffer.readableBytes > limit { throw tooLarge(limit) }
          try receipt?.take(buffer.readableBytes)
          bytes.append(contentsOf: buffer.readableBytesView)
        }
        return bytes
      }
      group.addTask {
        try await Task.sleep(for: .seconds(seconds))
        return nil
      }
      defer { group.cancelAll() }
      guard let bytes = try await group.next() ?? nil else {
        var problem = Problem(
          .slowBody, "the body did not arrive within \(seconds) s; send it again")
        problem.headers[.connection] = "close"
        throw problem
      }
      return bytes
    }
  }

  private static func tooLarge(_ limit: Int) -> Problem {
    var problem = Problem(
      .tooLarge, "the body is larger than \(limit) bytes, which is the limit here")
    problem.headers[.connection] = "close"
    return problem
  }
}
