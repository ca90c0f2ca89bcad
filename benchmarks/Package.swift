// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [
    .package(name: "MileQuest", path: ".."),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
  ],
  targets: [
    // What reading GPX costs at the least: expat, strtod, and the place of every point.
    .target(
      name: "bareexpat", cSettings: [.unsafeFlags(["-O2"])],
      linkerSettings: [.linkedLibrary("expat")]),
    .executableTarget(
      name: "kernels",
      dependencies: [
        "bareexpat", .product(name: "MileQuestEngine", package: "MileQuest"),
        .product(name: "MileQuestInspection", package: "MileQuest"),
      ]),
    // The worst lines that a seeded search finds, and what they cost.
    .executableTarget(
      name: "worst-cases",
      dependencies: [
        .product(name: "MileQuestEngine", package: "MileQuest"),
        .product(name: "MileQuestInspection", package: "MileQuest"),
      ]),
    // What a durable walk costs in either store.
    .executableTarget(
      name: "ledger",
      dependencies: [.product(name: "MileQuestLedger", package: "MileQuest")]),
    // The service's framework answering as little as it can.
    .executableTarget(
      name: "hello",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
