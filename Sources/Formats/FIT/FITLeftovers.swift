/// How much a FIT file holds that a route has no place for.
struct FITLeftovers {
  private var ofRecords = [Int](repeating: 0, count: 256)
  private var messages: [UInt16: Int] = [:]

  mutating func add(_ message: FITMessage) {
    switch FITProfile.Message(rawValue: message.definition.message) {
    case .record:
      typealias Field = FITProfile.Record
      for field in message.definition.fields where message.hasValue(field) {
        ofRecords[Int(field.number)] += 1
      }
    case .fileID, .course, .coursePoint: break
    default: messages[message.definition.message, default: 0] += 1
    }
  }

  /// What is counted under the names of the profile.
  var tally: NameTally {
    typealias Field = FITProfile.Record
    let used = [Field.latitude, Field.longitude, Field.altitude, Field.enhancedAltitude]
    var tally = NameTally()
    var named: [String: Int] = [:]
    for (number, count) in ofRecords.enumerated() where count > 0 {
      guard let number = UInt8(exactly: number), !used.contains(number) else { continue }
      named[FITProfile.recordNames[number] ?? "field \(number) of record", default: 0] += count
    }
    for (number, count) in messages {
      named[FITProfile.messageNames[number] ?? "message \(number)", default: 0] += count
    }
    for (name, count) in named.sorted(by: { $0.key < $1.key }) { tally.add(name, count: count) }
    return tally
  }
}
