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
      for word in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
        guard let policy = JoinPolicy(rawValue: String(word)) else {
          return Self.unknownPolicy(String(word))
        }
        policies.append(policy)
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

  /// The properties of a route that are worth writing, as text.
  init(writing route: Route) {
    self.init()
    // Policies are written where they say more than the length of the gap does.
    if route.joinPolicies.contains(where: { $0 != nil }) {
      joins = route.resolvedJoinPolicies
    }
    officialLength = route.officialLength
    if route.course.laps != 1 { laps = route.course.laps }
    if route.course.thereAndBack { thereAndBack = true }
    lapJoin = route.course.lapJoin
  }

  /// Names and values in a fixed order, for attributes and data fields.
  var texts: [(String, String)] {
    var all: [(String, String)] = []
    if let officialLength { all.append(("officialLength", officialLength.statedText)) }
    if let laps { all.append(("laps", String(laps))) }
    if let thereAndBack { all.append(("thereAndBack", String(thereAndBack))) }
    if let lapJoin { all.append(("lapJoin", lapJoin.rawValue)) }
    if let joins { all.append(("joins", joins.map(\.rawValue).joined(separator: " "))) }
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
