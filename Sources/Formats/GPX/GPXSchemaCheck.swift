internal import JSON

/// Compares the elements of a GPX file with the schema of its version as they stream by.
///
/// A fault that repeats is told once, where it first stands, with the number of times.
struct GPXSchemaCheck {
  /// More kinds of faults than this are only counted: unknown names have no end.
  private static let mostKinds = 200

  /// More elements than this with children in another order are not kept for a repair.
  private static let mostUnordered = 100_000

  private struct Open {
    var type: GPXSchema.ElementType
    let offset: Int
    /// The index of the child that stood last in the right order.
    var last = -1
    /// The children that were there, a bit each.
    var seen: UInt32 = 0
    /// What its text must be.
    var value: GPXValue?
    var name = ""
  }

  private enum Kind {
    case order, repeated, unknown, foreign, attribute, otherAttribute, value, text
  }

  private struct Key: Hashable {
    let kind: Kind
    let parent: GPXSchema.ElementType
    let name: String
    var before = -1
    /// Whether what mends it takes out what somebody wrote.
    var isGuess = false
  }

  private struct Fault {
    let key: Key
    let offset: Int
    var count = 1
    /// The value that stands there first.
    var sample = ""
    /// What mends it.
    var remedy: [RouteEdit] = []
  }

  private let source: SourceText
  /// Whether the reader mended tags. Text between tags is not checked then: its place in the file differs.
  var isMended = false
  private var schema = GPXSchema.version11
  private var prefix = ""
  private var open: [Open] = []
  /// Levels inside an element that the schema says nothing about.
  private var ignored = 0
  private var faults: [Fault] = []
  private var indices: [Key: Int] = [:]
  private var uncounted = 0
  private var namespaceFault: Diagnostic?
  private var bounds: [(offset: Int, sides: [String: StatedBounds.Side?])] = []

  init(_ source: SourceText) { self.source = source }

  // MARK: Elements

  mutating func start(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes,
    offset: @autoclosure () -> Int
  ) {
    if ignored > 0 {
      ignored += 1
      return
    }
    guard let parent = open.last else {
      startRoot(name, attributes, offset: offset())
      return
    }
    checkBetween(parent, before: offset())
    let content = schema.content(parent.type)
    let isOwn = isOwn(name, attributes)
    if content.isForOthers {
      ignored = 1
      // What stands here is for other schemas to say, but it must be theirs.
      if isOwn { note(.unknown, parent.type, local(name), offset()) }
      return
    }
    guard let index = index(of: isOwn ? XMLName.local(name) : nil, in: content, from: parent.last)
    else {
      ignored = 1
      note(
        isOwn ? .unknown : .foreign, parent.type, isOwn ? local(name) : String(cString: name),
        offset())
      return
    }
    let child = content.children[index]
    let bit: UInt32 = 1 << UInt32(index)
    if parent.seen & bit != 0, !child.isMany {
      note(.repeated, parent.type, child.name ?? "", offset())
    } else if index < parent.last {
      note(
        .order, parent.type, child.name ?? "", offset(), before: parent.last,
        remedy: .sortChildren(ofElementAt: parent.offset))
    }
    open[open.count - 1].seen |= bit
    open[open.count - 1].last = max(parent.last, index)
    if isOwn {
      var element = Open(type: child.type, offset: offset())
      element.value = child.value
      if child.value != nil { element.name = child.name ?? "" }
      open.append(element)
      checkAttributes(child.type, attributes, offset: offset())
    } else {
      ignored = 1
    }
  }

  /// - Parameter offset: of the closing tag.
  mutating func end(offset: @autoclosure () -> Int) {
    if ignored > 0 {
      ignored -= 1
    } else if let element = open.popLast() {
      if let value = element.value { checkText(of: element, value, end: offset()) }
      checkBetween(element, before: offset())
    }
  }

  /// Notes text between the tags of an element that may hold elements only, or nothing.
  ///
  /// - Parameter end: where the tag begins up to which it looks.
  private mutating func checkBetween(_ element: Open, before end: Int) {
    guard element.type != .text, end > element.offset, !source.encoding.isWide, !isMended else {
      return
    }
    let holdsNothing = element.type == .bounds || element.type == .email
    var last = end - 1
    while last > element.offset, !holdsNothing, source.bytes[last] <= 0x20 { last -= 1 }
    if source.bytes[last] == 0x3E {
      // The end of a tag or of a comment; a section of characters ends in the same way.
      guard last > 1, source.bytes[last - 1] == 0x5D, source.bytes[last - 2] == 0x5D else { return }
    }
    var first = last
    while first > element.offset, source.bytes[first - 1] != 0x3E { first -= 1 }
    while first < last, source.bytes[first] <= 0x20 { first += 1 }
    note(
      .text, element.type, "", first,
      sample: shortened(String(decoding: source.bytes[first...last].prefix(200), as: UTF8.self)))
  }

