#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What the system says of this process, by the names that Prometheus' own libraries have for it.
///
/// What the system does not tell is left out.
enum ProcessFigures {
  static var text: String {
    var out = FiguresText()
    if let seconds = processorSeconds {
      out.add(
        "process_cpu_seconds_total", .counter, "Time of processors, of the user and the system.",
        seconds)
    }
    if let count = openDescriptors {
      out.add("process_open_fds", .gauge, "Files and connections that are open.", count)
    }
    if let most = mostDescriptors {
      out.add("process_max_fds", .gauge, "Files and connections that may be open.", most)
    }
    if let (all, resident) = memory {
      out.add("process_virtual_memory_bytes", .gauge, "Memory that is addressed.", all)
      out.add("process_resident_memory_bytes", .gauge, "Memory in use.", resident)
    }
    if let start = startSeconds {
      out.add(
        "process_start_time_seconds", .gauge, "When the process began, since 1970.", start)
    }
    return out.text
  }

  private static var processorSeconds: Double? {
    var usage = rusage()
    guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  private static var openDescriptors: Int? {
    guard let folder = opendir("/proc/self/fd") else { return nil }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    // The folder itself, and the two entries that every folder has.
    return max(count - 3, 0)
  }

  private static var mostDescriptors: UInt64? {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return nil }
    return UInt64(limit.rlim_cur)
  }

  private static var memory: (all: Int, resident: Int)? {
    guard let words = contents("/proc/self/statm")?.split(separator: " "), words.count > 1,
      let all = Int(words[0]), let resident = Int(words[1])
    else { return nil }
    let page = sysconf(Int32(_SC_PAGESIZE))
    return (all * page, resident * page)
  }

  /// Read once: it does not change.
  private static let startSeconds: Double? = {
    // The name of the program stands in brackets and may hold anything.
    guard let status = contents("/proc/self/stat"), let end = status.lastIndex(of: ")"),
      case let words = status[end...].split(separator: " "), words.count > 20,
      let ticks = Double(words[20]),
      let boot = contents("/proc/stat")?.split(separator: "\n").first(where: {
        $0.hasPrefix("btime ")
      }),
      let booted = Double(boot.dropFirst("btime ".count))
    else { return nil }
    return booted + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }()

  private static func contents(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var all: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = block.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
      if count < 0 { return nil }
      if count == 0 { return String(decoding: all, as: UTF8.self) }
      all += block[..<count]
    }
  }
}
