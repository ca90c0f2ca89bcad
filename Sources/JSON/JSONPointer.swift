/// A place in a JSON value (RFC 6901), such as `/items/3/distance`.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// The pointer as text; empty for the whole value.
  public let description: String

  /// The whole value.
  public static let root = JSONPointer(description: "")

  private init(description: String) { self.description = description }

  /// The pointer of a member of the object here.
  public func appending(_ name: String) -> JSONPointer {
    JSONPointer(description: description + "/" + Self.escaped(name))
  }

  /// The pointer of an item of the array here, counted from 0.
  public func appending(_ index: Int) -> JSONPointer {
    JSONPointer(description: "\(description)/\(index)")
  }

  /// A member's name as a pointer writes it.
  package static func escaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return name }
    return name.replacing("~", with: "~0").replacing("/", with: "~1")
  }
}