  private mutating func checkText(of element: Open, _ value: GPXValue, end: Int) {
    guard !source.encoding.isWide, let parent = open.last else { return }
    let start = source.bytes[element.offset...].firstIndex(of: 0x3E).map { $0 + 1 } ?? end
    let range = min(start, end)..<end
    let (allowed, mended) = source.bytes.withUnsafeBufferPointer { bytes -> (Bool, String?) in
      let text = UnsafeBufferPointer(rebasing: bytes[range])
      // Comments, sections and references are not taken apart.
      let allowed =
        text.contains { $0 == 0x3C || $0 == 0x26 }
        || value.allows(text, version: schema.version)
        || element.name == "ele" && Self.isTold(text.trimmed)
      return (allowed, allowed ? nil : value.mended(text, version: schema.version))
    }
    if allowed { return }
    note(
      .value, parent.type, element.name, element.offset,
      sample: shortened(String(decoding: source.bytes[range].prefix(200), as: UTF8.self)),
      remedy: mended.map { .setText($0, ofElementAt: element.offset) }
        ?? .removeElement(atOffset: element.offset),
      isGuess: mended == nil && source.bytes[range].contains { $0 > 0x20 })
  }

  /// Whether the reader itself refuses a number that the schema refuses.
  private static func isTold(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if text.isEmpty { return false }
    let read = try? DecimalNumber.parse(text, from: 0, grammar: .xml, mostBytes: 1_024)
    return read?.1 != text.count
  }

  /// The index of a child by its name, nil meaning one of another namespace; most files keep the
  /// order, so it is looked for from the last one on.
  private func index(
    of name: UnsafePointer<CChar>?, in content: GPXSchema.Content, from last: Int
  ) -> Int? {
    let count = content.children.count
    var index = max(last, 0)
    for _ in 0..<count {
      if matches(content.children[index].name, name) { return index }
      index = index + 1 == count ? 0 : index + 1
    }
    return nil
  }

  @inline(__always)
  private func matches(_ known: String?, _ name: UnsafePointer<CChar>?) -> Bool {
    guard let known, let name else { return known == nil && name == nil }
    var i = 0
    for byte in known.utf8 {
      if UInt8(bitPattern: name[i]) != byte { return false }
      i += 1
    }
    return name[i] == 0
  }

  /// Whether an element is in the file's own namespace: it has the root's prefix and does not say
  /// otherwise itself.
  private func isOwn(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes
  ) -> Bool {
    let local = XMLName.local(name)
    guard (local == name) == prefix.isEmpty else { return false }
    if !prefix.isEmpty, !String(cString: name).hasPrefix(prefix + ":") { return false }
    let declaration = prefix.isEmpty ? "xmlns" : "xmlns:" + prefix
    var isOwn = true
    for (key, value) in attributes {
      // Every attribute but these few begins otherwise.
      if key[0] == 0x78, String(cString: key) == declaration {
        isOwn = String(cString: value) == GPXSchema.namespaces[schema.version]
      }
    }
    return isOwn
  }

  private func local(_ name: UnsafePointer<CChar>) -> String {
    shortened(XMLName.local(name))
  }

  // MARK: The root

  private mutating func startRoot(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes,
    offset: Int
  ) {
    let whole = String(cString: name)
    prefix = whole.contains(":") ? String(whole.prefix { $0 != ":" }) : ""
    let declaration = prefix.isEmpty ? "xmlns" : "xmlns:" + prefix
    var namespace: String?
    var version: String?
    for (key, value) in attributes {
      let key = String(cString: key)
      if key == declaration { namespace = String(cString: value) }
      if key == "version" { version = String(cString: value) }
    }
    let named = GPXSchema.namespaces.first { $0.value == namespace }?.key
    schema = (named ?? version) == "1.0" ? .version10 : .version11
    let due = GPXSchema.namespaces[schema.version] ?? ""
    var message: String?
    var remedy: [RouteEdit] = []
    if let namespace {
      if named == nil {
        // Any other may be meant, such as that of another kind of file.
        if let meant = GPXSchema.version(misspelling: namespace), meant == schema.version {
          remedy = [.setAttributes([[declaration, due]], inTagAt: offset)]
        }
        message =
          "the namespace “\(shortened(namespace))” is not that of GPX; “\(due)” would be right"
      } else if let version, version != schema.version, GPXSchema.namespaces[version] != nil {
        message =
          "the namespace is that of GPX \(schema.version) and the version says \(version); the file "
          + "is checked as \(schema.version)"
      }
    } else {
      message =
        "the file has no namespace, so programs that go by the schema do not know it for GPX; add "
        + "\(declaration)=\"\(due)\""
      remedy = [.insertAttribute(name: declaration, value: due, inTagAt: offset)]
    }
    if let message {
      namespaceFault = Diagnostic(
        .namespace, .warning, message,
        offset: namespace == nil
          ? offset : source.attributeOffset(declaration, inTagAt: offset),
        remedy: remedy)
    }
    open = [Open(type: .gpx, offset: offset)]
    checkAttributes(.gpx, attributes, offset: offset)
  }

