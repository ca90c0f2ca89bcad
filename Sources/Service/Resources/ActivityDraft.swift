import CivilTime
import Formats
import Geodesy
import JSON
import Quests

/// A walk as a client sends it, alone or in a batch.
struct ActivityDraft: BodyContent {
  static let schemaName = "ActivityDraft"
  static let schemaNote = "A walk, with one of `distance` and `distanceMeters`."

  let id: ActivityID
  let content: ActivityContent
  /// The offset that the start is written with; nil where that does not tell the local time.
  let offset: String?

  private let distanceField: String

  init(_ fields: inout BodyFields) {
    id = fields.required(
      "id", .id(), "Made by the client; a walk that is sent again has the same.")
    let start = fields.required(
      "startedAt", .writtenInstant,
      "Not before 1900, nor more than 15 minutes from now. Without `zone`, an offset such as `+09:00` "
        + "is the walk's zone; `Z` is not an offset, and the walker's zone is taken.")
    offset = start.offset
    let stated = StatedWalk(&fields)
    distanceField = stated.distanceField
    if !stated.hasDistance {
      fields.refuse(
        "distance", "is missing: give distance, such as “3.1 mi”, or distanceMeters")
    }
    content = ActivityContent(
      start: start.instant, distance: stated.distance ?? .zero,
      durationSeconds: stated.durationSeconds ?? nil, source: stated.source ?? nil,
      note: stated.note ?? nil, isPrivate: stated.isPrivate ?? false, zone: stated.zone)
  }
}

extension ActivityDraft {
  func faults(limits: LedgerLimits, at now: Instant) -> [(field: String, detail: String)] {
    content.faults(limits: limits, at: now).map {
      ($0.field.name(distance: distanceField), $0.error.message)
    }
  }
}

extension ActivityFault.Field {
  /// What the field is called in a body.
  fileprivate func name(distance: String) -> String {
    switch self {
    case .distance: distance
    case .duration: "durationSeconds"
    case .start: "startedAt"
    case .source: "source"
    case .note: "note"
    }
  }
}

extension Problem {
  /// The same with the places of the fields that the ledger has refused.
  func placed(
    _ error: LedgerError, _ content: some BodyContent, at pointer: String = "", _ call: Call
  ) -> Problem {
    guard [.invalid, .limit].contains(error.code), faults.isEmpty else { return self }
    var problem = self
    problem.faults = content.faults(limits: call.backend.ledgerLimits, at: call.now).map {
      Fault(.body(pointer: "\(pointer)/\($0.field)"), $0.detail)
    }
    return problem
  }
}

/// What of a walk is to change.
struct ActivityChangeBody: BodyContent {
  static let schemaName = "ActivityChange"
  static let schemaNote = "What of a walk is to change; what is left out stays, null takes away."

  let start: Instant?
  let stated: StatedWalk

  init(_ fields: inout BodyFields) {
    start = fields.optional("startedAt", .instant)
    stated = StatedWalk(&fields)
  }

  func faults(limits: LedgerLimits, at now: Instant) -> [(field: String, detail: String)] {
    // What is left out is as it should be.
    let good = Distance(micrometers: 1)
    let content = applied(to: ActivityContent(start: now, distance: good))
    return content.faults(limits: limits, at: now).map {
      ($0.field.name(distance: stated.distanceField), $0.error.message)
    }
  }

  /// What it leaves of a walk.
  func applied(to content: ActivityContent) -> ActivityContent {
    ActivityContent(
      start: start ?? content.start, distance: stated.distance ?? content.distance,
      durationSeconds: stated.durationSeconds ?? content.durationSeconds,
      source: stated.source ?? content.source, note: stated.note ?? content.note,
      isPrivate: stated.isPrivate ?? content.isPrivate, zone: stated.zone ?? content.zone)
  }
}

/// What drafts and changes state alike; nil where it is left out, nil within where it is null.
struct StatedWalk: Sendable {
  let distance: Distance?
  /// Whether one was given, be it good or not.
  let hasDistance: Bool
  /// The field that the distance is in.
  let distanceField: String
  let durationSeconds: Int64??
  let source: String??
  let note: String??
  let isPrivate: Bool?
  let zone: String?

  /// The distance goes from the text of the request to micrometres, and through no `Double`.
  init(_ fields: inout BodyFields) {
    let text = fields.unlessNull(
      "distance", .distance, "Such as `3.1 mi`; this or `distanceMeters`.")
    let meters = fields.unlessNull(
      "distanceMeters", .meters(0...9.2e12),
      "Above 0, up to 500 km; counted to the micrometre as it is written.")
    distance = text ?? meters
    distanceField =
      fields.has("distanceMeters") && !fields.has("distance") ? "distanceMeters" : "distance"
    hasDistance = fields.has("distance") || fields.has("distanceMeters")
    if fields.has("distance"), fields.has("distanceMeters") {
      fields.refuse("distanceMeters", "is there beside distance: give one of them")
    }
    durationSeconds = fields.optional("durationSeconds", .nullable(.count), "Up to 48 hours.")
    source = fields.optional(
      "source", .nullable(.text()), "What recorded it, such as an app's name.")
    note = fields.optional("note", .nullable(.text()))
    isPrivate = fields.unlessNull(
      "private", .boolean, "Counts in totals, and shows up nowhere with the walker's name.")
    zone = fields.unlessNull(
      "zone", .walkZone,
      "Where it was walked: its day is the calendar day there. The first zone stays until an edit "
        + "sends another.")
  }
}
