// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "benchmarks",
  dependencies: [.package(name: "MileQuest", path: "..")],
  targets: [
    .executableTarget(name: "tablecheck", dependencies: [.product(name: "MileQuestEngine", package: "MileQuest")]),
    .executableTarget(
      name: "kernels", dependencies: [.product(name: "MileQuestEngine", package: "MileQuest")])
  ],
  swiftLanguageModes: [.v6]
)