  // MARK: Attributes

  private mutating func checkAttributes(
    _ type: GPXSchema.ElementType, _ attributes: XMLAttributes,
    offset: @autoclosure () -> Int
  ) {
    let content = schema.content(type)
    let required = content.attributes
    for (key, value) in attributes {
      checkAttribute(key, value, content, type, offset: offset())
    }
    if required.isEmpty { return }
    for attribute in required {
      var isThere = false
      for (key, _) in attributes where matches(attribute, key) { isThere = true }
      if !isThere {
        let remedy = type == .gpx ? remedy(missing: attribute, at: offset()) : nil
        note(.attribute, type, attribute, offset(), remedy: remedy)
      }
    }
    if type == .bounds, bounds.isEmpty { takeBounds(required, attributes, offset: offset()) }
  }

  private mutating func checkAttribute(
    _ key: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>, _ content: GPXSchema.Content,
    _ type: GPXSchema.ElementType, offset: @autoclosure () -> Int
  ) {
    if content.isPoint, XMLName.equals(key, "lat") || XMLName.equals(key, "lon") {
      return checkDegrees(key, value, type, offset: offset())
    }
    let name = String(cString: key)
    if type == .link, name == "href" { return checkAddress(value, offset: offset()) }
    if content.attributes.contains(name) || name == "xmlns" || name.hasPrefix("xmlns:")
      || name == "xsi:schemaLocation" || name == "xsi:noNamespaceSchemaLocation"
      || name == "xsi:type" && schema.isName(String(cString: XMLName.local(value)), of: type)
    {
      return
    }
    var remedy: RouteEdit?
    var isGuess = false
    if name.hasPrefix("xsi:") {
      // It says of the element what the schema does not allow, and nothing to anybody else.
      remedy = .removeAttribute(name, inTagAt: offset())
      // One of another namespace is for others to read.
    } else if content.isPoint, XMLName.local(key) == key {
      let element = Self.elements[name] ?? name
      isGuess = !isElement(element, in: content, value)
      remedy =
        isGuess
        ? .removeAttribute(name, inTagAt: offset())
        : .makeElement(element, ofAttribute: name, inTagAt: offset())
    }
    note(.otherAttribute, type, shortened(name), offset(), remedy: remedy, isGuess: isGuess)
  }

  private mutating func checkAddress(
    _ value: UnsafePointer<CChar>, offset: @autoclosure () -> Int
  ) {
    let length = cLength(value)
    let (isAllowed, mended) = value.withMemoryRebound(to: UInt8.self, capacity: length) {
      let text = UnsafeBufferPointer(start: $0, count: length)
      let isAllowed = GPXValue.address.allows(text, version: schema.version)
      return (isAllowed, isAllowed ? nil : GPXValue.address.mended(text, version: schema.version))
    }
    if isAllowed { return }
    note(
      .value, .link, "href", offset(), sample: shortened(value),
      remedy: mended.map { .setAttributes([["href", $0]], inTagAt: offset()) })
  }

  /// Elements of points by what others call them.
  private static let elements = ["elevation": "ele", "altitude": "ele", "alt": "ele"]

  /// Whether an element of a name may stand in a point and hold a value.
  private func isElement(
    _ name: String, in content: GPXSchema.Content, _ value: UnsafePointer<CChar>
  ) -> Bool {
    guard let child = content.children.first(where: { $0.name == name }), child.type == .text
    else { return false }
    let length = cLength(value)
    return value.withMemoryRebound(to: UInt8.self, capacity: length) {
      let text = UnsafeBufferPointer(start: $0, count: length)
      if name == "time" { return XMLTime(text).isAsAsked }
      return child.value?.allows(text, version: schema.version) ?? !text.trimmed.isEmpty
    }
  }

