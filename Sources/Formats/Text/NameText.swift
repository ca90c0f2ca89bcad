internal import Base
internal import Routes

/// What the text of a name shows about it.
package enum NameText {
  /// Characters; a longer one is a text and no name.
  static let mostCharacters = 100

  /// What is wrong with a name as it is shown to people.
  package static func faults(of name: String) -> [(code: Diagnostic.Code, message: String)] {
    var faults: [(code: Diagnostic.Code, message: String)] = []
    if hasMarkup(name) {
      faults.append(
        (.nameMarkup, "the name “\(shortened(name))” holds markup, which is shown as it stands"))
    }
    if name.utf8.count > mostCharacters, name.count > mostCharacters {
      faults.append(
        (
          .nameLong,
          "the name “\(shortened(name))” has \(name.count) characters; more than \(mostCharacters) "
            + "fit on no map and no card"
        ))
    }
    do {
      _ = try Name.read(name)
    } catch  where error != .empty {
      faults.append(
        (
          .nameCharacters,
          "the name “\(shortened(name))” \(error.detail); it is stored without them"
        )
      )
    } catch {}
    return faults
  }

  /// Whether a text can stand for a name: one short line without markup.
  static func isName(_ text: String) -> Bool {
    text.utf8.count <= 4 * mostCharacters && text.count <= mostCharacters && !hasMarkup(text)
      && !text.contains(where: \.isNewline)
  }

  /// The name that a text stands for that was written for something else: the text itself, or what is
  /// left of it without tags and entities of HTML; nil where neither can be a name.
  static func name(in text: String) -> String? {
    if isName(text) { return text }
    guard text.utf8.count <= 4 * mostCharacters, hasMarkup(text) else { return nil }
    let plain = withoutMarkup(text)
    return isName(plain) ? try? Name.read(plain) : nil
  }

  private static func withoutMarkup(_ text: String) -> String {
    var plain = ""
    var rest = text[...]
    while let character = rest.first {
      rest.removeFirst()
      if character == "<", let end = rest.firstIndex(of: ">") {
        rest = rest[rest.index(after: end)...]
      } else if character == "&", let end = rest.prefix(10).firstIndex(of: ";") {
        let name = String(rest[..<end])
        let known = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"][name]
        let point = HTMLEntity.codePoint(name).flatMap { Unicode.Scalar($0) }
        guard let shown = known ?? point.map({ String($0) }) else {
          plain.append(character)
          continue
        }
        plain += shown
        rest = rest[rest.index(after: end)...]
      } else {
        plain.append(character)
      }
    }
    return plain
  }

  /// Whether a text holds tags or entities of HTML.
  static func hasMarkup(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    for (i, byte) in bytes.enumerated() where byte == 0x3C || byte == 0x26 {
      let rest = bytes[(i + 1)...]
      guard let first = rest.first(where: { $0 != 0x2F && $0 != 0x23 }) else { continue }
      let isLetter = (first | 0x20) &- 0x61 < 26
      if byte == 0x3C {
        if isLetter, rest.contains(0x3E) { return true }
      } else if let end = rest.prefix(10).firstIndex(of: 0x3B) {
        let isEntity = bytes[(i + 1)..<end].allSatisfy {
          ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || $0 == 0x23
        }
        if isEntity, end > i + 1 { return true }
      }
    }
    return false
  }
}

extension Waypoint {
  /// Whether the story would be taken for the name that is missing.
  var hasStoryAlone: Bool { name == nil && story != nil }

  /// Takes the story, or else a comment, for the name where there is none and it can be one.
  mutating func nameFromStory(orComment comment: String? = nil) {
    guard name == nil else { return }
    if let text = story, let found = NameText.name(in: text) {
      name = found
      // Of a text with markup the name is not the whole.
      if found == text { story = nil }
    } else if let text = comment, let found = NameText.name(in: text) {
      name = found
    }
  }
}

extension RouteDocument {
  /// Notes names that walkers would not want to read: with markup in them, overlong, or the same for
  /// several waypoints. O(bytes of the names).
  func noteNames(_ diagnostics: inout DiagnosticList) {
    let ofTracks = tracks.compactMap { track in track.name.map { ($0, track.offset) } }
    let ofWaypoints = zip(waypoints, waypointOffsets).compactMap { waypoint, offset in
      waypoint.name.map { ($0, Int(offset)) }
    }
    for (name, offset) in ofTracks + ofWaypoints + (self.name.map { [($0, 0)] } ?? []) {
      for fault in NameText.faults(of: name) {
        diagnostics.note(fault.code, .warning, fault.message, at: offset)
      }
    }
    var places: [String: (times: Int, offset: Int)] = [:]
    for (name, offset) in ofWaypoints { places[name, default: (0, offset)].times += 1 }
    for (name, found) in places.sorted(by: { $0.value.offset < $1.value.offset })
    where found.times > 1 {
      diagnostics.note(
        .nameRepeated, .info,
        "\(found.times) waypoints are called “\(shortened(name))”: a command that takes a name cannot "
          + "tell them apart", at: found.offset)
    }
  }
}
