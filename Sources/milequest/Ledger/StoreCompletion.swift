#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Completes the address of a store.
enum StoreCompletion {
  /// - Parameter word: what stands there so far.
  static func words(for word: String) -> [String] {
    let file = "sqlite:"
    guard word.hasPrefix(file) else {
      return [file, "postgres://", "postgresql://"].filter { $0.hasPrefix(word) }
    }
    return files(for: String(word.dropFirst(file.count))).map { file + $0 }
  }

  /// The files and folders that a path may go on to; folders end in a slash.
  private static func files(for path: String) -> [String] {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let start = String(path.dropFirst(folder.count))
    guard let open = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(open) }
    var found: [String] = []
    while let entry = readdir(open) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasPrefix(start), start.hasPrefix(".") || !name.hasPrefix(".") else { continue }
      var status = stat()
      let isFolder = stat(folder + name, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      found.append(folder + name + (isFolder ? "/" : ""))
    }
    return found.sorted()
  }
}
