#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The land of the Earth as closed rings on the globe, at two scales.
///
/// Natural Earth, public domain; `routes/tools/make_land.py` writes the texts and says how.
package struct Land: Sendable {
  /// How much was generalised.
  package enum Scale: String, Sendable {
    case coarse = "1:110m"
    case fine = "1:50m"
  }

  package let scale: Scale
  /// The closing vertex is left out. Longitudes run on over 180 degrees. Land is on the left, so that
  /// a ring which does not close by itself goes round the pole on its left.
  package let rings: [[Place]]

  package init(_ scale: Scale) {
    self.scale = scale
    rings =
      switch scale {
      case .coarse: Self.coarseRings
      case .fine: Self.fineRings
      }
  }

  // Decoded once: every inspection asks for both.
  private static let coarseRings = decoded(text110, digits: 100)
  private static let fineRings = decoded(text50, digits: 1000)

  /// Google's encoding of polylines, one a line.
  private static func decoded(_ text: StaticString, digits: Double) -> [[Place]] {
    text.withUTF8Buffer { bytes in
      bytes.split(separator: UInt8(ascii: "\n")).map { line in
        var ring: [Place] = []
        ring.reserveCapacity(line.count / 4)
        var sums = [0, 0]
        var axis = 0
        var value = 0
        var shift = 0
        for byte in line {
          let bits = Int(byte) - 63
          value |= (bits & 0x1F) << shift
          shift += 5
          if bits >= 0x20 { continue }
          sums[axis] += value & 1 == 1 ? ~(value >> 1) : value >> 1
          if axis == 1 {
            ring.append(
              Place(latitude: Double(sums[0]) / digits, longitude: Double(sums[1]) / digits))
          }
          axis = 1 - axis
          value = 0
          shift = 0
        }
        return ring
      }
    }
  }

  /// Whether a place lies on land, to the outlines' own precision.
  ///
  /// Counts the coasts between it and the south pole, which is land. O(vertices).
  package func contains(_ place: Place) -> Bool {
    var isLand = true
    for ring in rings {
      var previous = ring[ring.count - 1]
      for next in ring {
        let a = (previous.longitude - place.longitude).remainder(dividingBy: 360)
        let turn = (next.longitude - previous.longitude).remainder(dividingBy: 360)
        let b = a + turn
        if (a < 0) != (b < 0) {
          let latitude = previous.latitude - a / turn * (next.latitude - previous.latitude)
          if latitude < place.latitude { isLand.toggle() }
        }
        previous = next
      }
    }
    return isLand
  }

  /// Whether a place lies on land or no further from a coast than so many degrees of latitude.
  /// O(vertices).
  package func isNear(_ place: Place, degrees: Double) -> Bool {
    if contains(place) { return true }
    let narrowing = cos(place.latitude * .pi / 180)
    for ring in rings {
      var previous = ring[ring.count - 1]
      for next in ring {
        let from = previous
        previous = next
        let (south, north) = (
          from.latitude - place.latitude, next.latitude - place.latitude
        )
        if min(south, north) > degrees || max(south, north) < -degrees { continue }
        let west =
          (from.longitude - place.longitude).remainder(dividingBy: 360) * narrowing
        let run = (next.longitude - from.longitude).remainder(dividingBy: 360) * narrowing
        let rise = north - south
        let length = run * run + rise * rise
        let share = length > 0 ? min(max(-(west * run + south * rise) / length, 0), 1) : 0
        let (x, y) = (west + share * run, south + share * rise)
        if x * x + y * y <= degrees * degrees { return true }
      }
    }
    return false
  }
}

/// Latitude and longitude in degrees, where the elevation does not matter.
package struct Place: Hashable, Sendable {
  package var latitude: Double
  package var longitude: Double

  package init(latitude: Double, longitude: Double) {
    self.latitude = latitude
    self.longitude = longitude
  }
}
