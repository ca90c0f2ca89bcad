internal import Base
public import Routes

/// Finds the waypoint that an edit means.
public enum WaypointName {
  /// The index of the waypoint of a name, or of a number from 1 written as `#3`.
  ///
  /// - Throws: `edit-range` where there is none, `edit-ambiguous` where several are called so.
  public static func index(
    _ text: String, in measured: MeasuredRoute
  ) throws(AuthoringError) -> Int {
    let list = measured.route.waypoints
    if text.hasPrefix("#"), let number = Int(text.dropFirst()) {
      guard list.indices.contains(number - 1) else {
        throw AuthoringError(
          .range,
          "there is no waypoint \(text): the route has \(Wording.count(list.count, "waypoint"))")
      }
      return number - 1
    }
    let found = indices(of: text, among: list)
    if found.count > 1 {
      let places = found.prefix(5).map {
        "#\($0 + 1) at \(Wording.kilometers(measured.waypoints[$0].distance))"
      }
      throw AuthoringError(
        .ambiguous,
        "\(found.count) waypoints are called “\(text)”: write the number of one, such as #\(found[0] + 1); "
          + "they are \(places.joined(separator: ", "))")
    }
    guard let index = found.first else {
      let some = list.filter { $0.name != nil }
      throw AuthoringError(
        .range,
        "no waypoint is called “\(text)”"
          + (some.isEmpty
            ? ": the route has no waypoint with a name" : "; there are \(Wording.names(some))"))
    }
    return index
  }

  /// The waypoints of a name: those of just this name, else those that differ from it in capitals only.
  private static func indices(of name: String, among list: [Waypoint]) -> [Int] {
    let wanted = Name.folded(name)
    let exact = list.indices.filter { list[$0].name.map(Name.folded) == wanted }
    if !exact.isEmpty { return exact }
    let lower = wanted.lowercased()
    return list.indices.filter { list[$0].name.map { Name.folded($0).lowercased() } == lower }
  }
}
