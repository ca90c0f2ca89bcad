#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Leaves out of lines what cannot be seen at the size of a pixel.
enum Thinning {
  /// The most points that the lines of one kind are drawn with: what a browser still moves smoothly.
  static let mostPoints = 40_000

  /// Lines with fewer points that look the same, coarser only where they would have too many.
  ///
  /// - Complexity: O(points · log(size of the picture / tolerance)).
  static func thinned(_ lines: [[Point]], tolerance: Double, isClosed: Bool = false) -> [[Point]] {
    var tolerance = tolerance
    var result = lines
    while true {
      result = isClosed ? result : withoutRepeats(result, cell: tolerance)
      result = result.map { straightened($0, tolerance: tolerance) }
        .filter { $0.count > (isClosed ? 2 : 1) }
      if result.reduce(0, { $0 + $1.count }) <= mostPoints { return result }
      tolerance *= 2
    }
  }

  /// Drops points that stay in one cell of a grid and segments between two cells that have been
  /// drawn before. As there are only so many pairs of cells, so are there segments.
  private static func withoutRepeats(_ lines: [[Point]], cell: Double) -> [[Point]] {
    func key(_ point: Point) -> UInt64 {
      // Beyond any picture a cell more or less makes no difference.
      func index(_ value: Double) -> UInt64 {
        UInt64(UInt32(truncatingIfNeeded: Int(min(max(value / cell, -1e6), 1e6).rounded(.down))))
          & 0xFFFF
      }
      return index(point.x) << 16 | index(point.y)
    }
    var drawn: Set<UInt64> = []
    var pieces: [[Point]] = []
    for line in lines {
      guard let first = line.first else { continue }
      var current = [first]
      var at = key(first)
      for (index, point) in line.enumerated().dropFirst() {
        let next = key(point)
        if next == at {
          // A line's own end is kept; one that stays in its cell is drawn once a cell.
          let isEnd = index == line.count - 1
          if isEnd, current.count > 1 || drawn.insert(at << 32 | at).inserted {
            current.append(point)
          }
          continue
        }
        if drawn.insert(min(at, next) << 32 | max(at, next)).inserted {
          current.append(point)
        } else {
          if current.count > 1 { pieces.append(current) }
          current = [point]
        }
        at = next
      }
      if current.count > 1 { pieces.append(current) }
    }
    return pieces
  }

  /// Drops points from which the line turns away by less than the tolerance, in one pass: a point
  /// stays where the sector, from the last one that stayed, that sees all since within the tolerance
  /// becomes empty (Zhao and Saalfeld, 1997), or where the line turns back.
  static func straightened(_ line: [Point], tolerance: Double) -> [Point] {
    guard line.count > 2 else { return line }
    var kept = [line[0]]
    var anchor = line[0]
    var previous = line[0]
    var reach = 0.0
    var axis = 0.0
    var (low, high) = (-Double.pi, Double.pi)
    var isOpen = true
    func restart(_ point: Point) {
      kept.append(point)
      anchor = point
      reach = 0
      isOpen = true
    }
    for point in line.dropFirst() {
      while true {
        let distance = anchor.distance(to: point)
        if distance <= tolerance, reach <= tolerance { break }
        if distance < reach - tolerance {
          // It turned back: where it did has to stay.
          restart(previous)
          continue
        }
        let width = distance > tolerance ? asin(tolerance / distance) : .pi
        let direction = atan2(point.y - anchor.y, point.x - anchor.x)
        if isOpen {
          (axis, low, high, isOpen) = (direction, -width, width, false)
        } else {
          let turn = (direction - axis).remainder(dividingBy: 2 * .pi)
          if turn < low || turn > high {
            restart(previous)
            continue
          }
          low = max(low, turn - width)
          high = min(high, turn + width)
        }
        reach = max(reach, distance)
        break
      }
      previous = point
    }
    if kept[kept.count - 1] != line[line.count - 1] { kept.append(line[line.count - 1]) }
    return kept
  }
}
