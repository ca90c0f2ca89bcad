import Foundation
import Testing

@testable import Drawing

@Suite struct ThinningTests {
  @Test func whatIsLeftOutWasNotToBeSeen() {
    var random = SeededGenerator(state: 5)
    let tolerance = 0.5
    for _ in 0..<20 {
      var at = Point(x: 500, y: 500)
      var heading = 0.0
      let line = (0..<2_000).map { _ -> Point in
        heading += Double.random(in: -0.4...0.4, using: &random)
        at = Point(x: at.x + cos(heading), y: at.y + sin(heading))
        return at
      }
      let thin = Thinning.straightened(line, tolerance: tolerance)
      #expect(thin.count < line.count / 2 && thin.first == line.first && thin.last == line.last)
      for point in line {
        let nearest = zip(thin, thin.dropFirst()).map { distance(point, $0, $1) }.min() ?? .infinity
        #expect(nearest <= 2 * tolerance)
      }
    }
  }

  @Test func aSpikeKeepsItsTip() {
    let line = [
      Point(x: 0, y: 0), Point(x: 10, y: 0), Point(x: 100, y: 0), Point(x: 50, y: 0),
      Point(x: 50, y: 50),
    ]
    #expect(Thinning.straightened(line, tolerance: 0.3).contains(Point(x: 100, y: 0)))
  }

  @Test func noScribbleHasTooManyPoints() {
    var random = SeededGenerator(state: 6)
    let jumps = (0..<300_000).map { _ in
      Point(x: .random(in: 0...1_000, using: &random), y: .random(in: 0...700, using: &random))
    }
    let pairs = stride(from: 0, to: jumps.count, by: 2).map { [jumps[$0], jumps[$0 + 1]] }
    for lines in [[jumps], pairs] {
      let thin = Thinning.thinned(lines, tolerance: 0.3)
      let count = thin.reduce(0) { $0 + $1.count }
      #expect(count > 1_000 && count <= Thinning.mostPoints)
    }
  }

  @Test func aLineInOnePlaceStays() {
    let dot = [Point(x: 5.01, y: 5), Point(x: 5.02, y: 5), Point(x: 5.01, y: 5)]
    #expect(!Thinning.thinned([dot], tolerance: 1).isEmpty)
  }

  @Test func clippingKeepsWhatIsInside() throws {
    let box = Box(minX: 0, minY: 0, maxX: 10, maxY: 10)
    let pieces = box.clipped(line: [
      Point(x: -5, y: 5), Point(x: 5, y: 5), Point(x: 5, y: 15), Point(x: 8, y: 15),
      Point(x: 8, y: -5),
    ])
    #expect(
      pieces == [
        [Point(x: 0, y: 5), Point(x: 5, y: 5), Point(x: 5, y: 10)],
        [Point(x: 8, y: 10), Point(x: 8, y: 0)],
      ])
    let area = box.clipped(area: [
      Point(x: -10, y: -10), Point(x: 30, y: -10), Point(x: -10, y: 30),
    ])
    #expect(try #require(bounds(of: area)) == box)
    #expect(
      box.clipped(area: [Point(x: 20, y: 20), Point(x: 30, y: 20), Point(x: 20, y: 30)]).isEmpty)
  }

  @Test func aColumnOfTheProfileKeepsItsLowestAndHighest() {
    let run = (0..<100_000).map { Point(x: Double($0) / 1_000, y: sin(Double($0)) * 50) }
    let lines = ElevationSeries.columns([run])
    #expect(lines.count == 1 && lines[0].count <= 4 * 101)
    for column in 0..<100 {
      let inside = lines[0].filter { Int($0.x) == column }.map(\.y)
      #expect((inside.max() ?? 0) > 49.99 && (inside.min() ?? 0) < -49.99)
    }
    // A hole of more than a pixel stays open, a narrower one does not.
    let first = [Point(x: 0, y: 0), Point(x: 10, y: 0)]
    #expect(
      ElevationSeries.columns([first, [Point(x: 10.5, y: 0), Point(x: 20, y: 0)]]).count == 1)
    #expect(ElevationSeries.columns([first, [Point(x: 12, y: 0), Point(x: 20, y: 0)]]).count == 2)
  }

  private func distance(_ p: Point, _ a: Point, _ b: Point) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let square = dx * dx + dy * dy
    let t = square > 0 ? min(max(((p.x - a.x) * dx + (p.y - a.y) * dy) / square, 0), 1) : 0
    return p.distance(to: Point(x: a.x + t * dx, y: a.y + t * dy))
  }
}
