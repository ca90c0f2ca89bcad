/// Why what `If-Match` says does not hold.
enum PreconditionFault: String, CaseIterable, Sendable {
  /// It names an earlier revision, or the `ETag` of one.
  case changed
  /// It names a revision that is still to come.
  case notYet = "not-yet"
  /// It has an `ETag` that `GET` does not answer now, though the revision is the present one or is not
  /// in it.
  case otherAnswer = "other-answer"
  /// It has no tag.
  case noTag = "no-tag"

  /// - Parameters:
  ///   - tags: what `If-Match` says.
  ///   - revision: the present one.
  init(_ tags: String, _ revision: Int64) {
    let texts = tags.split(separator: ",").map(\.trimmingSpaces)
    let tags = texts.compactMap { text -> Substring? in
      guard text.utf8.count > 2, text.first == "\"", text.last == "\"" else { return nil }
      return text.dropFirst().dropLast()
    }
    let revisions = tags.map { Int64($0) ?? EntityTag.revision(in: $0) }
    self =
      tags.isEmpty
      ? .noTag
      : revisions.contains { $0 == nil }
        ? .otherAnswer
        : revisions.contains { $0.map { $0 < revision } ?? false }
          ? .changed : revisions.contains(revision) ? .otherAnswer : .notYet
  }

  fileprivate func detail(_ tags: String, _ revision: Int64) -> String {
    let shown = tags.prefix(100)
    return switch self {
    case .changed:
      "somebody has changed it since: its revision is now \(revision), and \(shown) is of an earlier "
        + "one; read it again, then decide"
    case .notYet:
      "its revision is \(revision); there is no \(shown) yet: use the revision or the ETag of a GET"
    case .otherAnswer:
      "nobody need have changed it: \(shown) is the ETag of another answer, such as one with fields or "
        + "units, or of something else; use the ETag of a plain GET, or its revision, "
        + "If-Match: \"\(revision)\""
    case .noTag:
      "“\(shown)” is not a strong ETag: put the revision in quotes, as in If-Match: \"\(revision)\""
    }
  }
}

extension Problem {
  init(_ fault: PreconditionFault, _ tags: String, revision: Int64) {
    let detail = fault.detail(tags, revision)
    self.init(
      .preconditionFailed, detail,
      faults: [Fault(.header(ParameterKey.ifMatch.name), detail)])
    cause = fault
  }
}
