// swift-tools-version: 6.2
import PackageDescription

// Warnings are errors where the checks run; on a developer's machine they stay warnings.
let strict: [SwiftSetting] =
  Context.environment["MILEQUEST_STRICT"] == "1" ? [.treatAllWarnings(as: .error)] : []

// Without the service, its frameworks and the program, so that the engine's loop is seconds.
let isEngineOnly = Context.environment["MILEQUEST_ENGINE"] == "1"

// With the program that feeds the readers what libFuzzer makes up; see `make fuzz`.
let isFuzzing = Context.environment["MILEQUEST_FUZZ"] == "1"

let settings: [SwiftSetting] = strict + [.enableUpcomingFeature("ExistentialAny")]

// The engine optimized in a debug build too: its tests read whole corpora, and `make test` asks for it.
let isOptimized = Context.environment["MILEQUEST_OPTIMIZED"] == "1"
let engine: [SwiftSetting] =
  settings + (isOptimized ? [.unsafeFlags(["-O"], .when(configuration: .debug))] : [])

let package = Package(
  name: "MileQuest",
  products: [
    .executable(name: "milequest", targets: ["milequest"]),
    .library(name: "MileQuestEngine", targets: ["Geodesy", "Routes", "Formats"]),
    .library(name: "MileQuestInspection", targets: ["Inspection", "Drawing", "OpenStreetMap"]),
    .library(
      name: "MileQuestLedger",
      targets: ["CivilTime", "Quests", "SQLiteStore", "PostGISStore", "Geodesy"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
  ],
  targets: [
    .systemLibrary(name: "CCairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-gnutls-dev"])]),
    .systemLibrary(name: "CExpat", providers: [.apt(["libexpat1-dev"])]),
    .systemLibrary(name: "CGEOS", providers: [.apt(["libgeos-dev"])]),
    .systemLibrary(name: "CPango", providers: [.apt(["libpango1.0-dev"])]),
    // The header of the C interface, which EngineC implements.
    .systemLibrary(name: "CMileQuest"),
    .systemLibrary(name: "CPQ", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(name: "CPROJ", providers: [.apt(["libproj-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    .target(name: "Base", swiftSettings: engine),
    .target(name: "JSON", swiftSettings: engine),
    .target(name: "CivilTime", dependencies: ["Base"], swiftSettings: engine),
    .target(name: "Geodesy", dependencies: ["CPROJ"], swiftSettings: engine),
    // The inner loops of position columns, for what the processor can do.
    .target(name: "CPositionLoops"),
    .target(
      name: "Routes", dependencies: ["Geodesy", "Base", "CGEOS", "CPositionLoops"],
      swiftSettings: engine),
    .target(
      name: "Formats",
      dependencies: ["Routes", "Geodesy", "CivilTime", "JSON", "Base", "CExpat", "CPROJ", "CZlib"],
      swiftSettings: engine),
    .target(
      name: "Batch",
      dependencies: [
        "Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base", "CExpat", "CZlib",
      ],
      swiftSettings: engine),
    // The engine with a C interface.
    .target(
      name: "EngineC",
      dependencies: ["Formats", "Routes", "Geodesy", "JSON", "Base", "CMileQuest"],
      exclude: ["exports.map"],
      swiftSettings: settings),
    // The bytes of the map, embedded by the compiler.
    .target(name: "CMapBytes", exclude: ["map.bin"]),
    .target(name: "MapData", dependencies: ["CMapBytes"], swiftSettings: engine),
    .target(
      name: "OpenStreetMap", dependencies: ["MapData", "CZlib"], swiftSettings: engine),
    .target(
      name: "Inspection",
      dependencies: ["Formats", "Routes", "Geodesy", "JSON", "Base", "MapData"],
      swiftSettings: engine),
    .target(
      name: "Authoring",
      dependencies: ["Inspection", "Formats", "Routes", "Geodesy", "JSON", "Base"],
      swiftSettings: engine),
    .target(
      name: "Drawing",
      dependencies: [
        "Inspection", "OpenStreetMap", "MapData", "Formats", "Routes", "Geodesy", "JSON", "CCairo",
        "CPango", "CPROJ",
      ],
      swiftSettings: engine),
    .target(
      name: "Quests",
      dependencies: [
        "Routes", "Geodesy", "CivilTime", "Base",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .target(
      name: "LedgerCore", dependencies: ["Quests", "Routes", "Geodesy", "CivilTime", "Base"],
      swiftSettings: settings),
    .target(
      name: "SQLiteStore",
      dependencies: [
        "LedgerCore", "Quests", "Routes", "Geodesy", "CivilTime", "Base",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .target(
      name: "PostGISStore",
      dependencies: ["LedgerCore", "Quests", "Routes", "Geodesy", "CivilTime", "Base", "CPQ"],
      swiftSettings: settings),
    .target(
      name: "Providers",
      dependencies: [
        "Quests", "MapData", "Formats", "Routes", "Geodesy", "CivilTime", "JSON", "Base", "CCurl",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
        .product(name: "JWTKit", package: "jwt-kit"),
      ],
      swiftSettings: settings),
    .target(
      name: "Service",
      dependencies: [
        "Quests", "Batch", "Providers", "Authoring", "Drawing", "Inspection", "Formats", "Routes",
        "Geodesy", "CivilTime", "JSON", "Base",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "milequest",
      dependencies: [
        "Service", "Providers", "Quests", "SQLiteStore", "PostGISStore", "CivilTime", "Batch",
        "Authoring", "Drawing", "OpenStreetMap", "Inspection", "Formats", "Routes", "Geodesy",
        "JSON", "Base", "CGEOS", "CPQ", "CPROJ",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),

    // Which module may import which, read from the sources.
    .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    // What several test targets share.
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    // The program that was built, run as people run it.
    .target(
      name: "BuiltProgram", dependencies: ["TestSupport"], path: "Tests/BuiltProgram",
      swiftSettings: settings),
    // A PostgreSQL server of the tests' own.
    .target(
      name: "PostgresCluster", dependencies: ["TestSupport"], path: "Tests/PostgresCluster",
      swiftSettings: settings),
    // What every store must do, for the tests of each.
    .target(
      name: "LedgerConformance",
      dependencies: ["LedgerCore", "Quests", "Routes", "Geodesy", "CivilTime", "TestSupport"],
      path: "Tests/LedgerConformance", swiftSettings: settings),
    .testTarget(
      name: "QuestsTests",
      dependencies: [
        "Quests", "LedgerConformance", "Routes", "Geodesy", "CivilTime", "TestSupport",
      ],
      swiftSettings: settings),
    // A process to be killed while it writes.
    .executableTarget(
      name: "ledger-writer",
      dependencies: [
        "SQLiteStore", "PostGISStore", "Quests", "Routes", "Geodesy", "CivilTime",
      ],
      path: "Tests/LedgerWriter", swiftSettings: settings),
    .testTarget(
      name: "LedgerCoreTests",
      dependencies: [
        "LedgerCore", "LedgerConformance", "Quests", "Routes", "Geodesy", "CivilTime",
        "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "CrashTests", dependencies: ["ledger-writer", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "SQLiteStoreTests",
      dependencies: [
        "SQLiteStore", "LedgerConformance", "Quests", "Routes", "Geodesy",
        "CivilTime",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "PostGISStoreTests",
      dependencies: [
        "PostGISStore", "LedgerConformance", "PostgresCluster", "Quests", "Formats", "Routes",
        "Geodesy", "CivilTime", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ProvidersTests",
      dependencies: [
        "Providers", "SQLiteStore", "Quests", "Batch", "MapData", "Formats", "Routes", "Geodesy",
        "CivilTime", "JSON", "Base", "TestSupport",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CryptoExtras", package: "swift-crypto"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "GeodesyTests", dependencies: ["Geodesy", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "RoutesTests", dependencies: ["Routes", "Formats", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "JSONTests", dependencies: ["JSON", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "BaseTests", dependencies: ["Base", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "FormatsTests", dependencies: ["Formats", "JSON", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "InspectionTests",
      dependencies: ["Inspection", "Formats", "JSON", "Routes", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "AuthoringTests",
      dependencies: ["Authoring", "Inspection", "Formats", "JSON", "Routes", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "OpenStreetMapTests", dependencies: ["OpenStreetMap", "MapData", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "DrawingTests",
      dependencies: [
        "Drawing", "Inspection", "OpenStreetMap", "MapData", "Formats", "Routes", "TestSupport",
      ],
      swiftSettings: settings),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "Service", "Providers", "SQLiteStore", "Quests", "Formats", "Routes", "Geodesy",
        "CivilTime", "JSON", "Base", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    .testTarget(
      name: "BatchTests", dependencies: ["Batch", "CivilTime", "Formats", "TestSupport"],
      swiftSettings: settings),
    .testTarget(
      name: "CivilTimeTests", dependencies: ["CivilTime", "TestSupport"], swiftSettings: settings),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "milequest", "BuiltProgram", "TestSupport", "PostgresCluster",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      exclude: ["Recordings"], swiftSettings: settings),
    .testTarget(
      name: "ServiceEndToEndTests",
      dependencies: [
        "milequest", "BuiltProgram", "PostgresCluster", "SQLiteStore", "PostGISStore", "Providers",
        "Quests", "CivilTime", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)

if isEngineOnly {
  let outside = [
    "Providers", "Service", "milequest", "BuiltProgram", "ProvidersTests", "ServiceTests",
    "ServiceEndToEndTests", "CommandTests",
  ]
  package.targets.removeAll { outside.contains($0.name) }
  package.products.removeAll { $0.name == "milequest" }
  // Named like the program, so that the library is libmilequest.so.
  package.products.append(.library(name: "milequest", type: .dynamic, targets: ["EngineC"]))
  package.dependencies = [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ]
}

if isFuzzing {
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
    .executableTarget(
      name: "fuzz",
      dependencies: [
        "CFuzzer", "Authoring", "Inspection", "OpenStreetMap", "Batch", "Formats", "Routes",
        "Geodesy", "CivilTime", "JSON",
      ],
      path: "Tests/Fuzz/Program",
      swiftSettings: settings),
  ]
}
