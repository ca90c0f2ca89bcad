internal import CivilTime

/// The times of a gx:Track, which stand before its coordinates, one for each.
struct KMLTrackTimes {
  private var times: [Int64] = []
  private var coordinateCount = 0
  /// For each vertex, which of the coord elements it is: those that are wrong give none.
  private var coordinates: [Int] = []

  mutating func begin() {
    times.removeAll(keepingCapacity: true)
    coordinates.removeAll(keepingCapacity: true)
    coordinateCount = 0
  }

  mutating func addCoordinate() { coordinateCount += 1 }

  /// Takes the vertex of the coord element that was added last.
  mutating func addVertex() { coordinates.append(coordinateCount - 1) }

  /// Takes the text of the next time; answers what is wrong with it, or nil.
  mutating func add(_ text: String?) -> String? {
    guard let text else {
      times.append(SourcePart.noTime)
      return nil
    }
    var whole = text
    // KML lets a year or a month stand alone.
    if whole.utf8.count == 4 { whole += "-01" }
    if whole.utf8.count == 7 { whole += "-01" }
    let value = whole.withUTF8 { XMLTime($0).instant?.microseconds }
    times.append(value ?? SourcePart.noTime)
    return value == nil
      ? "the time “\(shortened(text))” is not written as 2026-05-03T18:30:00Z and is left out" : nil
  }

  /// The time of each vertex, or nil where none has one.
  var ofVertices: [Int64]? {
    if times.isEmpty { return nil }
    let found = coordinates.map { $0 < times.count ? times[$0] : SourcePart.noTime }
    return found.contains { $0 != SourcePart.noTime } ? found : nil
  }
}
