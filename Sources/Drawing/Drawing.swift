/// A point of a picture in pixels, x to the right and y downwards; or of a map in metres, y upwards.
struct Point: Hashable {
  var x: Double
  var y: Double

  func distance(to other: Point) -> Double {
    ((x - other.x) * (x - other.x) + (y - other.y) * (y - other.y)).squareRoot()
  }
}

/// An upright rectangle.
struct Box: Hashable {
  var minX: Double
  var minY: Double
  var maxX: Double
  var maxY: Double

  var width: Double { maxX - minX }
  var height: Double { maxY - minY }
  var center: Point { Point(x: (minX + maxX) / 2, y: (minY + maxY) / 2) }

  func intersects(_ other: Box) -> Bool {
    minX < other.maxX && other.minX < maxX && minY < other.maxY && other.minY < maxY
  }

  func contains(_ point: Point) -> Bool {
    point.x >= minX && point.x <= maxX && point.y >= minY && point.y <= maxY
  }

  func contains(_ other: Box) -> Bool {
    other.minX >= minX && other.maxX <= maxX && other.minY >= minY && other.maxY <= maxY
  }

  /// The point of the box that is nearest to one.
  func nearest(to point: Point) -> Point {
    Point(x: min(max(point.x, minX), maxX), y: min(max(point.y, minY), maxY))
  }

  func distance(to point: Point) -> Double { nearest(to: point).distance(to: point) }

  /// Larger by a margin on every side.
  func expanded(by margin: Double) -> Box {
    Box(minX: minX - margin, minY: minY - margin, maxX: maxX + margin, maxY: maxY + margin)
  }
}

extension Box {
  /// A square around a point.
  init(around center: Point, radius: Double) {
    self.init(
      minX: center.x - radius, minY: center.y - radius, maxX: center.x + radius,
      maxY: center.y + radius)
  }
}

/// The smallest box around points that are finite, or nil where none is.
func bounds(of points: some Sequence<Point>) -> Box? {
  var box = Box(minX: .infinity, minY: .infinity, maxX: -.infinity, maxY: -.infinity)
  for point in points where point.x.isFinite && point.y.isFinite {
    box.minX = min(box.minX, point.x)
    box.minY = min(box.minY, point.y)
    box.maxX = max(box.maxX, point.x)
    box.maxY = max(box.maxY, point.y)
  }
  return box.minX <= box.maxX ? box : nil
}

/// A colour of the picture, opaque unless it says otherwise.
struct Color: Hashable {
  let rgb: UInt32
  var opacity: Double

  init(_ rgb: UInt32, opacity: Double = 1) {
    self.rgb = rgb
    self.opacity = opacity
  }

  func with(opacity: Double) -> Color { Color(rgb, opacity: opacity) }
}

struct Stroke: Hashable {
  var color: Color
  var width: Double
  /// Lengths of dashes and gaps in turn; none for a line without gaps.
  var dash: [Double] = []
}

/// One run of text on a line.
struct TextRun: Hashable {
  enum Anchor: String { case start, middle, end }

  var text: String
  /// Where the anchor lies on the base line.
  var at: Point
  var anchor = Anchor.start
  var size: Double
  var isBold = false
  var color: Color
  /// What is drawn around the letters so that they stand out.
  var halo: Color?
  /// As measured; both back ends keep to it.
  var width: Double

  /// What the letters cover, from the top of the tallest to the foot of the lowest.
  var box: Box {
    let left =
      switch anchor {
      case .start: at.x
      case .middle: at.x - width / 2
      case .end: at.x - width
      }
    return Box(
      minX: left, minY: at.y - size * Typeface.ascent, maxX: left + width,
      maxY: at.y + size * Typeface.descent)
  }
}

/// What a picture is made of. All of it lies in pixels.
enum Shape: Hashable {
  /// Lines, or areas by the even-odd rule.
  case path(lines: [[Point]], isClosed: Bool, fill: Color?, stroke: Stroke?)
  case circle(center: Point, radius: Double, fill: Color?, stroke: Stroke?)
  case text(TextRun)

  static func line(_ points: [Point], _ stroke: Stroke) -> Shape {
    .path(lines: [points], isClosed: false, fill: nil, stroke: stroke)
  }

  static func area(_ points: [Point], fill: Color?, stroke: Stroke? = nil) -> Shape {
    .path(lines: [points], isClosed: true, fill: fill, stroke: stroke)
  }

  static func box(_ box: Box, fill: Color?, stroke: Stroke? = nil) -> Shape {
    .area(
      [
        Point(x: box.minX, y: box.minY), Point(x: box.maxX, y: box.minY),
        Point(x: box.maxX, y: box.maxY), Point(x: box.minX, y: box.maxY),
      ], fill: fill, stroke: stroke)
  }
}

/// Shapes that belong together, the first one lowest.
struct Layer: Hashable {
  /// A word that names it, such as "land".
  var name: String
  /// Nothing outside of it is drawn.
  var clip: Box?
  var shapes: [Shape]

  init(_ name: String, clip: Box? = nil, _ shapes: [Shape] = []) {
    self.name = name
    self.clip = clip
    self.shapes = shapes
  }
}

/// A picture before it is written: layers of shapes that every back end renders alike.
struct Drawing: Hashable {
  var widthPixels: Int
  var heightPixels: Int
  /// For those who do not see it.
  var title: String
  var summary: String
  var background: Color
  var layers: [Layer]
}
