#if canImport(Glibc)
  import Glibc
#endif

/// The median over several runs of the time that one item takes, in nanoseconds.
func nanosecondsPerItem(_ items: Int, runs: Int = 7, _ body: () -> Void) -> Double {
  var times: [Double] = []
  for _ in 0..<runs {
    let (seconds, attoseconds) = ContinuousClock().measure(body).components
    times.append((Double(seconds) * 1e9 + Double(attoseconds) * 1e-9) / Double(items))
  }
  return times.sorted()[runs / 2]
}

/// Keeps a result alive that nobody reads.
@inline(never) func keep<Value>(_ value: Value) {}

/// One figure a line, for the table that is made of them.
func figure(_ name: String, _ value: Double) { print("\(name) \(value)") }

func readFile(_ path: String) -> [UInt8] {
  let descriptor = open(path, O_RDONLY)
  guard descriptor >= 0 else { return [] }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
  lseek(descriptor, 0, SEEK_SET)
  var done = 0
  while done < bytes.count {
    let count = bytes.withUnsafeMutableBytes {
      read(descriptor, $0.baseAddress! + done, $0.count - done)
    }
    if count <= 0 { break }
    done += count
  }
  return bytes
}

func writeFile(_ path: String, _ bytes: UnsafeRawBufferPointer) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  var done = 0
  while done < bytes.count {
    let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
    if count <= 0 { break }
    done += count
  }
}

/// The same numbers from the same seed on every machine (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
