#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What went wrong last on a thread.
///
/// One piece of memory for each thread that saw a failure: line and column, the name, the message, each text
/// with a zero after it. The system frees it when the thread ends, through `free`, which outlives this
/// library.
enum LastError {
  private static let key: pthread_key_t? = {
    var key = pthread_key_t()
    return pthread_key_create(&key, { free($0) }) == 0 ? key : nil
  }()

  private static let head = 2 * MemoryLayout<Int64>.size

  static func keep(_ refusal: Refusal) {
    guard let key else { return }
    // A zero within would end the text.
    let name = refusal.name.utf8.filter { $0 != 0 }
    let message = refusal.message.utf8.filter { $0 != 0 }
    let size = head + name.count + message.count + 2
    guard let memory = malloc(size) else { return }
    let bytes = UnsafeMutableRawBufferPointer(start: memory, count: size)
    bytes.storeBytes(of: Int64(refusal.line), as: Int64.self)
    bytes.storeBytes(of: Int64(refusal.column), toByteOffset: 8, as: Int64.self)
    bytes[head...].copyBytes(from: name + [0] + message + [0])
    let old = pthread_getspecific(key)
    if pthread_setspecific(key, memory) == 0 { free(old) } else { free(memory) }
  }

  static var place: (line: Int64, column: Int64) {
    guard let memory else { return (0, 0) }
    return (memory.load(as: Int64.self), memory.load(fromByteOffset: 8, as: Int64.self))
  }

  static var name: UnsafePointer<CChar> { text(after: 0) }
  static var message: UnsafePointer<CChar> { text(after: 1) }

  private static var memory: UnsafeMutableRawPointer? { key.flatMap { pthread_getspecific($0) } }

  private static func text(after count: Int) -> UnsafePointer<CChar> {
    guard let memory else { return nothing }
    var text = UnsafePointer((memory + head).assumingMemoryBound(to: CChar.self))
    for _ in 0..<count { text += strlen(text) + 1 }
    return text
  }

  // Written once before first use, and never freed.
  nonisolated(unsafe) private static let nothing: UnsafePointer<CChar> = {
    let memory = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
    memory.pointee = 0
    return UnsafePointer(memory)
  }()
}
