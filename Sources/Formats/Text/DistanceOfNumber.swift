public import Geodesy
public import JSON

extension JSONNode {
  /// The number of a unit, rounded half to even to a micrometre, once and never through a `Double`;
  /// nil where the value is no number or more than a distance holds. O(digits).
  public func distance(in unit: DistanceUnit) -> Distance? {
    guard var number else { return nil }
    return number.withUTF8 { text in
      try? Distance.parseDecimal(UnsafeRawBufferPointer(text), unit: unit).get()
    }
  }
}
