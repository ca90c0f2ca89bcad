internal import JSON

/// A place in a document, as the steps that lead there: it becomes a JSON pointer only where something
/// is noted there, since most places are passed without a word.
final class GeoJSONPath: Sendable {
  private enum Step: Sendable {
    case member(String)
    case item(Int)
  }

  private let outer: GeoJSONPath?
  private let step: Step?

  private init(_ outer: GeoJSONPath?, _ step: Step?) {
    self.outer = outer
    self.step = step
  }

  /// The whole document.
  static let root = GeoJSONPath(nil, nil)

  /// The member of that name, of the object here.
  func member(_ name: String) -> GeoJSONPath { GeoJSONPath(self, .member(name)) }

  /// The item of that index, of the array here.
  func item(_ index: Int) -> GeoJSONPath { GeoJSONPath(self, .item(index)) }

  /// The item that these indices lead to, in arrays within one another.
  func items(_ indices: some Sequence<Int>) -> GeoJSONPath {
    indices.reduce(self) { $0.item($1) }
  }

  /// The place as a JSON pointer.
  ///
  /// - Complexity: O(length of the pointer).
  var pointer: String {
    var steps: [Step] = []
    var path = self
    while let outer = path.outer, let step = path.step {
      steps.append(step)
      path = outer
    }
    var text = ""
    for step in steps.reversed() {
      switch step {
      case .member(let name): text += "/" + JSONPointer.escaped(name)
      case .item(let index): text += "/\(index)"
      }
    }
    return text
  }
}
