/// Messages that wait to be sent, so that nobody learns from the time an answer takes whether there
/// was one.
public actor Outbox {
  private let mail: any Mail
  private let most: Int
  private let onFailure: @Sendable (MailError) -> Void
  private var waiting: [MailMessage?] = []
  private var isSending = false
  private var whenEmpty: [CheckedContinuation<Void, Never>] = []

  /// - Parameters:
  ///   - most: messages that wait at a time.
  ///   - onFailure: told of each message that could not be sent.
  public init(
    _ mail: any Mail, most: Int = 1_000,
    onFailure: @escaping @Sendable (MailError) -> Void = { _ in }
  ) {
    self.mail = mail
    self.most = most
    self.onFailure = onFailure
  }

  /// Takes a message, or none in place of one; the answer is the same.
  ///
  /// - Throws: `overloaded`.
  public func post(_ message: MailMessage?) throws(MailError) {
    guard waiting.count < most else {
      throw MailError(.overloaded, "more than \(most) messages wait to be sent; try again later")
    }
    waiting.append(message)
    if isSending { return }
    isSending = true
    Task { await sendAll() }
  }

  private func sendAll() async {
    while !waiting.isEmpty {
      let batch = waiting
      waiting = []
      for case let message? in batch {
        do throws(MailError) { try await mail.send(message) } catch { onFailure(error) }
      }
    }
    isSending = false
    for reply in whenEmpty { reply.resume() }
    whenEmpty = []
  }

  /// Waits until nothing is left to be sent.
  public func drain() async {
    guard isSending else { return }
    await withCheckedContinuation { whenEmpty.append($0) }
  }
}
