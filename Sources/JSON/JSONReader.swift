/// The bounds on a JSON text that is read whole. A breach names the limit.
public struct JSONLimits: Sendable {
  /// Bytes of the text.
  public var bytes = 1024 * 1024
  /// Containers within one another.
  public var nesting = 64
  /// Values of any kind, containers counted.
  public var nodes = 200_000
  /// Bytes of a string, its escapes resolved.
  public var stringBytes = 64 * 1024
  /// Bytes of a member's name, its escapes resolved.
  public var nameBytes = 256
  /// Bytes of one number.
  public var numberBytes = 1024

  /// The bounds of a body of one request.
  public static let standard = JSONLimits()
  public init() {}
}

/// Reads JSON text (RFC 8259) into a tree: for small texts, such as the bodies of requests.
///
/// Stricter than the grammar alone where programs disagree about what is meant: no name twice in an
/// object, no half of a surrogate pair, no number beyond a `Double`, nothing but UTF-8.
public enum JSONReader {
  /// Reads one value with nothing but space around it.
  ///
  /// - Parameter member: the name of a member of the outermost object whose value is an array of
  ///   items that are each read alone. An item with a fault inside it is `broken`, as long as its
  ///   end can be found, and the reading goes on after it.
  /// - Throws: the first fault, with its offset, line, column and pointer: `not-well-formed`,
  ///   `encoding`, `number-syntax`, `number-range`, `member-duplicate`, `limit`.
  /// - Complexity: O(bytes) in time and memory, no recursion.
  public static func read(
    _ bytes: [UInt8], limits: JSONLimits = .standard, itemsOf member: String? = nil
  ) throws(JSONFault) -> JSONNode {
    guard bytes.count <= limits.bytes else {
      throw JSONFault(
        code: .limit,
        message: "the text has \(bytes.count) bytes; the limit is \(limits.bytes) bytes", offset: 0)
    }
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let result = bytes.withUnsafeBufferPointer { bytes -> Result<JSONNode, JSONFault> in
      var reading = TreeReading(bytes, limits: limits, start: start, itemsOf: member)
      do throws(JSONFault) { return .success(try reading.tree()) } catch { return .failure(error) }
    }
    switch result {
    case .success(let node): return node
    case .failure(let fault): throw fault.placed(in: bytes)
    }
  }
}

/// The reading of one tree.
private struct TreeReading {
  /// A container that is not closed yet.
  private struct Container {
    let isObject: Bool
    let offset: Int
    var items: [JSONNode] = []
    var members: [JSONNode.Member] = []
    var names: Set<String> = []
    /// The member that is being read.
    var name: String?
    var nameOffset = 0
  }

  private var cursor: JSONCursor
  private let limits: JSONLimits
  private var open: [Container] = []
  private var nodeCount = 0
  /// The member of the outermost object whose items are read alone.
  private let itemsMember: String?
  /// Where the item begins that is being read alone.
  private var itemOffset: Int?

  init(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits, start: Int, itemsOf member: String?
  ) {
    itemsMember = member
    var bounds = JSONCursor.Limits()
    bounds.nesting = limits.nesting
    bounds.tokenBytes = max(limits.stringBytes, limits.nameBytes)
    bounds.numberBytes = limits.numberBytes
    cursor = JSONCursor(bytes, limits: bounds, offset: start, noun: "text")
    self.limits = limits
  }

  mutating func tree() throws(JSONFault) -> JSONNode {
    do throws(JSONFault) {
      var node = try value()
      while !open.isEmpty {
        if let finished = node { add(finished) }
        do throws(JSONFault) { node = try next() } catch { node = try brokenItem(error) }
      }
      guard let root = node else { throw cursor.unexpected("a value") }
      if cursor.peek() != nil {
        throw cursor.fault("there is more behind the value, where nothing but space may be")
      }
      return root
    } catch {
      throw placed(error)
    }
  }

  private func placed(_ fault: JSONFault) -> JSONFault {
    var fault = fault
    fault.pointer = fault.pointer ?? pointer.description
    return fault
  }

  /// The item that is read alone, given up for what is wrong in it; the reading goes on after it.
  ///
  /// - Throws: the fault where it is in no such item, or where the item's end cannot be told.
  private mutating func brokenItem(_ fault: JSONFault) throws(JSONFault) -> JSONNode {
    let fault = placed(fault)
    guard let start = itemOffset, nodeCount <= limits.nodes,
      let end = cursor.endOfItem(from: start)
    else { throw fault }
    open.removeLast(open.count - 2)
    cursor.resume(at: end, depth: 2)
    return JSONNode(content: .broken(fault, texts: texts(of: start..<end)), offset: start)
  }

