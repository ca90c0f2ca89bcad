internal import Formats
internal import Geodesy
internal import Routes

/// What became of the lines of a file, as edits of its vertices and parts.
enum LineChanges {
  /// Nil where parts were cut or joined, or changed in a way that no edit of a file says.
  ///
  /// - Complexity: O(vertices).
  static func edits(from old: Route, to new: Route, in document: RouteDocument) -> [RouteEdit]? {
    // Parts without vertices stand in the file and not in the route.
    let filled = document.tracks.flatMap(\.parts).enumerated().filter {
      !$0.element.vertices.isEmpty
    }
    .map(\.offset)
    guard filled.count == old.partCount else { return nil }
    var firsts: [Int] = []
    var first = 0
    for part in document.tracks.flatMap(\.parts) {
      firsts.append(first)
      first += part.vertices.count
    }
    if new.partCount == old.partCount {
      var edits: [RouteEdit] = []
      for index in 0..<old.partCount {
        guard
          let changes = changes(
            from: Array(old.part(index)), to: Array(new.part(index)), first: firsts[filled[index]])
        else { return nil }
        edits += changes
      }
      return edits
    }
    if let edits = ofStretch(from: old, to: new, filled, firsts) { return edits }
    var edits: [RouteEdit] = []
    var next = 0
    for index in 0..<old.partCount {
      if next < new.partCount, old.part(index).elementsEqual(new.part(next)) {
        next += 1
      } else {
        edits.append(.removePart(filled[index]))
      }
    }
    return next == new.partCount ? edits : nil
  }

  /// The edits that leave some parts in a row, the first and the last of them cut; nil where no row
  /// of the old parts is near to the new ones. Of several the one with the fewest edits.
  private static func ofStretch(
    from old: Route, to new: Route, _ filled: [Int], _ firsts: [Int]
  ) -> [RouteEdit]? {
    guard new.partCount < old.partCount, new.partCount > 0 else { return nil }
    let last = new.partCount - 1
    var best: [RouteEdit]?
    for start in 0...(old.partCount - new.partCount) {
      // What lies between the ends of a stretch is whole.
      let isWhole =
        last < 2
        || (1..<last).allSatisfy {
          old.part(start + $0).elementsEqual(new.part($0))
        }
      if !isWhole { continue }
      var edits: [RouteEdit] = []
      var isNear = true
      for index in Set([0, last]).sorted() {
        let (part, made) = (start + index, Array(new.part(index)))
        guard
          let changes = changes(
            from: Array(old.part(part)), to: made, first: firsts[filled[part]])
        else {
          isNear = false
          break
        }
        edits += changes
      }
      if isNear, best.map({ edits.count < $0.count }) ?? true {
        let kept = start...start + last
        best =
          edits
          + (0..<old.partCount).filter { !kept.contains($0) }.map { .removePart(filled[$0]) }
      }
    }
    return best
  }

  /// The edits of one part; nil where too little of it is left for edits to say it shortly.
  private static func changes(
    from old: [Coordinate], to new: [Coordinate], first: Int
  ) -> [RouteEdit]? {
    if old == new { return [] }
    struct Place: Hashable {
      let latitude: Double
      let longitude: Double

      init(_ vertex: Coordinate) {
        latitude = vertex.latitude
        longitude = vertex.longitude
      }
    }
    var places: [Place: [Int]] = [:]
    for index in old.indices.reversed() { places[Place(old[index]), default: []].append(index) }
    // The vertex of the file that each new one is, nil for one that is nowhere.
    var kept: [Int?] = []
    var next = 0
    for vertex in new {
      while let index = places[Place(vertex)]?.last, index < next {
        places[Place(vertex)]?.removeLast()
      }
      let index = places[Place(vertex)]?.last
      kept.append(index)
      if let index { next = index + 1 }
    }
    guard let firstKept = kept.compactMap({ $0 }).first, let lastKept = kept.compactMap({ $0 }).last
    else { return nil }
    var edits: [RouteEdit] = []
    var used = Set(kept.compactMap { $0 })
    var moved: [Int: Coordinate] = [:]
    for (position, vertex) in new.enumerated() where kept[position] == nil {
      let before = kept[..<position].compactMap { $0 }.last
      // A new end takes the place of the vertex beyond it.
      if before == nil, firstKept > 0, !used.contains(firstKept - 1) {
        moved[firstKept - 1] = vertex
        used.insert(firstKept - 1)
      } else if let before, before == lastKept, before + 1 < old.count, !used.contains(before + 1) {
        moved[before + 1] = vertex
        used.insert(before + 1)
      } else if let before, position == 0 || kept[position - 1] != nil {
        edits.append(.insertVertex(after: first + before, vertex))
      } else {
        return nil
      }
    }
    for (index, vertex) in moved {
      edits.append(.moveVertex(first + index, to: vertex))
      if vertex.elevationMeters != old[index].elevationMeters {
        edits.append(.setElevation(vertex: first + index, meters: vertex.elevationMeters))
      }
    }
    for (index, vertex) in zip(kept, new) {
      if let index, old[index].elevationMeters != vertex.elevationMeters {
        edits.append(.setElevation(vertex: first + index, meters: vertex.elevationMeters))
      }
    }
    for index in old.indices where !used.contains(index) {
      edits.append(.removeVertex(first + index))
    }
    return edits
  }
}
