internal import CExpat
internal import Geodesy
internal import Routes

/// What the readers of XML share: elements that do not matter are passed over with all that is in
/// them, the text of others is collected, and what a file gives goes into one document. A subclass
/// knows the elements of its format. No recursion.
class XMLReader {
  final let limits: ReadLimits
  /// Whether times are kept, and noted what the standards ask.
  final let isThorough: Bool
  final var document: RouteDocument
  final var diagnostics = DiagnosticList()
  /// The text of the element that the stream is in.
  final var text = TextBuffer()
  /// The track and the part that the stream is in.
  final var track = Track()
  final var part = SourcePart()
  final var wrapped = WrappedLongitudes()
  private var prefixes = XMLPrefixes()

  private var vertexCount = 0
  /// Levels inside an element that does not matter.
  private var skipped = 0
  private var wantedText = false
  /// Times that can be read and are not written as they should be, and those that nobody can read.
  private var oddTimes = TimeFaults()
  private var unreadTimes = TimeFaults()

  private struct TimeFaults {
    /// Further ones wait for another repair.
    static let mostRemedies = 100_000

    var count = 0
    var first: (message: String, offset: Int)?
    var remedies: [RouteEdit] = []
  }

  init(_ source: SourceText, as format: SourceFormat, limits: ReadLimits, thoroughly: Bool) {
    self.limits = limits
    isThorough = thoroughly
    document = RouteDocument(source: source)
    document.format = format
  }

  // MARK: For subclasses

  /// Enters an element; false where nothing in it matters.
  ///
  /// - Parameter name: with its prefix, as UTF-8 that ends in a zero byte; valid during the call
  ///   only.
  func enter(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) -> Bool { false }

  /// Leaves the element that was entered last.
  func leave(_ stream: XMLStream) {}

  /// Passes over an element within one that does not matter.
  func passOver(_ name: UnsafePointer<CChar>, _ stream: XMLStream) {}

  /// Takes a piece of character data; called only while `stream.wantsText` is set.
  func take(_ bytes: UnsafeBufferPointer<UInt8>, _ stream: XMLStream) {
    text.append(bytes, limit: limits.textBytes)
  }

  /// Looks at a tag of any element, whether it matters or not; called only in a thorough reading.
  func check(_ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream) {}
  func checkEnd(_ stream: XMLStream) {}

  /// Completes the document.
  func complete() {}

  // MARK: Reading

  /// Reads a file, again with each fault mended that a reading can get over.
  ///
  /// - Parameter make: makes a reader for one reading.
  static func read(_ source: SourceText, with make: () -> XMLReader) -> RouteDocument {
    var feed = XMLFeed(source)
    while true {
      let reader = make()
      let fault = reader.stream(feed)
      if let fault, feed.mend(fault) { continue }
      return reader.finish(fault)
    }
  }

  /// Reads the whole file, or up to a fault.
  private func stream(_ feed: XMLFeed) -> XMLFault? {
    for note in feed.notes { diagnostics.add(note) }
    document.isMended = !feed.patches.isEmpty
    document.source.foreignEncoding = feed.encoding.flatMap {
      ForeignEncoding.isOfExpat($0) ? nil : $0
    }
    guard let stream = XMLStream(reader: self, limits: limits, feed: feed) else {
      return XMLFault(
        diagnostic: Diagnostic(.limit, .error, "no memory is left for this file", offset: 0),
        error: XML_ERROR_NONE, depth: 0)
    }
    stream.run(document.source.bytes)
    if feed.encoding == nil, let name = stream.foreignEncoding {
      document.source.foreignEncoding = name
      diagnostics.note(
        .encoding, .warning,
        "the file is in “\(shortened(name))”, which many readers of XML do not know; UTF-8 is known to "
          + "all", at: document.source.declaredEncoding?.range.lowerBound ?? 0,
        remedy: [.writeInUTF8])
    }
    return stream.fault
  }

