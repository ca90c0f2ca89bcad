internal import Routes

/// The order of all parts, which moves tracks as wholes where it can.
extension EditPlanner {
  mutating func orderParts(_ order: [Int]) throws(EditError) -> EditPlan {
    let count = source.routePartCount
    let order = try source.checked(order: order, of: count, "parts")
    if order == Array(0..<count) { return EditPlan() }
    // What is left aside stays where it is.
    let whole = order + Array(count..<parts.count)
    if let tracks = trackOrder(order) {
      var slots: [Range<Int>] = []
      let filledTracks = editor.filledTracks
      for index in filledTracks { slots.append(try editor.range(ofTrack: index)) }
      var plan = source.exchange(slots, tracks)
      let moved = zip(filledTracks, tracks).enumerated().filter { $0.offset != $0.element.1 }
      plan.structure = .ordersParts(whole, movedTracks: Set(moved.map(\.element.0)))
      return plan
    }
    var slots: [Range<Int>] = []
    for part in 0..<count { slots.append(try editor.range(ofPart: part)) }
    for (slot, other) in order.enumerated() where slot != other {
      try editor.checkExchange(of: other, to: slot)
    }
    try checkJoins(order)
    var plan = source.exchange(slots, order)
    plan.structure = .ordersParts(whole, movedTracks: nil)
    return plan
  }

  /// The order of the tracks (as places among those with parts) that an order of parts comes to, or
  /// nil where it takes one apart.
  private func trackOrder(_ order: [Int]) -> [Int]? {
    let tracks = editor.filledTracks
    guard tracks.count > 1 else { return nil }
    let place = Dictionary(uniqueKeysWithValues: tracks.enumerated().map { ($1, $0) })
    var found: [Int] = []
    var i = 0
    while i < order.count {
      let track = source.trackOfPart[order[i]]
      let count = document.tracks[track].parts.count
      guard i + count <= order.count, order[i] == 0 || source.trackOfPart[order[i] - 1] != track,
        (0..<count).allSatisfy({ order[i + $0] == order[i] + $0 }), let index = place[track]
      else { return nil }
      found.append(index)
      i += count
    }
    // What moves as a whole takes its waypoints along, which nobody asked for.
    let owners = Set(document.waypointOwnerOffsets.map { Int($0) })
    for (slot, source) in found.enumerated() where slot != source {
      if owners.contains(document.tracks[tracks[source]].offset) { return nil }
    }
    return found
  }

  /// Refuses an order in which a pair of parts whose join is stated at their track comes to lie
  /// across two tracks, where nothing could state it.
  private func checkJoins(_ order: [Int]) throws(EditError) {
    var place: [Int: (track: Int, index: Int)] = [:]
    var counts: [Int: Int] = [:]
    for part in parts.indices where !parts[part].vertices.isEmpty {
      place[part] = (source.trackOfPart[part], counts[source.trackOfPart[part], default: 0])
      counts[source.trackOfPart[part], default: 0] += 1
    }
    let slots = order.enumerated().filter { !parts[$0.element].vertices.isEmpty }
    for (a, b) in zip(slots, slots.dropFirst()) {
      guard source.trackOfPart[a.offset] != source.trackOfPart[b.offset],
        let first = place[a.element],
        let second = place[b.element], first.track == second.track, first.index + 1 == second.index
      else { continue }
      if first.index < document.tracks[first.track].properties.joins?.count ?? 0 {
        throw .unsupported(
          "the parts \(a.element) and \(b.element) would come to lie in two tracks, where the file "
            + "cannot state their join: state the joins for the whole file first")
      }
    }
  }
}
