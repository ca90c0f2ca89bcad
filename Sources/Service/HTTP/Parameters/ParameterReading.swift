import HTTPTypes

/// The parameters of one request, each read once.
struct ParameterValues: Sendable {
  struct Entry: Sendable {
    let key: ParameterKey
    /// As it was sent, decoded.
    let text: String
    let value: any Sendable
  }

  fileprivate(set) var entries: [Entry] = []

  /// A request has a few parameters, which are found sooner than a hash is made.
  subscript(key: ParameterKey) -> Entry? { entries.first { $0.key === key } }
}

/// Reads the parameters that an endpoint lists; what is unknown is refused, where it is not passed over. Made once an endpoint.
struct ParameterReading: Sendable {
  private let inPath: [ParameterKey]
  private let inQuery: [ParameterKey]
  private let inHeaders: [(name: HTTPField.Name, key: ParameterKey)]
  private let requiresQuery: Bool
  private let passesOthersOver: Bool

  init(_ endpoint: Endpoint) {
    inPath = endpoint.path.parameters
    inQuery = endpoint.parameters.filter { $0.place == .query }
    inHeaders = endpoint.parameters.filter { $0.place == .header }.map { key in
      guard let name = HTTPField.Name(key.name) else {
        preconditionFailure("\(key.name) is no name of a header")
      }
      return (name, key)
    }
    passesOthersOver = endpoint.takesOtherParameters
    requiresQuery = inQuery.contains { $0.isRequired }
  }

  /// - Parameter captured: the texts of the path's parameters, in order.
  /// - Throws: `not-found`, `invalid-parameter` with all that is wrong in one place.
  func values(
    path captured: [Substring], query: String?, headers: HTTPFields
  ) throws(Problem) -> ParameterValues {
    var values = ParameterValues()
    try readPath(captured, into: &values)
    if query != nil || requiresQuery { try readQuery(query ?? "", into: &values) }
    if !inHeaders.isEmpty { try readHeaders(headers, into: &values) }
    return values
  }

  /// One that does not fit names nothing that is there.
  private func readPath(
    _ captured: [Substring], into values: inout ParameterValues
  ) throws(Problem) {
    for (key, sent) in zip(inPath, captured) {
      let text =
        sent.utf8.contains(0x25)
        ? PercentForm.decoded(sent, plusIsSpace: false) ?? String(sent) : String(sent)
      do throws(ParameterFault) {
        values.entries.append(.init(key: key, text: text, value: try key.read(text)))
      } catch {
        throw Problem(
          .notFound,
          "there is nothing at this address: “\(text.prefix(100))” is no \(key.name)")
      }
    }
  }

  private func readQuery(_ query: String, into values: inout ParameterValues) throws(Problem) {
    var faults: [Problem.Fault] = []
    // What is there, whether its value is good or not.
    var found: [(key: ParameterKey, text: String)] = []
    for pair in query.split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentForm.decoded(halves[0], plusIsSpace: true),
        let text = halves.count > 1 ? PercentForm.decoded(halves[1], plusIsSpace: true) : ""
      else {
        faults.append(
          .init(.query(String(halves[0].prefix(100))), "is not encoded as UTF-8 in percent form"))
        continue
      }
      guard let key = inQuery.first(where: { $0.name == name }) else {
        if passesOthersOver { continue }
        let names = inQuery.map(\.name).joined(separator: ", ")
        faults.append(
          .init(
            .query(String(name.prefix(100))),
            names.isEmpty
              ? "is not known here, which takes no parameters"
              : "is not known here; known are \(names)"))
        continue
      }
      guard let place = found.firstIndex(where: { $0.key === key }) else {
        found.append((key, text))
        continue
      }
      // A list may come with commas or with its name before each value.
      if key.isList {
        found[place].text += "," + text
      } else {
        faults.append(.init(.query(name), "is there twice"))
      }
    }
    for (key, text) in found {
      do throws(ParameterFault) {
        values.entries.append(.init(key: key, text: text, value: try key.read(text)))
      } catch {
        faults += error.details.map { .init(.query(key.name), $0) }
      }
    }
    for key in inQuery where key.isRequired && !found.contains(where: { $0.key === key }) {
      faults.append(.init(.query(key.name), "is missing: \(key.note)"))
    }
    if faults.isEmpty { return }
    throw Problem(
      .invalidParameter,
      faults.count == 1
        ? "a parameter is not what it should be" : "parameters are not what they should be",
      faults: faults)
  }

  private func readHeaders(
    _ fields: HTTPFields, into values: inout ParameterValues
  ) throws(Problem) {
    for (name, key) in inHeaders {
      guard let text = fields[name] else { continue }
      do throws(ParameterFault) {
        values.entries.append(.init(key: key, text: text, value: try key.read(text)))
      } catch {
        throw Problem(
          .invalidParameter, "a header is not what it should be",
          faults: error.details.map { .init(.header(key.name), $0) })
      }
    }
  }
}

/// The percent form of texts in addresses (RFC 3986).
enum PercentForm {
  /// As UTF-8; nil where it is none.
  ///
  /// - Parameter plusIsSpace: as in the queries of forms.
  static func decoded(_ text: Substring, plusIsSpace: Bool) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    func digit(_ byte: UInt8?) -> UInt8? {
      switch byte {
      case let byte? where 0x30...0x39 ~= byte: byte - 0x30
      case let byte? where 0x41...0x46 ~= byte: byte - 0x37
      case let byte? where 0x61...0x66 ~= byte: byte - 0x57
      default: nil
      }
    }
    while let byte = rest.popFirst() {
      switch byte {
      case 0x2B where plusIsSpace: bytes.append(0x20)
      case 0x25:
        guard let high = digit(rest.popFirst()), let low = digit(rest.popFirst()) else {
          return nil
        }
        bytes.append(high << 4 | low)
      default: bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  static func encoded(_ text: String) -> String {
    var out = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        out.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        out += byte < 16 ? "%0" : "%"
        out += String(byte, radix: 16, uppercase: true)
      }
    }
    return out
  }
}
