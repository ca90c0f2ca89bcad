public import CivilTime
internal import Foundation

/// Mail that goes nowhere but into a folder, one `.eml` file a message: what there is until a
/// mail server is configured.
///
/// Files have mode 0600, for they hold codes; their names sort by time. A file that is there is
/// whole.
public struct MessageFiles: Mail {
  private let folder: String
  private let from: MailAddress
  private let clock: @Sendable () -> Instant
  private let random: RandomSource
  /// Disks take their time, and the threads of tasks are few.
  private let queue = DispatchQueue(label: "message-files")

  /// Takes a folder, and makes it with mode 0700 where it is not there.
  ///
  /// - Throws: `unreachable` where it cannot be made.
  public init(
    folder: String, from: MailAddress, clock: @escaping @Sendable () -> Instant,
    random: RandomSource = .system
  ) throws(MailError) {
    self.folder = folder
    self.from = from
    self.clock = clock
    self.random = random
    do throws(PrivateFile.Failure) { try PrivateFile.createFolder(folder) } catch {
      throw MailError(.unreachable, error.message)
    }
  }

  public func send(_ message: MailMessage) async throws(MailError) {
    let now = clock()
    let token = random.bytes(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    // As many digits for every moment, so that names sort by it.
    let moment = String(format: "%017lld", max(now.microseconds, 0))
    let bytes = MessageText.render(message, from: from, at: now, id: "\(moment).\(token)")
    let path = "\(folder)/\(moment)-\(token).eml"
    let failure: MailError? = await withCheckedContinuation { reply in
      queue.async {
        do throws(PrivateFile.Failure) {
          let isNew = try PrivateFile.create(path, bytes, token: token)
          reply.resume(
            returning: isNew ? nil : MailError(.unreachable, "\(path) is there already"))
        } catch {
          reply.resume(returning: MailError(.unreachable, error.message))
        }
      }
    }
    if let failure { throw failure }
  }
}
