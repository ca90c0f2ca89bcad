/// Finds room for labels: none covers another, a marker, or leaves the map, and the fewest cover the
/// route.
struct LabelPlacing {
  private let room: Box
  private var taken: [Box] = []
  /// Where signs stand that have labels of their own.
  private var marks: [Point] = []
  /// Points that a label should not lie on, by the cell of a grid.
  private var busy: [UInt16]
  private let columns: Int
  private let rows: Int
  private static let cell = 5.0

  init(in room: Box) {
    self.room = room
    columns = max(Int(room.width / Self.cell) + 1, 1)
    rows = max(Int(room.height / Self.cell) + 1, 1)
    busy = Array(repeating: 0, count: columns * rows)
  }

  /// Keeps a box free of labels.
  mutating func take(_ box: Box) { taken.append(box) }

  /// Lets no label of another stand nearer to a point than to its own.
  mutating func mark(_ point: Point) { marks.append(point) }

  /// Makes labels avoid a line where they can.
  mutating func avoid(line: [Point], weight: UInt16 = 1) {
    guard let first = line.first else { return }
    var previous = first
    avoid(first, weight: weight)
    for point in line.dropFirst() {
      let steps = min(Int(previous.distance(to: point) / Self.cell) + 1, columns + rows)
      for k in 1...steps {
        let share = Double(k) / Double(steps)
        avoid(
          Point(
            x: previous.x + share * (point.x - previous.x),
            y: previous.y + share * (point.y - previous.y)), weight: weight)
      }
      previous = point
    }
  }

  mutating func avoid(_ point: Point, weight: UInt16) {
    guard room.contains(point) else { return }
    let index =
      Int((point.y - room.minY) / Self.cell) * columns + Int((point.x - room.minX) / Self.cell)
    busy[index] = max(busy[index], weight)
  }

  /// How much a box would cover.
  func cost(_ box: Box) -> Int {
    func range(_ low: Double, _ high: Double, _ count: Int) -> Range<Int> {
      let first = min(max(Int(low / Self.cell), 0), count)
      return first..<min(max(Int(high / Self.cell) + 1, first), count)
    }
    var sum = 0
    for row in range(box.minY - room.minY, box.maxY - room.minY, rows) {
      for column in range(box.minX - room.minX, box.maxX - room.minX, columns) {
        sum += Int(busy[row * columns + column])
      }
    }
    return sum
  }

  /// Whether a box lies in the room and on nothing that is taken.
  func isFree(_ box: Box) -> Bool {
    room.contains(box) && !taken.contains { $0.intersects(box) }
  }

  /// The box for a label of a size beside a point, and takes it; nil where there is no room.
  ///
  /// - Parameters:
  ///   - radius: of the marker that stands at the point.
  ///   - padding: what is kept free around the label.
  ///   - mostCovered: how much of what should be avoided it may cover.
  mutating func place(
    width: Double, height: Double, beside point: Point, radius: Double, padding: Double,
    mostCovered: Int = .max
  ) -> Box? {
    var best: (box: Box, cost: Int)?
    let reach = width + height + 2 * (radius + 3 * padding)
    // Those at the point itself have the same label.
    let others = marks.filter { 2...reach ~= $0.distance(to: point) }
    for gap in [radius + padding, radius + 3 * padding] {
      let diagonal = gap * 0.75
      let origins = [
        Point(x: point.x + gap, y: point.y - height / 2),
        Point(x: point.x - gap - width, y: point.y - height / 2),
        Point(x: point.x + diagonal, y: point.y - diagonal - height),
        Point(x: point.x - diagonal - width, y: point.y - diagonal - height),
        Point(x: point.x + diagonal, y: point.y + diagonal),
        Point(x: point.x - diagonal - width, y: point.y + diagonal),
        Point(x: point.x - width / 2, y: point.y - gap - height),
        Point(x: point.x - width / 2, y: point.y + gap),
      ]
      for (preference, origin) in origins.enumerated() {
        let box = Box(
          minX: origin.x, minY: origin.y, maxX: origin.x + width, maxY: origin.y + height)
        let away = box.distance(to: point)
        guard isFree(box.expanded(by: padding / 2)),
          !others.contains(where: { box.distance(to: $0) < away })
        else { continue }
        let covered = cost(box)
        guard covered <= mostCovered else { continue }
        let cost = 8 * covered + preference + Int(2 * gap)
        if cost < best?.cost ?? .max { best = (box, cost) }
      }
    }
    guard let best else { return nil }
    taken.append(best.box)
    return best.box
  }
}

/// An order in which leaving out the last ones thins a row evenly: the ends, then the middle, then
/// the quarters, and so on.
func thinningOrder(count: Int) -> [Int] {
  guard count > 2 else { return Array(0..<max(count, 0)) }
  var order = [0, count - 1]
  var ranges = [(0, count - 1)]
  var next = 0
  while next < ranges.count {
    let (low, high) = ranges[next]
    next += 1
    guard high - low > 1 else { continue }
    let middle = (low + high) / 2
    order.append(middle)
    ranges.append((low, middle))
    ranges.append((middle, high))
  }
  return order
}
