internal import CivilTime
internal import Geodesy

/// The tables of walks that other services export, told by their headers.
///
/// Strava's `activities.csv` stands in its archive of all data, with English column names; Garmin
/// Connect's `Activities.csv` is what its list of activities exports.
struct WalkExport {
  enum Kind { case strava, garmin }

  let kind: Kind
  let type: Int
  let date: Int
  let title: Int?
  let distance: Int
  let duration: Int?
  let id: Int?
  /// The unit of the distance where the table has one; Garmin's is that of the account.
  let unit: DistanceUnit

  /// Nil where the header is another table's.
  init?(_ header: [String]) {
    let names = header.map { $0.lowercased() }
    func first(_ name: String) -> Int? { names.firstIndex(of: name) }
    guard let type = first("activity type") else { return nil }
    self.type = type
    if let id = first("activity id"), let date = first("activity date"),
      let distance = names.lastIndex(of: "distance")
    {
      kind = .strava
      self.id = id
      self.date = date
      self.distance = distance
      // Of two columns the first has kilometres with two decimals, and the second metres.
      unit = first("distance") == distance ? .kilometers : .meters
      title = first("activity name")
      duration = first("elapsed time")
    } else if let date = first("date"), let distance = first("distance"), let title = first("title")
    {
      kind = .garmin
      id = nil
      self.date = date
      self.distance = distance
      self.title = title
      unit = .kilometers
      duration = first("elapsed time") ?? first("time")
    } else {
      return nil
    }
  }

  var name: String { kind == .strava ? "Strava" : "Garmin Connect" }

  private static let onFoot = ["walk", "hik", "run", "snowshoe", "wheelchair", "tramp"]

  /// Whether an activity of a type counts in miles walked.
  static func isOnFoot(_ type: String) -> Bool {
    let type = type.lowercased()
    return onFoot.contains { type.contains($0) }
  }

  /// Whether a cell is what stands for a distance that nobody measured, as on a treadmill: nothing, `--`,
  /// or a zero.
  static func saysNoDistance(_ text: String) -> Bool {
    let text = text.filter { $0 != " " }
    return text == "--" || text.allSatisfy { "0.,".contains($0) }
  }

  private static let months = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]

  /// A date as Strava writes it, `May 3, 2026, 6:30:00 PM`, which is in UTC, in the form that all other
  /// times have.
  static func plainDate(_ text: String) -> String? {
    let words = text.split { [" ", ",", "\u{202F}", "\u{A0}"].contains($0) }
    guard words.count == 5,
      let month = months.firstIndex(of: words[0].prefix(3).lowercased()),
      let day = Int(words[1]), let year = Int(words[2]), (1...31).contains(day),
      (1_900...9_999).contains(year)
    else { return nil }
    let clock = words[3].split(separator: ":").compactMap { Int($0) }
    guard clock.count == 3, (1...12).contains(clock[0]) else { return nil }
    let half = words[4].uppercased()
    guard half == "AM" || half == "PM" else { return nil }
    let hour = clock[0] % 12 + (half == "PM" ? 12 : 0)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(year)-\(two(month + 1))-\(two(day))T\(two(hour)):\(two(clock[1])):\(two(clock[2]))Z"
  }

  /// Whole seconds of a number of them, or of a time like `1:02:03` or `58:10.4`; nil where it is
  /// neither.
  static func seconds(_ text: String) -> Int64? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...3).contains(parts.count) else { return nil }
    var sum: Int64 = 0
    for (index, part) in parts.enumerated() {
      let whole = index == parts.count - 1 ? part.prefix { $0 != "." } : part
      guard whole.utf8.count <= 9, let number = Int64(whole), number >= 0 else { return nil }
      sum = sum * 60 + number
    }
    return sum
  }
}
