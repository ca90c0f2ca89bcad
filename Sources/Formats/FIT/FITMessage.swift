/// How one kind of message is laid out, as a definition message of the file says.
struct FITDefinition {
  struct Field {
    let number: UInt8
    /// From the first byte of the message's content.
    let offset: Int
    let byteCount: Int
    let type: FITType?
  }

  /// The kind of message, by the public profile.
  let message: UInt16
  let isBigEndian: Bool
  let fields: [Field]
  /// Bytes of the content, those of developers' fields included.
  let byteCount: Int
}

/// The types of a field's values.
enum FITType: UInt8 {
  case enumeration = 0x00
  case int8 = 0x01
  case uint8 = 0x02
  case int16 = 0x83
  case uint16 = 0x84
  case int32 = 0x85
  case uint32 = 0x86
  case string = 0x07
  case float32 = 0x88
  case float64 = 0x89
  case uint8z = 0x0A
  case uint16z = 0x8B
  case uint32z = 0x8C
  case bytes = 0x0D
  case int64 = 0x8E
  case uint64 = 0x8F
  case uint64z = 0x90

  /// Bytes of one value.
  var byteCount: Int {
    switch self {
    case .enumeration, .int8, .uint8, .string, .uint8z, .bytes: 1
    case .int16, .uint16, .uint16z: 2
    case .int32, .uint32, .float32, .uint32z: 4
    case .float64, .int64, .uint64, .uint64z: 8
    }
  }

  /// The whole number that bits stand for; nil for the value that means “invalid” and for types that
  /// are no whole numbers.
  func integer(_ bits: UInt64) -> Int64? {
    switch self {
    case .enumeration, .uint8: bits == 0xFF ? nil : Int64(bits)
    case .uint16: bits == 0xFFFF ? nil : Int64(bits)
    case .uint32: bits == 0xFFFF_FFFF ? nil : Int64(bits)
    case .uint64: bits == .max ? nil : Int64(exactly: bits)
    case .uint8z, .uint16z, .uint32z, .uint64z: bits == 0 ? nil : Int64(exactly: bits)
    case .int8: bits == 0x7F ? nil : Int64(Int8(truncatingIfNeeded: bits))
    case .int16: bits == 0x7FFF ? nil : Int64(Int16(truncatingIfNeeded: bits))
    case .int32: bits == 0x7FFF_FFFF ? nil : Int64(Int32(truncatingIfNeeded: bits))
    case .int64: bits == 0x7FFF_FFFF_FFFF_FFFF ? nil : Int64(truncatingIfNeeded: bits)
    case .string, .bytes, .float32, .float64: nil
    }
  }
}

/// A data message: the bytes of its content, and how they are laid out.
struct FITMessage {
  let definition: FITDefinition
  /// Bytes from the start of the file to its header.
  let offset: Int
  let content: ArraySlice<UInt8>
  /// Seconds since the end of 1989 UTC, of the message itself or by its compressed time stamp.
  var seconds: UInt32?

  /// A single whole number; nil where the field is absent, invalid or an array.
  func integer(_ number: UInt8) -> Int64? {
    for field in definition.fields where field.number == number {
      guard let type = field.type, field.byteCount == type.byteCount else { return nil }
      return type.integer(bits(of: field))
    }
    return nil
  }

  /// A number with the scale and the offset that the profile gives a field.
  func number(_ number: UInt8, scale: Double, offset: Double = 0) -> Double? {
    integer(number).map { Double($0) / scale - offset }
  }

  /// A text up to its zero byte; nil where there is none.
  func text(_ number: UInt8) -> String? {
    for field in definition.fields where field.number == number && field.type == .string {
      let bytes = bytes(of: field).prefix { $0 != 0 }
      let text = Array(bytes).withUnsafeBufferPointer {
        String(decoding: $0.trimmed, as: UTF8.self)
      }
      return text.isEmpty ? nil : text
    }
    return nil
  }

  /// The bare bytes of a field of that many.
  func bytes(_ number: UInt8, count: Int) -> ArraySlice<UInt8>? {
    definition.fields.first { $0.number == number && $0.byteCount == count }.map(bytes)
  }

  /// Whether a field holds anything.
  func hasValue(_ field: FITDefinition.Field) -> Bool {
    guard let type = field.type, field.byteCount == type.byteCount else { return true }
    switch type {
    case .string, .float32, .float64, .bytes: return true
    default: return type.integer(bits(of: field)) != nil
    }
  }

  private func bytes(of field: FITDefinition.Field) -> ArraySlice<UInt8> {
    content[(content.startIndex + field.offset)...].prefix(field.byteCount)
  }

  private func bits(of field: FITDefinition.Field) -> UInt64 {
    let bytes = bytes(of: field)
    return definition.isBigEndian
      ? bytes.reduce(0) { $0 << 8 | UInt64($1) }
      : bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
