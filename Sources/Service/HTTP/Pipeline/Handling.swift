import Formats
import JSON

/// Lets the endpoint do what is asked, and picks the fields of its answer that are wanted.
struct Handling: Sendable {
  func apply(to exchange: inout Exchange) async throws {
    guard let call = exchange.call else { return }
    exchange.reply = try await call.endpoint.handle(call)
    if case .json(let value, _) = exchange.reply.content {
      exchange.revision = value.revision
    }
    // What was rendered before has them.
    if let units = call.units, case .json(let value, let mediaType) = exchange.reply.content {
      exchange.reply.content = .json(
        LengthTexts.added(to: value, in: units), mediaType: mediaType)
    }
    guard let selection = call.selection, let (value, mediaType) = exchange.reply.json else {
      return
    }
    exchange.reply.content = .json(
      try Self.picked(from: value, selection), mediaType: mediaType)
  }

  /// In a page the fields are picked from each of its items.
  private static func picked(
    from value: JSONValue, _ selection: FieldSelection
  ) throws(FieldFaults) -> JSONValue {
    guard case .object(var members) = value, members.first?.0 == "items" else {
      return try selection.applied(to: value)
    }
    members[0].1 = try selection.applied(to: members[0].1)
    return .object(members)
  }
}

extension JSONValue {
  /// The revision that an object says it has.
  var revision: Int64? {
    guard case .object(let members) = self,
      case .integer(let number)? = members.first(where: { $0.0 == "revision" })?.1
    else { return nil }
    return Int64(number)
  }
}

extension Call {
  /// The units of the texts that lengths are to have too; nil where none are asked for.
  var units: LengthUnits? { endpoint.tellsLengths ? self[.units] : nil }

  /// What `fields` asks for, where the endpoint takes it.
  var selection: FieldSelection? { endpoint.picksFields ? self[.fields] : nil }
}
