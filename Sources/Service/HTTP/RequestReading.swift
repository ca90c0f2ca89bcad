import CivilTime
import Formats
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Holds requests against what an endpoint takes; what is unknown is refused. Made once an endpoint.
struct RequestReading: Sendable {
  private let body: Endpoint.Body
  private let schemas: NamedSchemas
  private let zones: ZoneCatalog
  private let inPath: [Endpoint.Parameter]
  private let inQuery: [Endpoint.Parameter]
  private let inHeaders: [(name: HTTPField.Name, parameter: Endpoint.Parameter)]
  private let requiresQuery: Bool

  init(endpoint: Endpoint, schemas: NamedSchemas, zones: ZoneCatalog) {
    body = endpoint.body
    self.schemas = schemas
    self.zones = zones
    inPath = endpoint.parameters.filter { $0.place == .path }
    inQuery = endpoint.parameters.filter { $0.place == .query }
    inHeaders = endpoint.parameters.filter { $0.place == .header }.compactMap { parameter in
      HTTPField.Name(parameter.name).map { ($0, parameter) }
    }
    requiresQuery = inQuery.contains { $0.isRequired }
  }

  /// The path's parameters, decoded. One that does not fit names nothing that is there.
  func path(_ parameters: Parameters) throws -> [String: String] {
    var values: [String: String] = [:]
    for parameter in inPath {
      guard let text = parameters.get(parameter.name) else { continue }
      values[parameter.name] = text
      if fault(of: text, parameter) != nil {
        throw Problem(
          .notFound,
          "there is nothing at this address: “\(text.prefix(100))” is no \(parameter.name)")
      }
    }
    return values
  }

  /// - Throws: `invalid-parameter` with all that is wrong.
  func query(_ text: String?) throws -> [String: String] {
    if text == nil, !requiresQuery { return [:] }
    var values: [String: String] = [:]
    var faults: [Problem.Fault] = []
    for pair in (text ?? "").split(separator: "&") {
      let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(halves[0]),
        let value = halves.count > 1 ? Self.decoded(halves[1]) : ""
      else {
        faults.append(
          .init(.query(String(halves[0].prefix(100))), "is not encoded as UTF-8 in percent form"))
        continue
      }
      guard let parameter = inQuery.first(where: { $0.name == name }) else {
        let names = inQuery.map(\.name).joined(separator: ", ")
        faults.append(
          .init(
            .query(String(name.prefix(100))),
            names.isEmpty
              ? "is not known here, which takes no parameters"
              : "is not known here; known are \(names)"))
        continue
      }
      if values[name] != nil {
        faults.append(.init(.query(name), "is there twice"))
        continue
      }
      if let fault = fault(of: value, parameter) { faults.append(.init(.query(name), fault)) }
      values[name] = value
    }
    for parameter in inQuery where parameter.isRequired && values[parameter.name] == nil {
      faults.append(.init(.query(parameter.name), "is missing: \(parameter.note)"))
    }
    if faults.isEmpty { return values }
    throw Problem(
      .invalidParameter,
      "\(faults.count == 1 ? "a parameter is" : "parameters are") not what it should be",
      faults: faults)
  }

  func headers(_ fields: HTTPFields) throws {
    for (name, parameter) in inHeaders {
      guard let value = fields[name] else { continue }
      if let fault = fault(of: value, parameter) {
        throw Problem(
          .invalidParameter, "a header is not what it should be",
          faults: [.init(.header(parameter.name), fault)])
      }
    }
  }

  /// - Throws: `too-large`, `request-timeout`, `unsupported-media-type`, `malformed-body`, `invalid`.
  func body(
    of request: Request, on channel: any Channel, limits: ServiceLimits,
    receipt: UploadGate.Receipt?
  ) async throws -> ([UInt8], JSONNode) {
    switch body {
    case .none: return ([], .none)
    case .file:
      try refuseEncoding(request)
      let bytes = try await BodyReading.bytes(
        of: request, on: channel, limit: limits.uploadBytes, limits: limits, receipt: receipt)
      if bytes.isEmpty { throw Problem(.invalid, "the body is empty; send the file as the body") }
      return (bytes, .none)
    case .json(let name, let size):
      try refuseEncoding(request)
      let type = request.headers[.contentType]?.split(separator: ";").first.map {
        $0.trimmingSpaces.lowercased()
      }
      if let type, type != "application/json" {
        throw Problem(
          .unsupportedMediaType, "the body's type is \(type.prefix(100)); send application/json")
      }
      let limit = size == .batch ? limits.batchBytes : limits.bodyBytes
      let bytes = try await BodyReading.bytes(
        of: request, on: channel, limit: limit, limits: limits)
      var jsonLimits = JSONLimits.standard
      jsonLimits.bytes = limit
      let node: JSONNode
      do { node = try JSONReader.read(bytes, limits: jsonLimits) } catch {
        throw Problem(.malformed, error.message)
      }
      var checking = SchemaChecking(schemas, zones: zones)
      checking.check(node, .named(name))
      if !checking.faults.isEmpty {
        throw Problem(
          .invalid,
          "\(checking.faults.count) \(checking.faults.count == 1 ? "field is" : "fields are") not as it should be",
          faults: checking.faults.map { .init(.body(pointer: $0.pointer), $0.detail) })
      }
      return (bytes, node)
    }
  }

  private func refuseEncoding(_ request: Request) throws {
    if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
      throw Problem(
        .unsupportedMediaType, "the body is encoded as \(encoding.prefix(50)); send it as it is")
    }
  }

  /// What is wrong with a parameter's text, or nil.
  private func fault(of text: String, _ parameter: Endpoint.Parameter) -> String? {
    if parameter.isList, case .array(let item, let count) = parameter.schema {
      let items = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      if items.count < count.lowerBound || items.count > count.upperBound {
        return "has \(items.count) values; \(count.lowerBound) to \(count.upperBound) are taken"
      }
      for item_ in items { if let fault = fault(of: item_, item) { return fault } }
      return nil
    }
    return fault(of: text, parameter.schema)
  }

  private func fault(of text: String, _ schema: Schema) -> String? {
    switch schema {
    case .integer(let range):
      guard let value = Int64(text), text.first != "+" else {
        return "“\(text.prefix(50))” is no whole number"
      }
      return range.contains(value)
        ? nil : "\(value) is outside \(range.lowerBound)…\(range.upperBound)"
    case .number(let range):
      guard let value = Double(text), value.isFinite,
        text.utf8.allSatisfy({ !(0x61...0x7A ~= $0) || $0 == 0x65 })
      else { return "“\(text.prefix(50))” is no number" }
      return range.contains(value)
        ? nil : "\(value) is outside \(range.lowerBound)…\(range.upperBound)"
    case .boolean:
      return text == "true" || text == "false"
        ? nil : "“\(text.prefix(50))” is neither true nor false"
    case .words(let words):
      return words.contains(text)
        ? nil : "“\(text.prefix(50))” is none of \(words.joined(separator: ", "))"
    case .text(let form):
      return SchemaChecking(schemas, zones: zones).fault(of: text, form)
    default: return nil
    }
  }

  /// Percent form and `+` for a space as UTF-8; nil where it is none.
  static func decoded(_ text: Substring) -> String? {
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
      case 0x2B: bytes.append(0x20)
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
}

extension JSONNode {
  /// What stands where no body was read.
  static let none = try! JSONReader.read(Array("null".utf8))
}
