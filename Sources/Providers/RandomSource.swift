/// Where secrets and identifiers come from; a test gives one that repeats itself.
public struct RandomSource: RandomNumberGenerator, Sendable {
  private let draw: @Sendable () -> UInt64

  /// - Parameter draw: called from many threads at once.
  public init(_ draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

  /// The system's, fit for secrets.
  public static let system = RandomSource {
    var system = SystemRandomNumberGenerator()
    return system.next()
  }

  public func next() -> UInt64 { draw() }

  /// Random bytes.
  public func bytes(_ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 7)
    while bytes.count < count {
      withUnsafeBytes(of: draw()) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes.prefix(count))
  }
}
