internal import MapData

/// Where some nodes lie.
struct OSMPlaces {
  /// Sorted, each once.
  private let ids: [Int64]
  private var places: [Place?]

  init(_ nodes: [Int64]) {
    var ids: [Int64] = []
    for id in nodes.sorted() where id != ids.last { ids.append(id) }
    self.ids = ids
    places = Array(repeating: nil, count: ids.count)
  }

  mutating func add(_ id: Int64, _ place: Place) {
    if let index = ids.indexInSorted(id) { places[index] = place }
  }

  private func place(_ id: Int64) -> Place? { ids.indexInSorted(id).flatMap { places[$0] } }

  /// A line in pieces, as an extract that was cut out of a larger one may lack nodes.
  func lines(_ nodes: [Int64]) -> [[Place]] {
    nodes.map(place).split(separator: nil).map { $0.compactMap { $0 } }
  }

  /// A closed ring, without the closing place.
  func ring(_ nodes: [Int64]) -> [Place] { nodes.dropLast().compactMap(place) }
}

extension [Int64] {
  /// Where a number stands in a sorted list.
  func indexInSorted(_ number: Int64) -> Int? {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == number ? low : nil
  }
}

/// Joins ways to rings at their ends.
enum OSMRings {
  /// The rings that close; ways that lead nowhere are left out.
  ///
  /// - Complexity: O(nodes of all ways).
  static func closed(_ ways: [[Int64]]) -> [[Int64]] {
    var rings: [[Int64]] = []
    var isUsed = Array(repeating: false, count: ways.count)
    var atEnd: [Int64: [Int]] = [:]
    for (index, way) in ways.enumerated() {
      guard let first = way.first, let last = way.last else { continue }
      atEnd[first, default: []].append(index)
      if first != last { atEnd[last, default: []].append(index) }
    }
    func takeWay(at end: Int64) -> Int? {
      while let index = atEnd[end]?.popLast() {
        if !isUsed[index] { return index }
      }
      return nil
    }
    for (index, way) in ways.enumerated() where !isUsed[index] {
      guard let first = way.first, var last = way.last else { continue }
      isUsed[index] = true
      var ring = way
      while last != first, let next = takeWay(at: last) {
        isUsed[next] = true
        let further = ways[next].first == last ? ways[next] : ways[next].reversed()
        ring += further.dropFirst()
        last = ring[ring.count - 1]
      }
      if last == first, ring.count > 3 { rings.append(ring) }
    }
    return rings
  }
}
