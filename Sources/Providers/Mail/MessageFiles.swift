internal import Foundation

/// Mail that goes nowhere but into a folder, one `.eml` file a message: what there is until a
/// mail server is configured.
///
/// Files have mode 0600, for they hold codes; their names sort by time. A file that is there is
/// whole, and a message that comes again finds its file.
public struct MessageFiles: Mail {
  private let folder: String
  private let random: RandomSource
  /// Disks take their time, and the threads of tasks are few.
  private let queue = DispatchQueue(label: "message-files")

  /// Takes a folder, and makes it with mode 0700 where it is not there.
  ///
  /// - Throws: `unreachable` where it cannot be made.
  public init(folder: String, random: RandomSource = .system) throws(MailError) {
    self.folder = folder
    self.random = random
    do throws(PrivateFile.Failure) { try PrivateFile.createFolder(folder) } catch {
      throw MailError(.unreachable, error.message)
    }
  }

  public func send(_ letter: MailLetter) async throws(MailError) {
    // What a killed process has left beside the file is in nobody's way.
    let token = random.bytes(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    // As many digits for every moment, so that names sort by it.
    let moment = String(format: "%017lld", max(letter.postedAt.microseconds, 0))
    let path = "\(folder)/\(moment)-\(letter.id).eml"
    let failure: MailError? = await withCheckedContinuation { reply in
      queue.async {
        do throws(PrivateFile.Failure) {
          _ = try PrivateFile.create(path, letter.bytes, token: token)
          reply.resume(returning: nil)
        } catch {
          reply.resume(returning: MailError(.unreachable, error.message))
        }
      }
    }
    if let failure { throw failure }
  }
}
