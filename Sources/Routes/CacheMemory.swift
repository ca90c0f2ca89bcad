#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Memory for tables that are read at random.
enum CacheMemory {
  private static let hugePageBytes = 2 << 20

  /// Room on the boundaries of cache lines; large tables on pages of 2 MiB where the system has them,
  /// since a miss in the page tables costs as much as one in the cache. Freed with `deallocate()`.
  static func allocate<Element>(_ type: Element.Type, count: Int) -> UnsafeMutablePointer<Element> {
    let bytes = max(count, 1) * MemoryLayout<Element>.stride
    let isLarge = bytes >= hugePageBytes
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isLarge ? hugePageBytes : 64)
    #if os(Linux)
      // Advice only: where it is not taken the table works the same.
      if isLarge { _ = madvise(memory, bytes, Int32(MADV_HUGEPAGE)) }
    #endif
    return memory.bindMemory(to: type, capacity: count)
  }
}
