/// In which order options of several names were given: the parser keeps the order within one name
/// only.
struct OptionOrder {
  /// An option and which of those of its name it is, from 0.
  struct Use: Equatable {
    let name: String
    let rank: Int
  }

  let uses: [Use]

  /// - Parameters:
  ///   - arguments: the words of a command line that the parser has taken.
  ///   - names: with their dashes.
  ///   - taking: those of the names whose value may begin with dashes.
  init(_ arguments: [String], of names: Set<String>, taking: Set<String> = []) {
    var uses: [Use] = []
    var counts: [String: Int] = [:]
    var isValue = false
    for word in arguments {
      if isValue {
        isValue = false
        continue
      }
      if word == "--" { break }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard names.contains(name) else { continue }
      uses.append(Use(name: name, rank: counts[name, default: 0]))
      counts[name, default: 0] += 1
      isValue = parts.count == 1 && taking.contains(name)
    }
    self.uses = uses
  }
}
