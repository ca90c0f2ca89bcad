internal import Geodesy
internal import Routes

/// The statements of joins, which follow the parts when these go or change places.
extension EditPlanner {
  /// Where joins are stated.
  mutating func joinSites() -> [StatementSite] {
    let isStated =
      document.properties.joins != nil
      || document.allTracks.contains { $0.properties.joins != nil }
    return isStated ? editor.sites(of: "joins") : []
  }

  /// The statements of joins after parts have gone or changed places.
  func joinTexts(
    after structures: [EditPlan.Structure], at sites: [StatementSite]
  ) -> [TextEdit] {
    var removed: Set<Int> = []
    var order = Array(parts.indices)
    var movedTracks: Set<Int>?
    for structure in structures {
      switch structure {
      case .removesPart(let part): removed.insert(part)
      case .ordersParts(let permutation, let moved):
        order = permutation
        movedTracks = moved
      case .statesJoins: break
      }
    }
    return sites.compactMap { site in
      let stated: [JoinPolicy]
      let slots: [Int]
      if let track = site.track {
        // A track that moves as a whole takes its statement along.
        if movedTracks?.contains(track) ?? false { return nil }
        stated = document.allTracks[track].properties.joins ?? []
        slots = parts.indices.filter { source.trackOfPart[$0] == track }
      } else {
        stated = document.properties.joins ?? []
        slots = Array(0..<source.routePartCount)
      }
      let old = slots.filter { !parts[$0].vertices.isEmpty }
      let isWhole = site.track != nil && movedTracks != nil
      let new = slots.map { isWhole ? $0 : order[$0] }.filter {
        !parts[$0].vertices.isEmpty && !removed.contains($0)
      }
      if new.isEmpty || new == old { return nil }
      let policies = following(stated, of: old, to: new, removed)
      return TextEdit(site.range, editor.bytes(of: StatedValue(policies)))
    }
  }

  private func following(
    _ stated: [JoinPolicy], of old: [Int], to new: [Int], _ removed: Set<Int>
  ) -> [JoinPolicy] {
    let place = Dictionary(uniqueKeysWithValues: old.enumerated().map { ($1, $0) })
    var policies: [JoinPolicy?] = []
    for (a, b) in zip(new, new.dropFirst()) {
      var policy: JoinPolicy?
      if let first = place[a], let last = place[b], first < last, last <= stated.count,
        old[(first + 1)..<last].allSatisfy(removed.contains)
      {
        let between = Set(stated[first..<last])
        policy = between.count == 1 ? between.first : nil
      }
      policies.append(policy)
    }
    // A statement that was short goes on being so: the rest goes by its length as before.
    if stated.count < old.count - 1 {
      while let last = policies.last, last == nil { policies.removeLast() }
    }
    return zip(policies, zip(new, new.dropFirst())).map { policy, pair in
      policy ?? defaultPolicy(from: pair.0, to: pair.1)
    }
  }

  private func defaultPolicy(from a: Int, to b: Int) -> JoinPolicy {
    guard let end = parts[a].vertices.last, let start = parts[b].vertices.first else {
      return .unresolved
    }
    return JoinPolicy.byDefault(
      lengthMeters: Geodesic.wgs84.inverseDegrees(
        end.latitude, end.longitude, start.latitude, start.longitude
      ).meters)
  }
}
