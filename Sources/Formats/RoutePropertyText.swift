internal import Geodesy
internal import Routes

extension RouteProperties {
  /// Takes a property from its text; answers what is wrong with it, or nil. Names that are not ours
  /// are passed over.
  mutating func set(_ name: String, _ text: String) -> String? {
    switch name {
    case "officialLength":
      do throws(GeodesyError) {
        officialLength = try Distance(text, defaultUnit: .meters)
      } catch { return error.message }
    case "joins":
      var policies: [JoinPolicy] = []
      // Word by word: a file may name millions.
      var rest = text.utf8[...]
      func isBetween(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x2C }
      while case let words = rest.drop(while: isBetween), !words.isEmpty {
        let word = String(words.prefix { !isBetween($0) }) ?? ""
        guard let policy = JoinPolicy(rawValue: word) else { return Self.unknownPolicy(word) }
        policies.append(policy)
        rest = words.dropFirst(word.utf8.count)
      }
      joins = policies
    case "lapJoin":
      guard let policy = JoinPolicy(rawValue: text) else { return Self.unknownPolicy(text) }
      lapJoin = policy
    case "laps":
      guard let count = Int(text), count >= 1 else {
        return "laps is “\(shortened(text))”; a whole number from 1 is due"
      }
      laps = count
    case "thereAndBack":
      guard text == "true" || text == "false" else {
        return "thereAndBack is “\(shortened(text))”; true or false is due"
      }
      thereAndBack = text == "true"
    default: break
    }
    return nil
  }

  static func unknownPolicy(_ word: String) -> String {
    "“\(shortened(word))” is not a join policy: use walk, ferry, counted or unresolved"
  }

  /// The properties of a route that are worth writing, but for those of its joins, which may be many.
  init(writing route: Route) {
    self.init()
    officialLength = route.officialLength
    if route.course.laps != 1 { laps = route.course.laps }
    if route.course.thereAndBack { thereAndBack = true }
    lapJoin = route.course.lapJoin
  }

  /// Names and values in a fixed order, for attributes and data fields; the joins come after them.
  var texts: [(String, String)] {
    var all: [(String, String)] = []
    if let officialLength { all.append(("officialLength", officialLength.statedText)) }
    if let laps { all.append(("laps", String(laps))) }
    if let thereAndBack { all.append(("thereAndBack", String(thereAndBack))) }
    if let lapJoin { all.append(("lapJoin", lapJoin.rawValue)) }
    return all
  }
}

extension Distance {
  /// The distance in the unit that states it shortest and exactly: miles, kilometres or metres.
  var statedText: String {
    let candidates = [DistanceUnit.kilometers, .miles, .meters].compactMap { unit -> String? in
      let text = exactText(in: unit)
      guard (try? Distance(text, defaultUnit: unit)) == self else { return nil }
      return text + " " + unit.rawValue
    }
    return candidates.min { $0.utf8.count < $1.utf8.count } ?? exactText(in: .meters) + " m"
  }
}
