/// Where in a file something is, as messages begin.
package enum FilePlace {
  /// `trail.gpx:3:5` in a text, `walk.fit: byte 812` in a file that has no lines.
  ///
  /// - Parameters:
  ///   - line: from 1.
  ///   - column: from 1.
  ///   - offset: bytes from the start of the file.
  package static func text(_ file: String, line: Int?, column: Int?, offset: Int?) -> String {
    guard let line else { return offset.map { "\(file): byte \($0)" } ?? file }
    return "\(file):\(line)" + (column.map { ":\($0)" } ?? "")
  }
}
