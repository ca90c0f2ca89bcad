import CivilTime
import Formats
import HTTPTypes
import Hummingbird
import JSON
import NIOCore

/// Reads the bodies that an endpoint takes, each held against its schema. Made once an endpoint.
struct BodyReading: Sendable {
  private let body: Endpoint.Body
  private let access: Endpoint.Access
  private let rules: BodyRules

  init(endpoint: Endpoint, rules: BodyRules) {
    body = endpoint.body
    access = endpoint.access
    self.rules = rules
  }

  /// - Throws: `too-large`, `request-timeout`, `unsupported-media-type`, `malformed-body`, `invalid`,
  ///   and what the memory for bodies has no room for.
  func content(
    of request: Request, on channel: any Channel, limits: ServiceLimits,
    hold: BodyBudget.Hold?, at now: Instant
  ) async throws -> ([UInt8], (any BodyContent)?) {
    switch body {
    case .none: return ([], nil)
    case .file:
      try refuseEncoding(request)
      let bytes = try await RequestBytes.all(
        of: request, on: channel, limit: limits.uploadBytes, limits: limits, hold: hold)
      if bytes.isEmpty { throw Problem(.invalid, "the body is empty; send the file as the body") }
      return (bytes, nil)
    case .json(let content):
      try refuseEncoding(request)
      let type = request.headers[.contentType]?.split(separator: ";").first.map {
        $0.trimmingSpaces.lowercased()
      }
      let isForm = content.takesForm && type == Self.formType
      if let type, type != "application/json", !isForm {
        throw Problem(
          .unsupportedMediaType, "the body's type is \(type.prefix(100)); send application/json")
      }
      let limit =
        switch content.limit {
        case .small: access == .signIn ? limits.signInBytes : limits.bodyBytes
        case .batch: limits.batchBytes
        case .upload: limits.uploadBytes
        }
      let bytes = try await RequestBytes.all(
        of: request, on: channel, limit: limit, limits: limits, hold: hold)
      var jsonLimits = JSONLimits.standard
      jsonLimits.bytes = limit
      if content.limit == .upload { jsonLimits.stringBytes = limit }
      let node: JSONNode
      do {
        node = try JSONReader.read(
          isForm ? try Self.json(ofForm: bytes) : bytes, limits: jsonLimits,
          itemsOf: content.itemsField)
      } catch let error as JSONFault {
        throw Problem(
          .malformed, error.message,
          faults: error.pointer.map { [Problem.Fault(.body(pointer: $0), error.message)] } ?? [])
      }
      return (bytes, try content.read(node, rules, now))
    }
  }

  static let formType = "application/x-www-form-urlencoded"

  /// The fields of a form as JSON.
  private static func json(ofForm bytes: [UInt8]) throws(Problem) -> [UInt8] {
    var members: [(String, JSONValue)] = []
    for part in String(decoding: bytes, as: UTF8.self).split(separator: "&") {
      let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentForm.decoded(halves[0], plusIsSpace: true),
        let value = PercentForm.decoded(halves.count > 1 ? halves[1] : "", plusIsSpace: true)
      else { throw Problem(.malformed, "the form has a field that is not UTF-8") }
      members.append((name, .string(value)))
    }
    return JSONValue.object(members).text()
  }

  private func refuseEncoding(_ request: Request) throws {
    if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
      throw Problem(
        .unsupportedMediaType, "the body is encoded as \(encoding.prefix(50)); send it as it is")
    }
  }
}
