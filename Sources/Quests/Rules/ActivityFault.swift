public import CivilTime
internal import Geodesy

/// What keeps a walk out of any ledger, whatever is in it.
public struct ActivityFault: Hashable, Sendable {
  public enum Field: Hashable, Sendable { case distance, duration, start, source, note }

  public let field: Field
  public let error: LedgerError

  fileprivate init(_ field: Field, _ code: LedgerError.Code, _ message: String) {
    self.field = field
    error = LedgerError(code, message)
  }
}

extension ActivityContent {
  /// All that keeps the walk out.
  ///
  /// - Parameter now: when it is logged or edited.
  public func faults(limits: LedgerLimits, at now: Instant) -> [ActivityFault] {
    var faults: [ActivityFault] = []
    if distance <= .zero {
      faults.append(.init(.distance, .invalid, "the distance of an activity is above 0"))
    } else if distance > limits.activityDistance {
      faults.append(
        .init(
          .distance, .limit,
          "the distance is \(distance.exactText(in: .kilometers)) km; the limit for one activity is "
            + "\(limits.activityDistance.exactText(in: .kilometers)) km"))
    }
    if let seconds = durationSeconds {
      if seconds < 0 {
        faults.append(.init(.duration, .invalid, "the duration of an activity is not negative"))
      } else if seconds > limits.activitySeconds {
        faults.append(
          .init(
            .duration, .limit,
            "the duration is \(seconds) s; the limit for one activity is \(limits.activitySeconds) s"
          ))
      }
    }
    if start < .earliest {
      faults.append(
        .init(.start, .limit, "the start is before 1900, the earliest that can be kept"))
    } else if start > now.advanced(bySeconds: limits.futureSeconds) {
      faults.append(
        .init(
          .start, .limit,
          "the start \(start) is in the future; the limit is \(limits.futureSeconds / 60) minutes "
            + "after now, \(now)"))
    }
    for (text, field, what) in [
      (source, ActivityFault.Field.source, "the source"), (note, .note, "the note"),
    ] {
      guard let text, text.utf8.count > limits.textBytes else { continue }
      faults.append(
        .init(
          field, .limit,
          "\(what) has \(text.utf8.count) bytes; the limit is \(limits.textBytes) bytes"))
    }
    return faults
  }
}