  /// The members of an object that are complete texts, also where others between them cannot be read.
  ///
  /// - Complexity: O(bytes of the item).
  private func texts(of item: Range<Int>) -> [JSONNode.Member] {
    guard cursor.bytes[item.lowerBound] == 0x7B else { return [] }
    var texts: [JSONNode.Member] = []
    var depth = 0
    var place = item.lowerBound
    while place < item.upperBound {
      let byte = cursor.bytes[place]
      switch byte {
      case 0x22:
        place += 1
        while place < item.upperBound, cursor.bytes[place] != 0x22 {
          place += cursor.bytes[place] == 0x5C ? 2 : 1
        }
      case 0x7B, 0x5B: depth += 1
      case 0x7D, 0x5D: depth -= 1
      default: break
      }
      // A member begins after the brace or a comma.
      if depth == 1, byte == 0x2C || place == item.lowerBound {
        var reading = cursor
        reading.resume(at: place + 1, depth: 3)
        if let (name, offset) = try? reading.nextKey(isFirst: true),
          (try? reading.kind()) == .string
        {
          let start = reading.offset
          if let text = try? reading.string(), reading.offset <= item.upperBound {
            texts.append(
              JSONNode.Member(
                name: name, offset: offset,
                value: JSONNode(content: .string(text), offset: start)))
          }
        }
      }
      place += 1
    }
    return texts
  }

  /// Whether the innermost container is the array whose items are read alone.
  private var readsItems: Bool {
    open.count == 2 && open[0].isObject && open[0].name == itemsMember && !open[1].isObject
  }

  /// Where the value stands that is being read; between two members the object is meant.
  private var pointer: JSONPointer {
    open.reduce(.root) { pointer, container in
      container.isObject
        ? container.name.map(pointer.appending) ?? pointer
        : pointer.appending(container.items.count)
    }
  }

  private mutating func add(_ node: JSONNode) {
    let last = open.count - 1
    if last == 1 { itemOffset = nil }
    if let name = open[last].name {
      open[last].members.append(
        JSONNode.Member(name: name, offset: open[last].nameOffset, value: node))
      open[last].name = nil
    } else {
      open[last].items.append(node)
    }
  }

  /// The next value of the innermost container, or that container where it ends here; nil where
  /// another one begins.
  private mutating func next() throws(JSONFault) -> JSONNode? {
    let last = open.count - 1
    if open[last].isObject {
      let isFirst = open[last].members.isEmpty
      if let (name, offset) = try cursor.nextKey(isFirst: isFirst) {
        try begin(name, at: offset)
        return try value()
      }
    } else if try cursor.nextItem(isFirst: open[last].items.isEmpty) {
      if readsItems {
        cursor.skipSpace()
        itemOffset = cursor.offset
      }
      return try value()
    }
    let closed = open.removeLast()
    return JSONNode(
      content: closed.isObject ? .object(closed.members) : .array(closed.items),
      offset: closed.offset)
  }

  private mutating func begin(_ name: String, at offset: Int) throws(JSONFault) {
    guard name.utf8.count <= limits.nameBytes else {
      throw cursor.fault(
        "the member's name has more than \(limits.nameBytes) bytes, the limit", code: .limit,
        at: offset)
    }
    let last = open.count - 1
    open[last].name = name
    open[last].nameOffset = offset
    // Names that differ in their bytes and look the same are one name to whoever asks for it.
    guard open[last].names.insert(name).inserted else {
      throw cursor.fault(
        "the object has a second member “\(name.prefix(40))\(name.count > 40 ? "…" : "")”",
        code: .memberDuplicate, at: offset)
    }
  }

  /// The value that comes next, or nil where it is a container, which is then open.
  private mutating func value() throws(JSONFault) -> JSONNode? {
    let kind = try cursor.kind()
    let offset = cursor.offset
    nodeCount += 1
    guard nodeCount <= limits.nodes else {
      throw cursor.fault(
        "the text has more than \(limits.nodes) values, the limit", code: .limit)
    }
    let content: JSONNode.Content
    switch kind {
    case .object, .array:
      try cursor.enter()
      open.append(Container(isObject: kind == .object, offset: offset))
      return nil
    case .string:
      let text = try cursor.string()
      guard text.utf8.count <= limits.stringBytes else {
        throw cursor.fault(
          "the text has more than \(limits.stringBytes) bytes, the limit", code: .limit, at: offset)
      }
      content = .string(text)
    case .number:
      _ = try cursor.number()
      content = .number(String(decoding: cursor.bytes[offset..<cursor.offset], as: UTF8.self))
    case .literal:
      content = try cursor.literal().map(JSONNode.Content.bool) ?? .null
    }
    return JSONNode(content: content, offset: offset)
  }
}
