/// Elements that come at the end and go at the beginning, each at a cost of O(1) in the mean.
struct Line<Element: Sendable>: Sendable {
  private var elements: [Element?] = []
  private var start = 0

  var count: Int { elements.count - start }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard start < elements.count else { return nil }
    let first = elements[start]
    elements[start] = nil
    start += 1
    if start > 64, start * 2 > elements.count {
      elements.removeFirst(start)
      start = 0
    }
    return first
  }

  mutating func keep(where isKept: (Element) -> Bool) {
    elements = elements[start...].filter { $0.map(isKept) ?? false }
    start = 0
  }
}
