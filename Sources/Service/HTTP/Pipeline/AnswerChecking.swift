import CivilTime
import Formats
import JSON

/// Holds answers against what the API's description promises; what does not fit becomes a 500.
struct AnswerChecking: Sendable {
  let schemas: NamedSchemas
  let zones: ZoneCatalog

  private struct Mismatch: Error, CustomStringConvertible {
    let description: String
  }

  func apply(to exchange: Exchange) throws {
    guard let call = exchange.call else { return }
    let (reply, operation) = (exchange.reply, call.endpoint.operation)
    guard let promised = call.endpoint.answers.first(where: { $0.status == reply.status.code })
    else {
      throw Mismatch(description: "\(operation) answers \(reply.status.code), undescribed")
    }
    guard let (value, mediaType) = reply.json else { return }
    guard let content = promised.contents.first(where: { $0.mediaType == mediaType }) else {
      throw Mismatch(description: "\(operation) answers \(mediaType), undescribed")
    }
    let schema = content.schema
    let text = value.text()
    var limits = JSONLimits.standard
    limits.bytes = text.count
    var checking = SchemaChecking(schemas, zones: zones)
    checking.check(
      try JSONReader.read(text, limits: limits), call.selection == nil ? schema : schema.selection)
    guard checking.faults.isEmpty else {
      let faults = checking.faults.map { "\($0.pointer) \($0.detail)" }.joined(separator: "; ")
      throw Mismatch(
        description: "\(operation) answers \(mediaType) that is not as described: \(faults)")
    }
  }
}
