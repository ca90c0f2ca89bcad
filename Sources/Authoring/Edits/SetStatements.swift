public import JSON
public import Routes

/// Sets the official length.
public struct SetOfficialLength: Edit {
  public static let kind = "officialLength"
  public static let note =
    "Sets the official length of the route; the measure is scaled to it."

  public var length: WrittenDistance

  public init(_ length: WrittenDistance) { self.length = length }

  public init(_ fields: inout EditFields) {
    length = fields.distance("length", "Such as \"2197.4mi\".")
    if length.distance == .zero { fields.refuse("length", "“length” must be more than 0") }
  }

  public var members: [(String, JSONValue)] { [("length", length.json)] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    Edited(
      measured.route.stating(officialLength: length.distance),
      [
        "the official length is \(length.text), where the line measures "
          + Wording.gap(measured.geometricMeters)
      ])
  }
}

/// Gives the route another name.
public struct SetName: Edit {
  public static let kind = "name"
  public static let note = "Gives the route another name."

  public var name: String

  public init(_ name: String) { self.name = name }

  public init(_ fields: inout EditFields) {
    name = fields.name("name", "The new name.")
  }

  public var members: [(String, JSONValue)] { [("name", .string(name))] }

  public func applied(to measured: MeasuredRoute) throws(AuthoringError) -> Edited {
    Edited(measured.route.named(name), ["the route is called “\(name)”"])
  }
}
