import Formats
import JSON

/// The schemas of the description, as JSON Schema writes them.
extension OpenAPI {
  /// Those that the endpoints refer to, and those that these refer to.
  var components: [(String, JSONValue)] {
    var names: Set<String> = ["Problem"]
    var waiting = ["Problem"]
    func visit(_ schema: Schema) {
      for name in schema.references where names.insert(name).inserted { waiting.append(name) }
    }
    for endpoint in endpoints {
      if case .json(let content) = endpoint.body { visit(.named(content.named.name)) }
      for answer in endpoint.answers {
        for schema in answer.contents.compactMap(\.schema) {
          visit(endpoint.described(schema, of: answer))
        }
      }
    }
    while let name = waiting.popLast() {
      guard let named = schemas[name] else { preconditionFailure("no schema is called \(name)") }
      visit(named.schema)
    }
    return names.sorted().map { name in
      let named = schemas[name]!
      guard case .object(var members) = json(named.schema) else {
        return (name, json(named.schema))
      }
      members.append(("description", .string(named.note)))
      return (name, .object(members))
    }
  }

  func reference(_ name: String) -> JSONValue {
    .object([("$ref", .string("#/components/schemas/\(name)"))])
  }

  func json(_ schema: Schema) -> JSONValue {
    switch schema {
    case .anything: return .object([])
    case .unchecked(let schema): return json(schema)
    case .file: return .object([("type", .string("string")), ("format", .string("binary"))])
    case .boolean: return .object([("type", .string("boolean"))])
    case .integer(let range):
      return .object([
        ("type", .string("integer")), ("minimum", .integer(Int(range.lowerBound))),
        ("maximum", .integer(Int(range.upperBound))),
      ])
    case .number(let range):
      return .object([
        ("type", .string("number")), ("minimum", .number(range.lowerBound)),
        ("maximum", .number(range.upperBound)),
      ])
    case .words(let words):
      return .object([("type", .string("string")), ("enum", .array(words.map(JSONValue.string)))])
    case .text(let form):
      var members: [(String, JSONValue)] = [("type", .string("string"))]
      if let format = form.format {
        switch format {
        case .uuid, .instant, .date, .email:
          members.append(("format", .string(format.rawValue)))
        case .distance:
          members += [
            ("pattern", .string("^[0-9]{1,9}(\\.[0-9]{1,9})? ?(mi|km|m|ft|yd)$")),
            examples("3.1 mi", "5 km"),
          ]
        case .zone:
          members.append(examples("America/New_York", "UTC"))
        case .walkZone:
          members.append(examples("Asia/Tokyo", "+09:00"))
        }
      }
      members.append(("minLength", .integer(form.length.lowerBound)))
      members.append(("maxLength", .integer(form.length.upperBound)))
      if let pattern = form.pattern { members.append(("pattern", .string(pattern))) }
      return .object(members)
    case .array(let item, let count):
      return .object([
        ("type", .string("array")), ("items", json(item)),
        ("minItems", .integer(count.lowerBound)), ("maxItems", .integer(count.upperBound)),
      ])
    case .map(let value):
      return .object([("type", .string("object")), ("additionalProperties", json(value))])
    case .object(let properties):
      var members: [(String, JSONValue)] = [
        ("type", .string("object")),
        (
          "properties",
          .object(
            properties.map { property -> (String, JSONValue) in
              (property.name, described(json(property.schema), property.note))
            })
        ),
      ]
      let required = properties.filter(\.isRequired)
      if !required.isEmpty {
        members.append(("required", .array(required.map { .string($0.name) })))
      }
      members.append(("additionalProperties", .bool(false)))
      return .object(members)
    case .named(let name): return reference(name)
    case .nullable(let inner) where edition == .v30:
      // A reference has no members beside it there.
      guard case .object(let members) = json(inner), members.first?.0 == "type" else {
        return .object([("allOf", .array([json(inner)])), ("nullable", .bool(true))])
      }
      return .object(members + [("nullable", .bool(true))])
    case .nullable(let inner):
      let none = JSONValue.object([("type", .string("null"))])
      guard case .either(let schemas) = inner else {
        return .object([("anyOf", .array([json(inner), none]))])
      }
      return .object([("anyOf", .array(schemas.map(json) + [none]))])
    case .either(let schemas): return .object([("anyOf", .array(schemas.map(json)))])
    }
  }

  private func examples(_ texts: String...) -> (String, JSONValue) {
    edition == .v31
      ? ("examples", .array(texts.map(JSONValue.string))) : ("example", .string(texts[0]))
  }

  private func described(_ schema: JSONValue, _ note: String) -> JSONValue {
    guard !note.isEmpty, case .object(let members) = schema else { return schema }
    if edition == .v30, members.first?.0 == "$ref" {
      return .object([("allOf", .array([schema])), ("description", .string(note))])
    }
    return .object(members + [("description", .string(note))])
  }
}
