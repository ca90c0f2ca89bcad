public import JSON

/// Why a `fields=` cannot be taken.
public struct FieldFault: Error, Hashable, Sendable {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let syntax = Self(rawValue: "field-syntax")
    public static let unknown = Self(rawValue: "field-unknown")
    public static let limit = Self(rawValue: "limit")
  }

  public let code: Code
  /// The field as it was asked for, cut where it is long.
  public let field: String
  /// A sentence for people: what was found and what would be right.
  public let message: String
}

/// All that is wrong with one `fields=`, at least one fault.
public struct FieldFaults: Error, Hashable, Sendable {
  public let all: [FieldFault]
}

/// The fields that a reader asks for, such as `name,progress.position.coordinate,milestones.name`.
///
/// A field stands for all that is in it, and reaches through arrays into each item.
public struct FieldSelection: Hashable, Sendable {
  /// The fields within; nil where all of the value is meant.
  private let fields: [String: FieldSelection]?

  /// Bytes of the text.
  public static let mostBytes = 4_096
  /// Fields in one text.
  public static let mostFields = 200
  /// Names in one field.
  public static let mostDepth = 16

  private init(fields: [String: FieldSelection]?) { self.fields = fields }

  /// Reads names of letters, digits, `_` and `-`, nested with dots and parted by commas.
  ///
  /// - Throws: `limit`, or a `field-syntax` for each field that is none.
  /// - Complexity: O(bytes).
  public init(_ text: String) throws(FieldFaults) {
    func refused(_ message: String) -> FieldFaults {
      FieldFaults(all: [FieldFault(code: .limit, field: Self.shown(text), message: message)])
    }
    guard text.utf8.count <= Self.mostBytes else {
      throw refused("fields has more than \(Self.mostBytes) bytes, the limit")
    }
    let paths = text.split(separator: ",", omittingEmptySubsequences: false)
    guard paths.count <= Self.mostFields else {
      throw refused("fields names \(paths.count) fields; the limit is \(Self.mostFields) fields")
    }
    var root = Tree()
    var faults: [FieldFault] = []
    for path in paths {
      let names = path.split(separator: ".", omittingEmptySubsequences: false)
      if names.count > Self.mostDepth {
        faults.append(
          FieldFault(
            code: .limit, field: Self.shown(path),
            message: "a field has at most \(Self.mostDepth) names within one another"))
      } else if names.allSatisfy(Self.isName) {
        root.add(names[...])
      } else {
        faults.append(
          FieldFault(
            code: .syntax, field: Self.shown(path),
            message:
              "“\(Self.shown(path))” is not a field: write names parted by commas, with dots "
              + "between a name and one within it, such as name,position.coordinate"))
      }
    }
    if !faults.isEmpty { throw FieldFaults(all: faults) }
    self = root.selection
  }

  /// The value with the chosen fields only, in the value's own order.
  ///
  /// Where a value is null or an empty array, nobody can tell what would be in it: nothing is refused
  /// there.
  /// - Throws: a `field-unknown` for each field that is nowhere in the value, with those that are.
  /// - Complexity: O(members looked at).
  public func applied(to value: JSONValue) throws(FieldFaults) -> JSONValue {
    var sights: [String: Sight] = [:]
    let chosen = choose(from: value, path: "", &sights)
    var faults: [FieldFault] = []
    judge(path: "", sights, &faults)
    if !faults.isEmpty { throw FieldFaults(all: faults) }
    return chosen
  }

  // MARK: Choosing

  /// What was met at one path.
  private struct Sight {
    /// In the order of their first appearance.
    var names: [String] = []
    var found: Set<String> = []
    var isObject = false
    var isScalar = false
  }

  private func choose(
    from value: JSONValue, path: String, _ sights: inout [String: Sight]
  ) -> JSONValue {
    guard let fields else { return value }
    switch value {
    case .array(let items):
      return .array(items.map { choose(from: $0, path: path, &sights) })
    case .object(let members):
      var sight = sights[path] ?? Sight()
      sight.isObject = true
      for (name, _) in members where sight.found.insert(name).inserted {
        sight.names.append(name)
      }
      sights[path] = sight
      return .object(
        members.compactMap { name, member in
          fields[name].map { selection in
            (name, selection.choose(from: member, path: Self.join(path, name), &sights))
          }
        })
    case .null: return .null
    case .bool, .integer, .number, .string, .fragment:
      sights[path, default: Sight()].isScalar = true
      return value
    }
  }

  private func judge(path: String, _ sights: [String: Sight], _ faults: inout [FieldFault]) {
    guard let fields, let sight = sights[path] else { return }
    for (name, selection) in fields.sorted(by: { $0.key < $1.key }) {
      let field = Self.join(path, name)
      if sight.found.contains(name) {
        selection.judge(path: field, sights, &faults)
        continue
      }
      let place = path.isEmpty ? "the answer" : "“\(path)”"
      let most = 40
      let names = sight.names.prefix(most).joined(separator: ", ")
      let rest = sight.names.count > most ? ", …" : ""
      faults.append(
        FieldFault(
          code: .unknown, field: field,
          message: sight.isObject && !sight.names.isEmpty
            ? "“\(name)” is not a field of \(place): there are \(names)\(rest)"
            : "“\(name)” is not a field of \(place), which has none"))
    }
  }

  private static func join(_ path: String, _ name: String) -> String {
    path.isEmpty ? name : path + "." + name
  }

  private static func isName(_ name: Substring) -> Bool {
    !name.isEmpty
      && name.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D: true
        default: false
        }
      }
  }

  /// The beginning of a text, so that a message never repeats kilobytes.
  private static func shown(_ text: some StringProtocol) -> String {
    let scalars = text.unicodeScalars.prefix(60)
    return scalars.endIndex == text.unicodeScalars.endIndex
      ? String(text) : String(String.UnicodeScalarView(scalars)) + "…"
  }

  /// The selection while it is read.
  private struct Tree {
    private var isWhole = false
    private var children: [String: Tree] = [:]

    mutating func add(_ names: ArraySlice<Substring>) {
      if let first = names.first {
        children[String(first), default: Tree()].add(names.dropFirst())
      } else {
        isWhole = true
      }
    }

    var selection: FieldSelection {
      FieldSelection(fields: isWhole ? nil : children.mapValues(\.selection))
    }
  }
}
