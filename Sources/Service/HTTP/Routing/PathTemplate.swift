/// A path with the keys of its parameters: `"/v1/teams/\(.team)/quests"`.
struct PathTemplate: Sendable, CustomStringConvertible, ExpressibleByStringInterpolation {
  /// With the names of the parameters in braces: `/v1/teams/{team}/quests`.
  let description: String
  let parameters: [ParameterKey]

  struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""
    fileprivate var parameters: [ParameterKey] = []

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { text += literal }

    mutating func appendInterpolation(_ parameter: ParameterKey) {
      precondition(parameter.place == .path, "\(parameter.name) is no parameter of a path")
      text += "{\(parameter.name)}"
      parameters.append(parameter)
    }

    /// A path that goes on.
    mutating func appendInterpolation(_ path: PathTemplate) {
      text += path.description
      parameters += path.parameters
    }
  }

  init(stringInterpolation: StringInterpolation) {
    description = stringInterpolation.text
    parameters = stringInterpolation.parameters
  }

  init(stringLiteral: String) {
    description = stringLiteral
    parameters = []
  }

  /// What the router compares.
  ///
  /// - Precondition: what is in braces is the end of a segment, or all of it but a suffix.
  var segments: [Router<Operation>.Segment] {
    description.split(separator: "/").map { segment in
      guard segment.first == "{" else {
        precondition(!segment.contains("{"), "\(self) has a parameter amid a segment")
        return .literal(String(segment))
      }
      let suffix = segment.drop { $0 != "}" }.dropFirst()
      return .captured(suffix: String(suffix))
    }
  }

  /// The path with a text in place of each parameter.
  func filled(_ text: (ParameterKey) -> String) -> String {
    parameters.reduce(description) { $0.replacing("{\($1.name)}", with: text($1)) }
  }
}
