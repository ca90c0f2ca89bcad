#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A setting of `serve`: what its option says, else what its variable says.
struct Setting {
  let text: String
  /// What set it, for messages.
  let name: String

  /// - Parameters:
  ///   - option: what was given on the command line.
  ///   - variable: such as `SECRET_FILE`, for `--secret-file` and `MILEQUEST_SECRET_FILE`.
  init?(_ option: String?, _ variable: String) {
    if let option {
      (text, name) = (option, Self.option(variable))
    } else if let value = getenv("MILEQUEST_" + variable), value.pointee != 0 {
      (text, name) = (String(cString: value), "MILEQUEST_" + variable)
    } else {
      return nil
    }
  }

  /// A setting that has to be there.
  ///
  /// - Throws: `usage`, naming option and variable.
  static func required(
    _ option: String?, _ variable: String, for purpose: String
  ) throws -> Setting {
    if let setting = Setting(option, variable) { return setting }
    throw Failure(
      .usage, "\(purpose) needs \(Self.option(variable)) (or MILEQUEST_\(variable))")
  }

  /// Makes sure that nothing is set that only another choice would use: somebody expects it to hold.
  ///
  /// - Throws: `usage`, naming the first.
  static func refuse(_ settings: [Setting?], with choice: String, instead: String) throws {
    guard let unused = settings.compactMap(\.self).first else { return }
    throw Failure(
      .usage,
      "\(unused.name) is set, and \(choice) does not use it; say \(instead), or take it out")
  }

  /// The setting as yes or no.
  ///
  /// - Throws: `usage` for anything else.
  func flag() throws -> Bool {
    switch text.lowercased() {
    case "true", "1", "yes": return true
    case "false", "0", "no": return false
    default: throw Failure(.usage, "\(name): “\(text)” is neither true nor false")
    }
  }

  private static func option(_ variable: String) -> String {
    "--" + variable.lowercased().replacing("_", with: "-")
  }

  /// Those of a setting that may be repeated; the variable has them with commas between.
  static func list(_ options: [String], _ variable: String) -> [String] {
    if !options.isEmpty { return options }
    return Setting(nil, variable)?.text.split(separator: ",").map { part in
      String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    } ?? []
  }
}
