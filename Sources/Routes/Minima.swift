/// Finds the local minima of a distance that is told place by place, in the order of a line.
///
/// Two minima belong together unless the distance rises by the prominence between them.
struct Minima {
  static let prominenceMeters = 1.0

  let bandMeters: Double
  let prominenceMeters: Double
  /// The minima within the band so far.
  private(set) var places: [PlaceIndex.Place] = []

  private var pass = 0
  private var lowest: PlaceIndex.Place?
  private var highest = -Double.infinity
  private var isFalling = true

  init(bandMeters: Double, prominenceMeters: Double = Minima.prominenceMeters) {
    self.bandMeters = bandMeters
    self.prominenceMeters = prominenceMeters
  }

  /// Whether no place that is still to come belongs to a pass.
  func isPast(pass other: Int) -> Bool {
    pass > other && lowest?.pass != other
  }

  mutating func visit(_ place: PlaceIndex.Place) {
    if place.offsetMeters > bandMeters { pass += 1 }
    if isFalling {
      if place.offsetMeters < lowest?.offsetMeters ?? .infinity {
        lowest = place
        lowest?.pass = pass
      } else if let low = lowest, place.offsetMeters > low.offsetMeters + prominenceMeters {
        emit()
        isFalling = false
        highest = place.offsetMeters
      }
    } else if place.offsetMeters > highest {
      highest = place.offsetMeters
    } else if place.offsetMeters < highest - prominenceMeters {
      isFalling = true
      lowest = place
      lowest?.pass = pass
    }
  }

  /// The line ends, jumps or is far away.
  mutating func finishRun() {
    if isFalling { emit() }
    isFalling = true
    lowest = nil
    pass += 1
  }

  private mutating func emit() {
    if let lowest, lowest.offsetMeters <= bandMeters { places.append(lowest) }
    lowest = nil
  }
}
