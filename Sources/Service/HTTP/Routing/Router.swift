import HTTPTypes

/// Finds what a request is for: first what its path leads to, then what its method does there.
///
/// A tree of path segments. A literal segment goes before a captured one, and of captured ones the
/// one with the longer suffix. Empty segments count for nothing, so a slash too many does no harm.
struct Router<Target: Sendable>: Sendable {
  /// What stands between two slashes of a path.
  enum Segment: Hashable, Sendable {
    /// Compared as it was sent: a proxy in front that closes an address compares it so, too.
    case literal(String)
    /// Anything, up to a suffix such as `:redeem`.
    case captured(suffix: String)
  }

  /// What can be done at a path.
  struct Methods: Sendable {
    fileprivate(set) var targets: [(method: HTTPRequest.Method, target: Target)] = []

    subscript(method: HTTPRequest.Method) -> Target? {
      targets.first { $0.method == method }?.target
    }

    var allowed: [HTTPRequest.Method] { targets.map(\.method) }
  }

  struct Match: Sendable {
    let methods: Methods
    /// What the captured segments hold, as it was sent.
    let captured: [Substring]
  }

  private struct Node: Sendable {
    var literals: [Substring: Int] = [:]
    /// The longest suffix first.
    var captures: [(suffix: String, node: Int)] = []
    var methods: Methods?
  }

  private var nodes = [Node()]

  /// Leads a method of a path to a target. What can be read by GET can be asked for by HEAD.
  ///
  /// - Precondition: it leads nowhere yet.
  mutating func add(_ method: HTTPRequest.Method, _ path: [Segment], _ target: Target) {
    var node = 0
    for segment in path { node = child(of: node, at: segment) }
    var methods = nodes[node].methods ?? Methods()
    for method in method == .get ? [method, .head] : [method] {
      precondition(methods[method] == nil, "\(method) is served twice at one path")
      methods.targets.append((method, target))
    }
    nodes[node].methods = methods
  }

  private mutating func child(of node: Int, at segment: Segment) -> Int {
    let new = nodes.count
    switch segment {
    case .literal(let text):
      if let known = nodes[node].literals[text[...]] { return known }
      nodes[node].literals[text[...]] = new
    case .captured(let suffix):
      if let known = nodes[node].captures.first(where: { $0.suffix == suffix }) {
        return known.node
      }
      nodes[node].captures.append((suffix, new))
      nodes[node].captures.sort { $0.suffix.utf8.count > $1.suffix.utf8.count }
    }
    nodes.append(Node())
    return new
  }

  /// What a path leads to, without its query; nil where nothing is there.
  ///
  /// - Complexity: O(segments), where no path has both a literal and a captured segment in one place.
  func match(_ path: String) -> Match? {
    var captured: [Substring] = []
    guard let node = descend(from: 0, path[...], &captured), let methods = nodes[node].methods
    else { return nil }
    return Match(methods: methods, captured: captured)
  }

  private func descend(from node: Int, _ path: Substring, _ captured: inout [Substring]) -> Int? {
    guard let start = path.utf8.firstIndex(where: { $0 != 0x2F }) else {
      return nodes[node].methods == nil ? nil : node
    }
    let end = path.utf8[start...].firstIndex(of: 0x2F) ?? path.endIndex
    let (segment, rest) = (path[start..<end], path[end...])
    if let next = nodes[node].literals[segment],
      let found = descend(from: next, rest, &captured)
    {
      return found
    }
    for (suffix, next) in nodes[node].captures {
      guard let value = segment.before(suffix) else { continue }
      captured.append(value)
      if let found = descend(from: next, rest, &captured) { return found }
      captured.removeLast()
    }
    return nil
  }
}

extension Substring {
  /// What stands before a suffix; nil where it ends otherwise.
  fileprivate func before(_ suffix: String) -> Substring? {
    if suffix.isEmpty { return self }
    let length = suffix.utf8.count
    guard utf8.count >= length, utf8.suffix(length).elementsEqual(suffix.utf8) else { return nil }
    return self[..<utf8.index(endIndex, offsetBy: -length)]
  }
}