  private func finish(_ fault: XMLFault?) -> RouteDocument {
    if let fault { diagnostics.addLast(fault.diagnostic) }
    for (faults, isGuess) in [(oddTimes, false), (unreadTimes, true)] {
      guard let (message, offset) = faults.first else { continue }
      let times = faults.count == 1 ? "" : " (\(faults.count) times in the file, here first)"
      diagnostics.addSummary(
        Diagnostic(
          .timeSyntax, .warning, message + times, offset: offset, remedy: faults.remedies,
          isGuess: isGuess))
    }
    wrapped.finish(&diagnostics)
    prefixes.finish(&diagnostics)
    complete()
    if isThorough { document.noteNames(&diagnostics) }
    document.finish(diagnostics)
    return document
  }

  final func start(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ stream: XMLStream
  ) {
    if isThorough {
      check(name, attributes, stream)
      prefixes.start(name, attributes, offset: stream.offset)
    }
    if skipped > 0 {
      skipped += 1
      passOver(name, stream)
      return
    }
    if diagnostics.isHopeless {
      stream.stop(.limit, DiagnosticList.hopelessMessage)
      return
    }
    if enter(name, attributes, stream) { return }
    skipped = 1
    wantedText = stream.wantsText
    stream.wantsText = false
  }

  final func end(_ stream: XMLStream) {
    if isThorough {
      checkEnd(stream)
      prefixes.end()
    }
    if skipped > 0 {
      skipped -= 1
      // Text goes on behind markup in the middle of it.
      if skipped == 0 { stream.wantsText = wantedText }
      return
    }
    stream.wantsText = false
    leave(stream)
  }

  // MARK: What both formats have

  /// Begins to collect the text of the element whose tag is being read.
  @inline(__always)
  final func beginText(_ stream: XMLStream) {
    text.begin(offset: stream.offset)
    stream.wantsText = true
  }

  /// The text that was collected, or nil where there is none; notes where it was cut.
  final func takeText() -> String? {
    if text.isCut { diagnostics.noteCut(limit: limits.textBytes, at: text.offset) }
    return text.trimmed
  }

  /// Begins a part at the tag that is being read.
  @inline(__always)
  final func beginPart(_ stream: XMLStream) {
    part = SourcePart()
    part.offset = stream.offset
  }

  /// Counts a vertex; ends the reading and answers false where there are too many.
  @inline(__always)
  final func countVertex(_ stream: XMLStream) -> Bool {
    vertexCount += 1
    if vertexCount <= limits.route.vertices { return true }
    stream.stop(.limit, "the file has more than \(limits.route.vertices) points, the limit")
    return false
  }

  /// Ends the reading and answers false where there is no room for another waypoint.
  final func hasRoomForWaypoint(_ stream: XMLStream) -> Bool {
    if document.waypoints.count < limits.route.waypoints { return true }
    stream.stop(.limit, "the file has more than \(limits.route.waypoints) waypoints, the limit")
    return false
  }

  /// Notes that the part that ends is empty, in a file that is sound otherwise.
  final func noteEmptyPart(_ message: @autoclosure () -> String) {
    if !part.vertices.isEmpty || diagnostics.hasErrors { return }
    diagnostics.note(
      .emptyPart, .info, message(), at: part.offset,
      remedy: [.removeElement(atOffset: part.offset)])
  }

  /// Counts a time that is not written as it should be, of which the first is told.
  ///
  /// - Parameter isUnread: whether nobody can read it, so that its remedy takes it out.
  final func noteTime(
    _ message: @autoclosure () -> String, remedy: RouteEdit? = nil, isUnread: Bool = false
  ) {
    func add(to faults: inout TimeFaults) {
      faults.count += 1
      if let remedy, faults.remedies.count < TimeFaults.mostRemedies {
        faults.remedies.append(remedy)
      }
      if faults.first == nil { faults.first = (message(), text.offset) }
    }
    if isUnread { add(to: &unreadTimes) } else { add(to: &oddTimes) }
  }
}
