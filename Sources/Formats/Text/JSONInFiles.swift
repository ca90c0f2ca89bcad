internal import JSON

extension ReadLimits {
  /// The bounds for walking over the JSON of a file.
  var json: JSONCursor.Limits {
    var limits = JSONCursor.Limits()
    limits.nesting = nesting
    limits.tokenBytes = tokenBytes
    limits.numberBytes = numberBytes
    return limits
  }
}

extension JSONFault.Code {
  /// The code of a fault that only a format knows.
  init(_ code: Diagnostic.Code) { self.init(rawValue: code.rawValue) }
}

extension Diagnostic.Code {
  /// The kinds of faults of JSON text have the same names in a file's report.
  init(_ code: JSONFault.Code) { self.init(rawValue: code.rawValue) }
}
