import Testing

/// Imports point one way, the engine can be linked anywhere, and stores and service do not know each
/// other. What is checked is the text of the sources, so nothing needs to be built for it.
@Suite struct ArchitectureTests {
  @Test func everyModuleIsInTheTable() {
    let known = Set(Module.all.map(\.name))
    #expect(known.count == Module.all.count, "a module is in the table twice")
    for module in Tree.modules { #expect(known.contains(module), "\(module) is not in the table") }
    #expect(Set(["CGEOS", "CPROJ"]).isSubset(of: Tree.cModules))
  }

  /// One that a module imports has imports of its own that lead on, never back.
  @Test func theTableItselfPointsOneWay() {
    var below: Set<String> = []
    for module in Module.all {
      #expect(module.ours.isSubset(of: below), "\(module.name) imports what stands after it")
      below.insert(module.name)
    }
  }

  @Test(arguments: Module.all.filter { Tree.modules.contains($0.name) })
  func importsPointOneWay(_ module: Module) {
    for file in Tree.files(of: module.name) {
      for found in Import.all(in: file.text) {
        #expect(
          module.ours.contains(found.module) || module.c.contains(found.module)
            || module.packages.contains(found.module) || Module.platform.contains(found.module),
          "\(file.path) must not import \(found.module)")
        if Tree.cModules.contains(found.module) {
          #expect(
            found.access == "internal", "\(file.path) must say “internal import \(found.module)”")
        }
      }
    }
  }

  @Test func theEngineCanBeLinkedAnywhere() {
    let names = Set(Module.all.filter(\.isEngine).map(\.name))
    for module in Module.all.filter(\.isEngine) {
      #expect(module.packages.isEmpty && module.ours.isSubset(of: names), "\(module.name)")
    }
  }

  /// They change, or are changed by, what belongs to the whole process.
  @Test(arguments: Tree.modules)
  func nothingTouchesTheProcess(_ module: String) {
    let refused = ["setenv", "unsetenv", "putenv", "tzset", "localtime", "setlocale"]
    for file in Tree.files(of: module) {
      let found = refused.flatMap { file.words(beginningWith: $0) }
      #expect(found.isEmpty, "\(file.path)")
    }
  }

  /// A lock has an address that stays, which is one file's care.
  @Test(arguments: Tree.modules)
  func thereIsOneLock(_ module: String) {
    for file in Tree.files(of: module) where file.path != "Base/Lock.swift" {
      let found = file.words(beginningWith: "pthread_mutex")
      #expect(found.isEmpty, "\(file.path) must use Lock")
    }
  }

  /// A vendor can be replaced where its name stands nowhere else but in its adapter and in what reads
  /// the settings.
  @Test(arguments: Tree.modules)
  func aVendorStandsInItsAdapterOnly(_ module: String) {
    for vendor in Vendor.all {
      for file in Tree.files(of: module) where !vendor.mayStand(in: file.path) {
        #expect(!file.text.lowercased().contains(vendor.name), "\(vendor.name): \(file.path)")
      }
    }
  }

  /// Of those that a browser speaks to: the service asks the others.
  @Test func aVendorStandsInItsAdapterOfTheBrowserOnly() {
    let files = Tree.browserFiles
    for vendor in Vendor.all {
      guard let folder = vendor.inBrowser else { continue }
      let named = files.filter { $0.text.lowercased().contains(vendor.name) }.map(\.path)
      #expect(named.contains { $0.hasPrefix(folder) }, "\(vendor.name) has no adapter")
      let elsewhere = named.filter { !$0.hasPrefix(folder) }
      #expect(elsewhere.isEmpty, "\(vendor.name)")
    }
  }

  @Test func everyVendorHasAnAdapter() {
    let files = Tree.files(of: "Providers")
    for vendor in Vendor.all {
      #expect(
        files.contains {
          $0.path.hasPrefix(vendor.adapters) && $0.text.lowercased().contains(vendor.name)
        }, "\(vendor.name)")
    }
  }

  @Test func theScannerSeesEveryWayToImport() {
    let text = """
      import Foundation
      internal import CPROJ
      public import Geodesy
        import struct Foundation.Date
      @preconcurrency import NIOCore
      @_exported public import Logging
      @testable import Routes; import Formats
      #if canImport(Glibc)
      \timport Glibc
      #endif
      // import Nothing
      let important = "import nothing"
      """
    #expect(
      Import.all(in: text) == [
        Import(access: nil, module: "Foundation"), Import(access: "internal", module: "CPROJ"),
        Import(access: "public", module: "Geodesy"), Import(access: nil, module: "Foundation"),
        Import(access: nil, module: "NIOCore"), Import(access: "public", module: "Logging"),
        Import(access: nil, module: "Routes"), Import(access: nil, module: "Formats"),
        Import(access: nil, module: "Glibc"),
      ])
  }

  @Test func theScannerReadsCodeAndNotComments() {
    let file = Tree.File(path: "", text: "  // tzset\n/// tzset\nlet my_tzset = tzset_all(&a)\n")
    #expect(file.words(beginningWith: "tzset") == ["tzset_all"])
  }
}
