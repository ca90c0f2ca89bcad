/// The documents and folders of a KML file. The first with a name names the whole; a line that has no
/// name of its own is called by the innermost around it.
struct KMLContainers {
  /// The names of those around the element that the stream is in, the outermost first.
  private var open: [String?] = []
  /// What the whole is called.
  private(set) var name: String?
  /// How many have names.
  private(set) var nameCount = 0

  mutating func enter() { open.append(nil) }

  mutating func leave() { _ = open.popLast() }

  /// Names the innermost container that is open.
  mutating func setName(_ name: String?) {
    guard !open.isEmpty, let name else { return }
    open[open.count - 1] = name
    nameCount += 1
    self.name = self.name ?? name
  }

  /// The name nearest to the element that the stream is in.
  var nearest: String? { open.last { $0 != nil } ?? nil }
}
