/// Why what `If-Match` says does not hold.
enum PreconditionFault: String, CaseIterable, Sendable {
  /// It names an earlier revision.
  case changed
  /// It names a revision that is still to come.
  case notYet = "not-yet"
  /// It has an `ETag` that `GET` does not answer now.
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
    let revisions = tags.compactMap { Int64($0) }
    self =
      tags.isEmpty
      ? .noTag
      : revisions.count < tags.count
        ? .otherAnswer : revisions.contains { $0 < revision } ? .changed : .notYet
  }

  fileprivate func detail(_ tags: String, _ revision: Int64) -> String {
    switch self {
    case .changed:
      "somebody has changed it since: its revision is \(revision), not \(tags.prefix(100)); read it "
        + "again, then decide"
    case .notYet:
      "its revision is \(revision); there is no \(tags.prefix(100)) yet: use the revision or the "
        + "ETag of a GET"
    case .otherAnswer:
      "\(tags.prefix(100)) is not the ETag of what GET answers now: somebody has changed it since, or "
        + "the ETag is of another answer, such as one with fields; its revision is \(revision)"
    case .noTag:
      "“\(tags.prefix(100))” is not a strong ETag: put the revision in quotes, as in "
        + "If-Match: \"\(revision)\""
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
