// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "MileQuest", path: "..")],
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
    // What a durable walk costs in either store.
    .executableTarget(
      name: "ledger",
      dependencies: [.product(name: "MileQuestLedger", package: "MileQuest")]),
  ],
  swiftLanguageModes: [.v6]
)
