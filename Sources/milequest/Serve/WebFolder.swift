import Service

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where the files of the browser client are.
enum WebFolder {
  /// The client in a folder that was named, or in the first of the usual ones that has one.
  ///
  /// - Returns: nil for `none`, and where nothing is named and there is none.
  /// - Throws: `usage` for a named folder without a client, and for one that is broken.
  static func files(_ setting: Setting?) throws -> WebFiles? {
    if let setting {
      // The API alone, whatever lies in the usual places.
      if setting.text == "none" { return nil }
      guard WebFiles.isThere(setting.text) else {
        throw Failure(
          .usage,
          "\(setting.name): “\(setting.text)” is not a folder with a built client; make web builds one"
        )
      }
      return try read(setting.text)
    }
    return try usual.first(where: WebFiles.isThere).map(read)
  }

  private static func read(_ folder: String) throws -> WebFiles {
    do throws(WebFiles.Fault) { return try WebFiles(folder: folder) } catch {
      throw Failure(.usage, "the browser client: \(error.message); make web builds it anew")
    }
  }

  /// Beside the program, where packages put it, and where `make web` leaves it: two folders above
  /// the program, which SwiftPM puts in a folder for the machine and one for the configuration.
  private static var usual: [String] {
    let beside = programFolder.map { ["\($0)/web", "\($0)/../share/milequest/web"] } ?? []
    let built = programFolder.map { ["\($0)/../../web"] } ?? []
    return beside + ["/usr/share/milequest/web"] + built
  }

  private static var programFolder: String? {
    guard let path = realpath("/proc/self/exe", nil) else { return nil }
    defer { free(path) }
    let program = String(cString: path)
    return program.lastIndex(of: "/").map { String(program[..<$0]) }
  }
}