  /// Degrees that the reader takes and the schema does not: with an exponent, or 180 in GPX 1.1.
  private mutating func checkDegrees(
    _ key: UnsafePointer<CChar>, _ value: UnsafePointer<CChar>, _ type: GPXSchema.ElementType,
    offset: @autoclosure () -> Int
  ) {
    if GPXValue.decimal.allows(value) {
      guard schema.version == "1.1", value[0] == 0x31, XMLName.equals(key, "lon"),
        Double(String(cString: value)) == 180
      else { return }
    } else if !(Double(String(cString: value)) ?? .nan).isFinite {
      return
    }
    let name = String(cString: key)
    let degrees = Double(String(cString: value)) ?? 0
    let plain = name == "lon" && degrees == 180 ? "-180" : GPXValue.plain(degrees)
    note(
      .value, type, name, offset(), sample: shortened(value),
      remedy: .setAttributes([[name, plain]], inTagAt: offset()))
  }

  /// What is written where the root lacks an attribute; nil where nobody can know.
  private func remedy(missing attribute: String, at offset: Int) -> RouteEdit? {
    switch attribute {
    case "version": .insertAttribute(name: attribute, value: schema.version, inTagAt: offset)
    case "creator": .insertAttribute(name: attribute, value: "unknown", inTagAt: offset)
    default: nil
    }
  }

  private mutating func takeBounds(
    _ names: [String], _ attributes: XMLAttributes, offset: Int
  ) {
    var sides: [String: StatedBounds.Side?] = [:]
    for (key, value) in attributes {
      guard let name = names.first(where: { matches($0, key) }) else { continue }
      let bytes = Array(String(cString: value).utf8.drop { $0 <= 0x20 })
      let end = bytes.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? 0
      sides[name] = .some(
        bytes.withUnsafeBufferPointer { text in
          guard
            let (degrees, stop) = try? DecimalNumber.parse(
              text, from: 0, grammar: .xml, mostBytes: 64), stop == end
          else { return nil }
          return StatedBounds.Side(
            degrees: degrees, decimals: StatedBounds.Side.decimals(text))
        })
    }
    bounds.append((offset, sides))
  }

  /// The box that holds the points of the file.
  private func mended(_ held: PositionBounds, _ offset: Int) -> RouteEdit {
    // The longitudes of GPX 1.1 end below 180.
    let isBelow = schema.version == "1.1"
    func turned(_ degrees: Double) -> Double {
      degrees > 180 || isBelow && degrees == 180 ? degrees - 360 : degrees
    }
    // Over 180 degrees the west is greater than the east.
    let isOverTurn = held.eastOfTurn - held.westOfTurn < held.east - held.west
    let west = isOverTurn ? held.westOfTurn : held.west
    let east = isOverTurn ? held.eastOfTurn : held.east
    return .setAttributes(
      [
        ["minlat", "\(held.south)"], ["minlon", "\(turned(west))"],
        ["maxlat", "\(held.north)"], ["maxlon", "\(turned(east))"],
      ], inTagAt: offset)
  }

  private func boundsFault(_ held: PositionBounds) -> Diagnostic? {
    guard let (offset, sides) = bounds.first else { return nil }
    func fault(_ message: String) -> Diagnostic {
      Diagnostic(
        .boundsWrong, .warning, message, offset: offset,
        remedy: [held.isEmpty ? .removeElement(atOffset: offset) : mended(held, offset)])
    }
    for (name, side) in sides.sorted(by: { $0.key < $1.key }) where side == nil {
      return fault("the \(name) of the bounds is not a number")
    }
    guard let south = sides["minlat"] ?? nil, let west = sides["minlon"] ?? nil,
      let north = sides["maxlat"] ?? nil, let east = sides["maxlon"] ?? nil
    else { return nil }
    let stated = StatedBounds(south: south, west: west, north: north, east: east)
    guard let problem = stated.shapeFault ?? stated.fault(of: held) else { return nil }
    return fault("the bounds do not hold what is in the file: \(problem)")
  }

  // MARK: Faults

  private mutating func note(
    _ kind: Kind, _ parent: GPXSchema.ElementType, _ name: String, _ offset: @autoclosure () -> Int,
    before: Int = -1, sample: String = "", remedy: RouteEdit? = nil, isGuess: Bool = false
  ) {
    let key = Key(kind: kind, parent: parent, name: name, before: before, isGuess: isGuess)
    if let index = indices[key] {
      faults[index].count += 1
      if let remedy, faults[index].remedy.last != remedy,
        faults[index].remedy.count < Self.mostUnordered
      {
        faults[index].remedy.append(remedy)
      }
    } else if faults.count < Self.mostKinds {
      indices[key] = faults.count
      faults.append(
        Fault(key: key, offset: offset(), sample: sample, remedy: remedy.map { [$0] } ?? []))
    } else {
      uncounted += 1
    }
  }

