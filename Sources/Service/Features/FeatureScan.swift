import Geodesy
import Quests
import Routes

/// Goes through what a store lists until a page of features is full or enough was looked at.
///
/// What a page costs is bounded by `ServiceLimits`: by what it shows, and by what is looked at and does
/// not match. A page that ends early says where the next one goes on.
struct FeatureScan {
  private let most: Int
  private let mostVertices: Int
  private let mostSteps: Int
  private(set) var found = FoundFeatures()
  private var vertices = 0
  private var steps = 0

  /// - Parameter limit: how many features the caller wants.
  init(_ limit: Int, _ limits: ServiceLimits) {
    most = min(limit, limits.features)
    mostVertices = limits.featureVertices
    mostSteps = limits.featureSteps
  }

  /// Whether the page has no room for one more, which draws some vertices.
  func isFull(for drawn: Int = 0) -> Bool {
    found.features.count >= most || steps >= mostSteps
      || !found.features.isEmpty && vertices + drawn > mostVertices
  }

  /// Counts what was looked at, in vertices or what takes as long.
  mutating func look(at steps: Int) { self.steps += steps }

  mutating func add(_ feature: ShownFeature, vertices: Int = 0) {
    found.features.append(feature)
    self.vertices += vertices
  }

  mutating func end(at cursor: PageCursor?) { found.next = cursor }

  /// So many rows are asked of a store at a time: one more than there is room for tells whether there is
  /// more.
  func rows(_ limits: LedgerLimits) -> Int { min(most + 1, limits.page) }
}

extension Bounds {
  /// From west to east, without a cut at 180 degrees.
  var halves: [Bounds] {
    if west <= east { return [self] }
    return [
      Bounds(west: west, south: south, east: 180, north: north),
      Bounds(west: -180, south: south, east: east, north: north),
    ]
  }

  static let world = Bounds(west: -180, south: -90, east: 180, north: 90)

  /// Whether a place is in the box; its edges belong to it.
  func contains(_ place: Coordinate) -> Bool {
    guard south...north ~= place.latitude else { return false }
    // The meridian of 180 degrees has two names.
    let others = abs(place.longitude) == 180 ? [180.0, -180.0] : [place.longitude]
    return halves.contains { half in
      others.contains { half.west <= $0 && $0 <= half.east }
    }
  }

  /// The box with something around it: no less than a number of degrees of latitude on each side.
  func widened(by degrees: Double) -> Bounds {
    let (south, north) = (max(self.south - degrees, -90), min(self.north + degrees, 90))
    // A degree of longitude is half as long at 60 degrees, and a sixth at 80.
    let latitude = max(abs(south), abs(north))
    let side = latitude <= 60 ? 2 * degrees : latitude <= 80 ? 6 * degrees : 180
    let width = west <= east ? east - west : 360 - west + east
    guard width + 2 * side < 360 else {
      return Bounds(west: -180, south: south, east: 180, north: north)
    }
    func turned(_ longitude: Double) -> Double {
      longitude < -180 ? longitude + 360 : longitude > 180 ? longitude - 360 : longitude
    }
    return Bounds(west: turned(west - side), south: south, east: turned(east + side), north: north)
  }
}
