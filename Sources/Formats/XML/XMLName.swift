#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Names as expat hands them over.
enum XMLName {
  /// The name without its prefix.
  @inline(__always)
  static func local(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar> {
    guard let colon = strchr(name, 0x3A) else { return name }
    return UnsafePointer(colon + 1)
  }

  @inline(__always)
  static func equals(_ name: UnsafePointer<CChar>, _ other: StaticString) -> Bool {
    other.withUTF8Buffer { other in
      strncmp(
        name, UnsafeRawPointer(other.baseAddress!).assumingMemoryBound(to: CChar.self), other.count)
        == 0
        && name[other.count] == 0
    }
  }

  /// What follows a prefix in a name, or nil where it has another.
  static func strip(_ prefix: String, _ name: UnsafePointer<CChar>) -> String? {
    let text = String(cString: name)
    return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }
}

/// The attributes of a tag as expat hands them over: names and values as UTF-8 that ends in a zero
/// byte, valid while the tag is being read.
struct XMLAttributes: Sequence, IteratorProtocol {
  private var place: UnsafeMutablePointer<UnsafePointer<CChar>?>

  /// - Parameter place: names and values in turn, ended by nil.
  init(_ place: UnsafeMutablePointer<UnsafePointer<CChar>?>) { self.place = place }

  @inline(__always)
  mutating func next() -> (name: UnsafePointer<CChar>, value: UnsafePointer<CChar>)? {
    guard let name = place[0], let value = place[1] else { return nil }
    place += 2
    return (name, value)
  }
}
