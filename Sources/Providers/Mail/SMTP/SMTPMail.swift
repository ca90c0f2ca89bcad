public import Base

/// Hands messages to a mail server (RFC 5321).
///
/// No connection goes into the inside network unless it is allowed, whatever name led to it. The work is
/// done on threads of its own, which keep their connections for later messages.
public final class SMTPMail: Mail {
  private let server: SMTPServer
  private let from: MailAddress
  private let allowedNetworks: [AddressRange]
  private let queue: WorkQueue
  private let handles = TransferHandles()

  /// - Parameters:
  ///   - from: whom messages come from, and whom the server tells what becomes of them later.
  ///   - allowedNetworks: parts of the inside network that the server may lie in.
  ///   - concurrent: messages that are sent at a time.
  /// - Throws: `settings` where a password would be sent unencrypted.
  public init(
    server: SMTPServer, from: MailAddress, allowedNetworks: [AddressRange] = [],
    concurrent: Int = 4
  ) throws(MailError) {
    if server.login != nil, server.encryption == .none {
      throw MailError(
        .settings, "the password would go to \(server) unencrypted; use TLS or no password")
    }
    self.server = server
    self.from = from
    self.allowedNetworks = allowedNetworks
    queue = WorkQueue(name: "mail", threads: concurrent, mostWaiting: concurrent)
  }

  public func send(_ letter: MailLetter) async throws(MailError) {
    try await perform(letter)
  }

  /// Connects, encrypts and logs in as for a message, and sends none.
  ///
  /// - Throws: `unreachable`.
  public func check() async throws(MailError) { try await perform(nil) }

  private func perform(_ letter: MailLetter?) async throws(MailError) {
    let failure = await queue.run { [server, from, allowedNetworks, handles] in
      let transfer = SMTPTransfer(
        letter, to: server, from: from.address,
        guarding: AddressGuard(
          allowed: allowedNetworks, isInsideOnly: server.encryption == .none))
      // The library keeps a connection that broke while the server had the message.
      return handles.withHandle(isGood: { $0 == nil }) { transfer.perform(on: $0) }
    }
    switch failure {
    case .some(nil): return
    case .some(let error?): throw error
    case nil: throw MailError(.unreachable, "too many messages wait for \(server)")
    }
  }
}
