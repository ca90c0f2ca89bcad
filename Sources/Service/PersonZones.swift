import Base
import CivilTime
import Quests

/// The zones of persons by their accounts, remembered for a moment: every walk that is logged needs
/// one, and few change.
///
/// A change of an account by this process is seen at once, one by another within `mostSeconds`.
final class PersonZones: Sendable {
  /// What somebody without an account is taken to live in.
  static let standard = "UTC"
  static let mostSeconds: Int64 = 60
  /// Zones that are remembered at a time.
  static let mostPersons = 200_000

  /// Two generations: when the younger is half of the time or of the number old, the older goes.
  private struct State {
    var young: [PersonID: String] = [:]
    var old: [PersonID: String] = [:]
    var begun = Instant(microseconds: 0)

    mutating func age(to now: Instant) {
      let end = begun.advanced(bySeconds: mostSeconds / 2)
      if begun <= now, now < end, young.count < mostPersons / 2 { return }
      // After a long silence the younger are too old as well, and where the clock was set back
      // nobody knows how old they are.
      let isRecent = begun <= now && now < begun.advanced(bySeconds: mostSeconds)
      old = isRecent ? young : [:]
      young = [:]
      begun = now
    }
  }

  private let accounts: any AccountStore
  private let state = Lock(State())

  init(_ accounts: any AccountStore) { self.accounts = accounts }

  /// The IANA name of the zone that a person lives in.
  ///
  /// - Complexity: O(1) expected where it is remembered, else a read of the account.
  func zone(of person: PersonID, at now: Instant) async throws(LedgerError) -> String {
    let known = state.withLock { state in
      state.age(to: now)
      return state.young[person] ?? state.old[person]
    }
    if let known { return known }
    let zone = try await accounts.account(person)?.zone ?? Self.standard
    state.withLock { $0.young[person] = zone }
    return zone
  }

  /// Reads a person's zone anew next time.
  func forget(_ person: PersonID) {
    state.withLock { state in
      state.young[person] = nil
      state.old[person] = nil
    }
  }
}