  /// Hands over what was found.
  ///
  /// - Parameter held: the box around all points of the file.
  func finish(_ held: PositionBounds, into list: inout DiagnosticList) {
    if let namespaceFault { list.addSummary(namespaceFault) }
    for fault in faults { list.addSummary(diagnostic(fault)) }
    if let fault = boundsFault(held) { list.addSummary(fault) }
    list.leaveOut(uncounted)
  }

  private func diagnostic(_ fault: Fault) -> Diagnostic {
    let key = fault.key
    let content = schema.content(key.parent)
    let times = fault.count == 1 ? "" : " (\(fault.count) times in the file, here first)"
    let gpx = "GPX \(schema.version)"
    func made(
      _ code: Diagnostic.Code, _ message: String, _ severity: Severity = .warning
    ) -> Diagnostic {
      Diagnostic(
        code, severity, message + times, offset: fault.offset, remedy: fault.remedy,
        isGuess: key.isGuess)
    }
    switch key.kind {
    case .order:
      let before = shown(content.children[key.before].name)
      let name = shown(key.name.isEmpty ? nil : key.name)
      return made(
        .schemaOrder,
        "in “\(content.name)”, \(name) stands behind \(before); \(gpx) wants \(name) first")
    case .repeated:
      let isUsed = ["name", "ele", "desc", "type", "time"].contains(key.name)
      return made(
        .schemaRepeated,
        "“\(content.name)” holds “\(key.name)” more than once, and \(gpx) allows one"
          + (isUsed ? "; the last is used" : ""))
    case .unknown:
      return made(
        .schemaElement,
        "\(gpx) has no “\(key.name)” in “\(content.name)”\(advice(key.name, content))")
    case .foreign:
      return made(
        .schemaElement,
        "“\(shortened(key.name))” is an element of another namespace, and in “\(content.name)” "
          + (schema.version == "1.1"
            ? "\(gpx) lets those stand under “extensions” only" : "\(gpx) has no place for those"),
        .info)
    case .otherAttribute:
      return made(
        .schemaAttribute,
        "\(gpx) has no attribute “\(key.name)” for "
          + (content.name.isEmpty ? "an element that holds a text" : "“\(content.name)”")
          + (fault.remedy.isEmpty
            ? "" : "; as an attribute nobody reads it"))
    case .value:
      let isDegrees = key.name == "lat" || key.name == "lon"
      let due =
        isDegrees
        ? "a number without an exponent"
          + (key.name == "lon" ? " of -180 or more and below 180" : "")
        : (key.name == "href" ? .address : GPXValue.ofElements[key.name])?.due ?? ""
      return made(
        .schemaValue,
        (fault.sample.isEmpty ? "the \(key.name) is empty" : "the \(key.name) is “\(fault.sample)”")
          + ", and \(gpx) asks for \(due)")
    case .text:
      let isBlank = fault.sample.allSatisfy(\.isWhitespace)
      return made(
        .schemaElement,
        "“\(content.name)” holds \(isBlank ? "blanks" : "the text “\(fault.sample)”"), and \(gpx) lets "
          + (content.children.isEmpty && !content.isForOthers ? "nothing" : "only elements")
          + " stand there; nobody reads it", isBlank ? .info : .warning)
    case .attribute:
      return made(
        .attributeMissing, "“\(content.name)” has no attribute “\(key.name)”, as \(gpx) asks")
    }
  }

  private func shown(_ name: String?) -> String {
    name.map { "“\($0)”" } ?? "an element of another namespace"
  }

  private func advice(_ name: String, _ content: GPXSchema.Content) -> String {
    if content.isForOthers {
      return "; what stands there must be of another namespace than GPX"
    }
    if let near = Spelling.nearest(to: name, among: content.children.compactMap(\.name)) {
      return "; was “\(near)” meant?"
    }
    let homes = schema.homes(of: name)
    if !homes.isEmpty { return "; it belongs in " + homes.joined(separator: ", ") }
    let other = schema.version == "1.1" ? GPXSchema.version10 : .version11
    if other.homes(of: name).contains(content.name) {
      return "; it is an element of GPX \(other.version)"
    }
    return ""
  }
}
