import ArgumentParser
import CivilTime
import PostGISStore
import Quests
import SQLiteStore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

typealias AnyStore = LedgerStore & RouteStore & AccountStore & AnnouncementStore & StatisticsStore
  & MailStore & LinkStore

/// Where the ledger is kept.
enum StoreAddress {
  case file(path: String, isDefault: Bool)
  case server(url: String)

  /// Reads what `--store` or `MILEQUEST_STORE` says; without either, a file in the user's data
  /// folder.
  ///
  /// - Throws: `usage`; what was said is not repeated, for it may hold a password.
  init(_ option: String?) throws {
    let said = option ?? Self.variable("MILEQUEST_STORE")
    guard let said else {
      self = .file(path: try Self.dataFolder() + "/milequest.sqlite", isDefault: true)
      return
    }
    let file = "sqlite:"
    if said.hasPrefix(file), said.utf8.count > file.utf8.count {
      self = .file(path: String(said.dropFirst(file.count)), isDefault: false)
    } else if said.hasPrefix("postgres://") || said.hasPrefix("postgresql://") {
      self = .server(url: said)
    } else {
      throw Failure(
        .usage,
        "\(option == nil ? "MILEQUEST_STORE" : "--store") names no store: write sqlite:PATH or "
          + "postgres://user@host:5432/database")
    }
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  private static func dataFolder() throws -> String {
    if let folder = variable("XDG_DATA_HOME"), folder.hasPrefix("/") {
      return folder + "/milequest"
    }
    if let home = variable("HOME") { return home + "/.local/share/milequest" }
    throw Failure(
      .usage, "there is no HOME to keep the ledger in: name a store with --store sqlite:PATH")
  }

  /// For people; without a password.
  var text: String {
    switch self {
    case .file(let path, _): "sqlite:\(path)"
    case .server(let url): Self.withoutSecrets(url)
    }
  }

  /// What to say where other users of the machine can read or write the ledger's file.
  var exposureText: String? {
    guard case .file(let path, _) = self else { return nil }
    return Self.exposureText(of: path)
  }

  /// What to say where other users of the machine can read or write a file or folder.
  static func exposureText(of path: String) -> String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & 0o077 != 0 else { return nil }
    return "other users of this machine can open \(path)"
  }

  /// A password may hold whatever its writer forgot to escape, so all from the user's name to the
  /// last @ goes.
  private static func withoutSecrets(_ url: String) -> String {
    var text = url
    if let scheme = text.firstRange(of: "://"), let at = text.lastIndex(of: "@") {
      let user = text[scheme.upperBound..<at].prefix { $0 != ":" }
      text = "\(text[..<scheme.upperBound])\(user)\(text[at...])"
    }
    let halves = text.split(separator: "?", maxSplits: 1)
    let kept =
      halves.count > 1
      ? halves[1].split(separator: "&").filter { !$0.lowercased().contains("password") } : []
    return halves[0] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&"))
  }
}

extension CompletionKind {
  /// The beginnings of a store's address; after `sqlite:` the files there are.
  static var store: CompletionKind {
    .custom { _, _, prefix in StoreCompletion.words(for: prefix) }
  }
}

/// The store of a command.
struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where the ledger is: sqlite:PATH or postgres://user@host/database. By default what MILEQUEST_STORE says, else a file in your data folder.",
      valueName: "store"), completion: .store)
  var store: String?

  var address: StoreAddress { get throws { try StoreAddress(store) } }

  /// Whether somebody has named a store, or the one in the data folder has been begun.
  var isNamedOrThere: Bool {
    get throws {
      guard let address = try? address else { return store != nil }
      if case .file(let path, isDefault: true) = address { return access(path, F_OK) == 0 }
      return true
    }
  }

  /// Opens the store for a command that reads: nothing is made that is not there.
  func open() async throws -> OpenStore { try await OpenStore(try address, begins: false) }

  /// Reports the failures of a command that reads the store, and closes the store after it.
  func reading(_ body: (OpenStore) async throws -> Void) async throws {
    try await reportingFailures {
      let store = try await open()
      defer { store.close() }
      try await body(store)
    }
  }

  /// Opens the store for a command that writes: a file that is not there yet is begun.
  func openOrBegin(
    for use: StoreUse = .service, limits: LedgerLimits = .ofKeeper
  ) async throws -> OpenStore {
    try await OpenStore(try address, begins: true, use: use, limits: limits)
  }
}

/// An open store.
struct OpenStore: Sendable {
  let ledger: any AnyStore
  private let file: SQLiteStore?
  private let server: PostGISStore?

  /// - Parameters:
  ///   - begins: whether a file that is not there is made.
  ///   - migrates: whether an older schema is brought up to date.
  init(
    _ address: StoreAddress, begins: Bool, migrates: Bool = false, use: StoreUse = .service,
    limits: LedgerLimits = .ofKeeper
  ) async throws {
    switch address {
    case .file(let path, let isDefault):
      let isThere = access(path, F_OK) == 0
      if !isThere, !begins {
        throw Failure(
          .unreachable,
          "\(path): there is no ledger yet; milequest migrate begins one, and so does the first "
            + "import")
      }
      if !isThere, isDefault { try Self.makeFolders(of: path) }
      let store = try ledgerFailures(path) {
        try SQLiteStore(path: path, migrates: migrates || !isThere, use: use, limits: limits)
      }
      (ledger, file, server) = (store, store, nil)
    case .server(let url):
      do {
        let store = try await PostGISStore.open(url: url, migrates: migrates, limits: limits)
        (ledger, file, server) = (store, nil, store)
      } catch { throw Failure(error, address.text) }
    }
  }

  /// The embedded store, where it is one.
  var embedded: SQLiteStore? { file }

  func diagnosis() async throws(LedgerError) -> [(name: String, value: String)] {
    if let file { return try await file.diagnosis() }
    if let server { return try await server.diagnosis() }
    return []
  }

  func close() {
    server?.close()
    // What was answered is on the disk; a file that cannot be closed ends with the process.
    try? file?.close()
  }

  static func makeFolders(of path: String) throws {
    var folder = ""
    for name in path.split(separator: "/").dropLast() {
      folder += "/" + name
      if mkdir(folder, 0o700) != 0, errno != EEXIST {
        throw Failure(
          .unreachable,
          "\(folder): the folder cannot be made: \(String(cString: strerror(errno))); name a store "
            + "with --store sqlite:PATH")
      }
    }
  }
}

extension Instant {
  /// The present moment by the machine's clock.
  static var now: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(
      microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}
