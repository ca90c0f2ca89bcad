import Formats
import Geodesy
import JSON

/// Lengths as texts for people: beside each length in metres, as a member of its own.
///
/// `totalMeters` gets `totalText`, such as `12.6 mi`. Heights are no lengths and get none.
enum LengthTexts {
  private static let unit = "Meters"
  private static let heights: Set<String> = [
    "elevationMeters", "ascentMeters", "descentMeters", "ascentMetersBefore", "ascentMetersAfter",
    "descentMetersBefore", "descentMetersAfter",
  ]

  /// What the text of a member is called; nil for a member that is no length.
  static func name(for member: String) -> String? {
    guard !heights.contains(member), !member.hasPrefix(unit),
      let range = member.ranges(of: unit).last
    else { return nil }
    return member[..<range.lowerBound] + "Text" + member[range.upperBound...]
  }

  /// A value with the text of each length in it. O(size of the value).
  static func added(to value: JSONValue, in units: LengthUnits) -> JSONValue {
    switch value {
    case .array(let items): .array(items.map { added(to: $0, in: units) })
    case .object(let members):
      .object(
        members.flatMap { name, value -> [(String, JSONValue)] in
          guard case .number(let meters) = value, let text = self.name(for: name),
            let distance = Distance(roundingMeters: meters)
          else { return [(name, added(to: value, in: units))] }
          return [(name, value), (text, .string(units.text(distance)))]
        })
    default: value
    }
  }
}

extension LengthUnits {
  func text(_ distance: Distance) -> String {
    switch self {
    case .miles: distance.textForPeople(.imperial)
    case .kilometers: distance.textForPeople(.metric)
    case .meters: distance.text(in: .meters, decimals: 0) + " m"
    }
  }
}

extension Schema {
  /// The same with the text of each length, which is there where `units` asks for it.
  var withLengthTexts: Schema {
    switch self {
    case .object(let properties):
      .object(
        properties.flatMap { property -> [Property] in
          let own = Property(
            property.name, property.schema.withLengthTexts, property.note,
            isRequired: property.isRequired)
          guard let text = LengthTexts.name(for: property.name),
            !properties.contains(where: { $0.name == text })
          else { return [own] }
          return [own, .optional(text, .text(), "The same for people, where `units` is given.")]
        })
    case .array(let item, let count): .array(item.withLengthTexts, count: count)
    case .nullable(let schema): .nullable(schema.withLengthTexts)
    case .either(let schemas): .either(schemas.map(\.withLengthTexts))
    default: self
    }
  }
}
