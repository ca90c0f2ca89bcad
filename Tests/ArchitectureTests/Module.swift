import Testing

/// A module of `Sources`, and what it may import.
struct Module: Sendable {
  let name: String
  /// Our modules below it.
  let ours: Set<String>
  /// Libraries of C.
  var c: Set<String> = []
  /// What comes in packages.
  var packages: Set<String> = []
  /// Whether it is part of the engine, which can be linked anywhere: no Foundation, NIO or Logging.
  var isEngine = false

  /// Every module that there is, and those that are to come: imports point one way.
  static let all = [
    Module(name: "Base", ours: [], isEngine: true),
    Module(name: "JSON", ours: ["Base"], isEngine: true),
    Module(name: "CivilTime", ours: ["Base"], isEngine: true),
    Module(name: "Geodesy", ours: ["Base"], c: ["CPROJ"], isEngine: true),
    Module(
      name: "Routes", ours: ["Geodesy", "Base"], c: ["CGEOS", "CPositionLoops"], isEngine: true),
    Module(
      name: "Formats", ours: ["Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CExpat", "CPROJ", "CZlib"], isEngine: true),
    Module(
      name: "Batch", ours: ["Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CExpat", "CZlib"], isEngine: true),
    Module(name: "MapData", ours: [], c: ["CMapBytes"]),
    Module(name: "OpenStreetMap", ours: ["MapData"], c: ["CZlib"]),
    Module(
      name: "Inspection",
      ours: ["MapData", "Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CPROJ"]),
    Module(
      name: "Drawing",
      ours: [
        "Inspection", "OpenStreetMap", "MapData", "Formats", "Routes", "Geodesy", "CivilTime",
        "JSON", "Base",
      ], c: ["CCairo", "CPango", "CPROJ"]),
    Module(
      name: "Authoring",
      ours: ["Inspection", "Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CGEOS", "CPROJ"]),
    Module(
      name: "EngineC",
      ours: ["Batch", "Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CMileQuest"], isEngine: true),
    Module(
      name: "Quests", ours: ["Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      packages: ["Crypto"]),
    Module(
      name: "LedgerCore", ours: ["Quests", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      packages: ["Foundation"]),
    Module(
      name: "SQLiteStore",
      ours: ["LedgerCore", "Quests", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      packages: ["Foundation", "GRDB", "GRDBSQLite"]),
    Module(
      name: "PostGISStore",
      ours: ["LedgerCore", "Quests", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CPQ"], packages: ["Foundation"]),
    Module(
      name: "Providers",
      ours: ["Quests", "MapData", "Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base"],
      c: ["CCurl"], packages: ["Foundation", "Crypto", "CryptoExtras", "JWTKit"]),
    Module(
      name: "Service",
      ours: [
        "Quests", "Batch", "Inspection", "Drawing", "Authoring", "Providers", "Formats", "Routes",
        "Geodesy", "CivilTime", "JSON", "Base",
      ],
      packages: [
        "Crypto", "HTTPTypes", "Hummingbird", "HummingbirdCore", "Logging", "NIOConcurrencyHelpers",
        "NIOCore", "NIOHTTP1", "NIOHTTPTypes", "NIOPosix", "NIOSSL", "ServiceLifecycle",
      ]),
    Module(
      name: "milequest",
      ours: [
        "Service", "SQLiteStore", "PostGISStore", "LedgerCore", "Providers", "Quests", "Batch",
        "Authoring", "Drawing", "OpenStreetMap", "Inspection", "Formats", "Routes", "Geodesy",
        "CivilTime", "JSON", "Base",
      ],
      // `doctor` tells their versions.
      c: ["CGEOS", "CPQ", "CPROJ"], packages: ["ArgumentParser", "Logging", "ServiceLifecycle"]),
  ]

  /// What every Swift toolchain for servers brings along; Foundation is not among it on purpose.
  static let platform: Set<String> = [
    "Swift", "Glibc", "Musl", "Darwin", "Android", "Synchronization", "Dispatch",
  ]
}

extension Module: CustomTestStringConvertible {
  var testDescription: String { name }
}
