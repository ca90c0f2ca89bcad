import Base

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The token buckets of all callers, in memory that never grows.
///
/// A caller's name is hashed to 128 bits with a secret seed, so that nobody can choose to share a
/// place with somebody else. The hash names a set of sixteen places, one of which holds the bucket.
/// A bucket that is full again is as good as none: its place is free, and nothing ever has to sweep.
/// Where all sixteen are taken, the bucket goes that is full soonest. What is forgotten is only ever
/// in favour of its caller, and callers who have just begun go before one who has used up his burst;
/// so a flood of new callers neither slows another nor clears its own debts first.
///
/// Safe to use from any number of threads: each set belongs to one of 64 locks, held for the time of
/// one look.
/// - Memory: 32 bytes a place; the pages of places that no caller ever had are not resident.
/// - Complexity: O(1) a request, whatever the number of callers.
public final class RequestBuckets: @unchecked Sendable {
  /// A caller's hash with the bucket. All zeros is a free place.
  private struct Place {
    var high: UInt64
    var low: UInt64
    var bucket: TokenBucket
  }

  private static let setSize = 16
  private static let lockCount = 64
  /// Places for so many callers at once keep all but a few thousandths of them: twice as many places
  /// as callers, shared out by chance.
  public static let standardCallers = 1_000_000

  private let seed: (UInt64, UInt64)
  private let setCount: Int
  // Read and written under the lock of their set: hence `@unchecked`.
  private let places: UnsafeMutablePointer<Place>
  private let locks = (0..<lockCount).map { _ in Lock() }

  /// - Parameters:
  ///   - callers: how many the table is made for, 1 to 2²⁸; more than that share it as well as they
  ///     can.
  ///   - source: of the secret seed.
  public init(
    callers: Int = standardCallers, using source: inout some RandomNumberGenerator
  ) {
    seed = (source.next(), source.next())
    let wanted = 2 * min(max(callers, 1), 1 << 28)
    var sets = Self.lockCount
    while sets * Self.setSize < wanted { sets *= 2 }
    setCount = sets
    // Fresh memory of the system is zero without being touched.
    guard let memory = calloc(sets * Self.setSize, MemoryLayout<Place>.stride) else {
      preconditionFailure("no memory for the buckets of \(callers) callers")
    }
    places = memory.bindMemory(to: Place.self, capacity: sets * Self.setSize)
  }

  deinit { free(places) }

  /// Bytes that the table may come to hold.
  public var byteCount: Int { setCount * Self.setSize * MemoryLayout<Place>.stride }

  /// Takes a token of a caller's bucket where there is one.
  ///
  /// - Parameters:
  ///   - caller: any value that stands for one caller.
  ///   - limit: the caller's own; a change of it counts from the next request on.
  ///   - nowNanoseconds: of one monotonic clock.
  public func take(
    _ caller: some Hashable, limit: RateLimit = .standard, at nowNanoseconds: UInt64
  ) -> RateDecision {
    let (high, low) = hash(of: caller)
    let set = Int(truncatingIfNeeded: low) & (setCount - 1)
    return locks[set & (Self.lockCount - 1)].withLock {
      let place = place(of: high, low, in: places + set * Self.setSize)
      return place.pointee.bucket.take(limit, at: nowNanoseconds)
    }
  }

  /// The place of a caller, made where there is none.
  private func place(
    of high: UInt64, _ low: UInt64, in set: UnsafeMutablePointer<Place>
  ) -> UnsafeMutablePointer<Place> {
    var soonest = set
    for index in 0..<Self.setSize {
      let place = set + index
      if place.pointee.high == high, place.pointee.low == low { return place }
      if place.pointee.bucket.isFullBefore(soonest.pointee.bucket) { soonest = place }
    }
    // A full bucket is full sooner than any other: a free place is taken before one is cleared.
    soonest.pointee = Place(high: high, low: low, bucket: TokenBucket())
    return soonest
  }

  /// 128 bits that nobody can tell without the seed.
  private func hash(of caller: some Hashable) -> (UInt64, UInt64) {
    func half(_ number: UInt8) -> UInt64 {
      var hasher = Hasher()
      hasher.combine(seed.0)
      hasher.combine(seed.1)
      hasher.combine(number)
      hasher.combine(caller)
      return UInt64(bitPattern: Int64(hasher.finalize()))
    }
    return (half(0), half(1))
  }
}
