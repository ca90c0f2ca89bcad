internal import Geodesy
internal import Routes

extension QuestPlan {
  private static let version: UInt8 = 1

  /// The plan's content as the bytes that its id is the digest of.
  public var encoded: [UInt8] {
    Self.encode(route: route, course: course, scale: scale, milestones: milestones)
  }

  static func encode(
    route: RouteVersion, course: Course, scale: Scale, milestones: [Milestone]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(version)
    writer.append(route.route)
    writer.append(route.version)
    writer.append(course)
    writer.append(scale.questLength.micrometers)
    writer.append(scale.officialLength.micrometers)
    writer.append(milestones.count)
    for milestone in milestones {
      writer.append(milestone.key.description)
      writer.append(milestone.name)
      writer.append(milestone.place.micrometers)
      writer.append(milestone.threshold.micrometers)
    }
    return writer.bytes
  }

  /// - Throws: `corrupt` where the bytes are no plan.
  public init(encoded bytes: [UInt8]) throws(LedgerError) {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw ByteReader.fault }
    let route = RouteVersion(route: try reader.identifier(), version: try reader.int())
    let course = try reader.course()
    let scale = try Scale(
      questLength: Distance(micrometers: try reader.int64()),
      officialLength: Distance(micrometers: try reader.int64()))
    var milestones: [Milestone] = []
    for _ in 0..<(try reader.count(eachAtLeast: 25)) {
      guard let key = MilestoneKey(try reader.text()) else { throw ByteReader.fault }
      milestones.append(
        Milestone(
          key: key, name: try reader.optionalText(),
          place: Distance(micrometers: try reader.int64()),
          threshold: Distance(micrometers: try reader.int64())))
    }
    guard reader.isAtEnd,
      zip(milestones, milestones.dropFirst()).allSatisfy({ $0.threshold <= $1.threshold })
    else { throw ByteReader.fault }
    self.init(route: route, course: course, scale: scale, ordered: milestones)
  }
}

extension ByteWriter {
  mutating func append(_ course: Course) {
    append(course.laps)
    append(UInt8(course.thereAndBack ? 1 : 0))
    append(course.lapJoin?.rawValue)
  }
}

extension ByteReader {
  mutating func course() throws(LedgerError) -> Course {
    Course(laps: try int(), thereAndBack: try isPresent(), lapJoin: try joinPolicy())
  }

  mutating func joinPolicy() throws(LedgerError) -> JoinPolicy? {
    guard let name = try optionalText() else { return nil }
    guard let policy = JoinPolicy(rawValue: name) else { throw Self.fault }
    return policy
  }
}
