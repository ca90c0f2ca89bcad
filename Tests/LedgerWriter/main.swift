import Foundation
import PostGISStore
import Quests
import SQLiteStore

// Shows what a store keeps when its writers are killed.
//
//   ledger-writer write  STORE SEED RUN CALLERS   logs walks until it is killed
//   ledger-writer verify STORE SEED FILE…         compares what the runs said with the store
//
// STORE is sqlite:PATH or postgres://…

func open(_ name: String) async throws -> any LedgerStore {
  name.hasPrefix("sqlite:")
    ? try SQLiteStore(path: String(name.dropFirst(7))) : try await PostGISStore.open(url: name)
}

let words = Array(CommandLine.arguments.dropFirst())
do {
  switch (words.first, words.count) {
  case ("write", 5):
    guard let seed = UInt64(words[2]), let run = UInt64(words[3]), let callers = Int(words[4])
    else { exit(64) }
    let store = try await open(words[1])
    try await Load.begin(store)
    try await Writing(store: store, load: Load(seed: seed), run: run, callers: callers).goOn()
  case ("verify", 3...):
    guard let seed = UInt64(words[2]) else { exit(64) }
    var verifying = Verifying(store: try await open(words[1]), load: Load(seed: seed))
    for path in words.dropFirst(3) { try verifying.read(path) }
    let (line, isRight) = try await verifying.verify()
    print(line)
    exit(isRight ? 0 : 1)
  default:
    exit(64)
  }
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(69)
}
