extension RouteDocument {
  /// Whether the point at a byte tells nothing that another does not: each name, time, height or
  /// extension in it stands in the other as well. Formats whose points are numbers alone tell more
  /// nowhere.
  ///
  /// Complexity: linear in the bytes of both.
  package func tellsNothingMore(pointAt offset: Int, thanAt other: Int) -> Bool {
    guard format == .gpx else { return true }
    let lexer = XMLLexer(bytes: source.bytes)
    guard let point = lexer.element(at: offset), let first = lexer.element(at: other) else {
      return false
    }
    let known = Set(lexer.children(of: first).map { source.bytes[$0.range] })
    return lexer.children(of: point).allSatisfy { known.contains(source.bytes[$0.range]) }
  }
}
