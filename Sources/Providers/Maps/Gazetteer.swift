public import Geodesy
internal import MapData

/// The world's cities of 15,000 people and more, which the program carries along.
///
/// A text is a name in any of its spellings, and after commas whatever tells it from others: a
/// country, its code, a state of the United States or its code. Accents and capitals do not count.
public struct Gazetteer: PlaceFinder {
  public let attribution: String? = Cities.attribution

  public init() {}

  public func places(named text: String, most: Int) async throws(MapsError) -> [FoundPlace] {
    Self.cities(named: text).prefix(most).map { Self.place($0) }
  }

  public func place(at coordinate: Coordinate) async throws(MapsError) -> FoundPlace? {
    Self.place(
      Cities.nearest(
        to: Place(latitude: coordinate.latitude, longitude: coordinate.longitude)))
  }

  /// The largest first; one whose own name it is before one four times as large that is only spelled
  /// so.
  private static func cities(named text: String) -> [City] {
    let whole = PlaceKey.folded(text)
    let words = text.split(separator: ",").map { PlaceKey.folded(String($0)) }
    var found = Cities.named(whole)
    if found.isEmpty, words.count > 1 {
      found = Cities.named(words[0]).filter { match in
        words.dropFirst().allSatisfy { isArea($0, of: match.city) }
      }
    }
    func weight(_ match: (city: City, isOwnName: Bool)) -> Int {
      match.city.population * (match.isOwnName ? 4 : 1)
    }
    // The order of the text decides among equals.
    return found.enumerated().sorted {
      (-weight($0.element), $0.offset) < (-weight($1.element), $1.offset)
    }.map(\.element.city)
  }

  private static func isArea(_ key: String, of city: City) -> Bool {
    let country = city.country
    if let code = usualNames[key], code == country.iso { return true }
    let known = [country.iso, country.iso3, country.name, city.region?.code, city.region?.name]
    return known.contains { $0.map { PlaceKey.folded($0) == key } ?? false }
  }

  /// What people call countries beside their names and codes, as keys.
  private static let usualNames = [
    "america": "US", "u s": "US", "u s a": "US", "uk": "GB", "u k": "GB", "great britain": "GB",
    "britain": "GB", "holland": "NL", "czech republic": "CZ", "uae": "AE", "emirates": "AE",
    "turkiye": "TR", "burma": "MM", "south korea": "KR", "north korea": "KP", "korea": "KR",
    "swaziland": "SZ", "macedonia": "MK", "drc": "CD", "cape verde": "CV",
  ]

  private static func place(_ city: City) -> FoundPlace {
    FoundPlace(
      name: city.name,
      area: city.region.map { "\($0.name), \(city.country.name)" } ?? city.country.name,
      coordinate: Coordinate(
        uncheckedLatitude: city.place.latitude, longitude: city.place.longitude),
      population: city.population)
  }

  /// The names that are spelled nearly like a text, or begin with it, the largest cities first.
  public static func suggestions(for text: String, most: Int = 3) -> [String] {
    let key = PlaceKey.folded(String(text.prefix { $0 != "," }))
    guard key.utf8.count >= 3 else { return [] }
    var found = Cities.beginning(key)
    if found.isEmpty {
      let letters = Array(key.utf8)
      Cities.visit { name, city in
        if isOneEdit(letters, Array(name.utf8)) { found.append(city()) }
      }
    }
    return found.sorted { $0.population > $1.population }.prefix(most).map { place($0).title }
  }

  /// Whether one letter that is wrong, missing, too many or swapped leads from one to the other.
  private static func isOneEdit(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard abs(a.count - b.count) <= 1 else { return false }
    let start = zip(a, b).prefix { $0 == $1 }.count
    let (a, b) = (a[start...], b[start...])
    if a.count > b.count { return a.dropFirst() == b }
    if a.count < b.count { return a == b.dropFirst() }
    return a.dropFirst() == b.dropFirst()
      || a.dropFirst(2) == b.dropFirst(2) && a.prefix(2).elementsEqual(b.prefix(2).reversed())
  }
}
