import Formats

/// The shape of a JSON value: what requests are checked against and what the API's description says.
indirect enum Schema: Sendable {
  case boolean
  case integer(ClosedRange<Int64>)
  /// Finite numbers.
  case number(ClosedRange<Double>)
  case text(TextForm)
  case array(Schema, count: ClosedRange<Int>)
  case object([Property])
  /// An object whose members have names of their own, such as a GeoJSON feature's properties.
  case map(Schema)
  /// One of `NamedSchemas`.
  case named(String)
  case nullable(Schema)
  case either([Schema])
  /// One of some words.
  case words([String])
  /// What is described in full, and checked by whoever reads it.
  case unchecked(Schema)
  /// A file, as it is.
  case file
  case anything

  /// A member of an object; others than those named are refused.
  struct Property: Sendable {
    let name: String
    let schema: Schema
    let isRequired: Bool
    let note: String

    init(_ name: String, _ schema: Schema, _ note: String = "", isRequired: Bool = true) {
      self.name = name
      self.schema = schema
      self.isRequired = isRequired
      self.note = note
    }

    static func optional(_ name: String, _ schema: Schema, _ note: String = "") -> Property {
      Property(name, schema, note, isRequired: false)
    }
  }

  /// What a text looks like.
  struct TextForm: Sendable {
    /// A named form with a check of its own.
    enum Format: String, Sendable {
      case uuid
      /// RFC 3339 with an offset.
      case instant = "date-time"
      case date
      case email
      /// Such as `3.1 mi`.
      case distance
      /// An IANA zone.
      case zone
      /// That of a walk: an IANA zone, or an offset.
      case walkZone
    }

    let format: Format?
    /// In characters (Unicode code points).
    let length: ClosedRange<Int>
    let pattern: String?
  }

  static let uuid = Schema.text(TextForm.Format.uuid.form)
  static let instant = Schema.text(TextForm.Format.instant.form)
  static let date = Schema.text(TextForm.Format.date.form)
  static let email = Schema.text(TextForm.Format.email.form)
  static let distance = Schema.text(TextForm.Format.distance.form)
  static let zone = Schema.text(TextForm.Format.zone.form)
  static let walkZone = Schema.text(TextForm.Format.walkZone.form)

  static func text(_ length: ClosedRange<Int> = 0...4_096) -> Schema {
    .text(TextForm(format: nil, length: length, pattern: nil))
  }

  /// Any distance that a ledger holds, in metres.
  static let meters = Schema.number(-9.3e12...9.3e12)
  static let count = Schema.integer(0...Int64.max)
  /// Longitude and latitude.
  static let coordinate = Schema.array(.number(-180...180), count: 2...2)
  /// Whatever a route's file says: any finite number of metres.
  static let elevation = Schema.number(-1.7e308...1.7e308)

  /// The same with every member optional: what an answer is when `fields` picks from it.
  var selection: Schema {
    switch self {
    case .object(let properties):
      .object(
        properties.map { Property($0.name, $0.schema.selection, $0.note, isRequired: false) })
    case .array(let item, let count): .array(item.selection, count: count)
    case .nullable(let schema): .nullable(schema.selection)
    case .either(let schemas): .either(schemas.map(\.selection))
    case .named(let name): .named(name + NamedSchema.selectionSuffix)
    default: self
    }
  }

  /// Whether only lists fit.
  var isArray: Bool {
    switch self {
    case .array: true
    case .either(let schemas): schemas.allSatisfy(\.isArray)
    default: false
    }
  }

  /// The names of the schemas that it refers to.
  var references: [String] {
    switch self {
    case .object(let properties): properties.flatMap(\.schema.references)
    case .array(let schema, _), .map(let schema), .nullable(let schema), .unchecked(let schema):
      schema.references
    case .either(let schemas): schemas.flatMap(\.references)
    case .named(let name): [name]
    default: []
    }
  }
}

/// A schema that others refer to.
struct NamedSchema: Sendable {
  let name: String
  let schema: Schema
  let note: String

  init(_ name: String, _ note: String, _ schema: Schema) {
    self.name = name
    self.note = note
    self.schema = schema
  }

  /// Ends the name of what `fields` leaves of a schema.
  static let selectionSuffix = "Fields"
  /// Ends the name of a page of what a schema describes.
  static let pageSuffix = "Page"

  /// A page of what a schema describes.
  private static func page(of name: String) -> Schema {
    .object([
      .init("items", .array(.named(name), count: 0...500)),
      .init("next", .nullable(.text(1...2_000)), "The address of the next page."),
    ])
  }

  /// The schema that follows from another by its name, nil where the name says of none.
  fileprivate static func derived(
    _ name: String, from known: (String) -> NamedSchema?
  ) -> NamedSchema? {
    func base(_ suffix: String) -> NamedSchema? {
      name.hasSuffix(suffix) ? known(String(name.dropLast(suffix.count))) : nil
    }
    if let item = base(pageSuffix) {
      return NamedSchema(name, "A page of a list.", page(of: item.name))
    }
    if let item = base(pageSuffix + selectionSuffix) {
      // In a page the fields are picked from the items.
      return NamedSchema(
        name, "A page of a list, with what `fields` picks of its items.",
        page(of: item.name + selectionSuffix))
    }
    if let whole = base(selectionSuffix) {
      return NamedSchema(
        name, "What `fields` picks of \(whole.name); all of it where nothing is picked.",
        whole.schema.selection)
    }
    return nil
  }
}

/// The schemas by name.
struct NamedSchemas: Sendable {
  private let byName: [String: NamedSchema]

  init(_ schemas: [NamedSchema]) {
    byName = Dictionary(schemas.map { ($0.name, $0) }) { first, second in
      preconditionFailure("two schemas are called \(first.name)")
    }
  }

  subscript(name: String) -> NamedSchema? {
    byName[name] ?? NamedSchema.derived(name) { byName[$0] }
  }
}
