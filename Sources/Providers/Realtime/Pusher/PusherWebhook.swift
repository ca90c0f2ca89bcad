import CivilTime
internal import JSON
import Quests

/// The calls by which Pusher says which channels are followed.
enum PusherWebhook {
  /// How far the sender's clock may be from ours, and how old a call may be.
  static let mostSeconds: Int64 = 300

  /// - Throws: `not-genuine` where the key or the signature is another, or the time is too far off.
  static func notices(
    in body: [UInt8], key: String?, signature: String?, app: PusherApp, at now: Instant
  ) throws(RealtimeError) -> [RealtimeNotice] {
    guard key == app.key, let signature, app.secret.isSignature(signature, of: body) else {
      throw RealtimeError(.notGenuine, "the call's signature is wrong")
    }
    guard let root = try? JSONReader.read(body), let milliseconds = root["time_ms"]?.int64,
      let events = root["events"]?.array
    else { throw RealtimeError(.notGenuine, "the call has no time_ms or no events") }
    // Compared as milliseconds, which cannot leave their range here.
    let difference = (now.microseconds / 1_000).subtractingReportingOverflow(milliseconds)
    guard !difference.overflow, difference.partialValue.magnitude <= UInt64(mostSeconds) * 1_000
    else {
      throw RealtimeError(.notGenuine, "the call is more than \(mostSeconds) s old or early")
    }
    return events.compactMap { event in
      guard let kind = event["name"]?.string else { return nil }
      return RealtimeNotice(
        kind: kind,
        channel: event["channel"]?.string.flatMap(PusherChannel.channel),
        person: event["user_id"]?.string.flatMap { PersonID($0) })
    }
  }
}
