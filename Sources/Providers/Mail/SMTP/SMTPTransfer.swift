internal import CCurl

/// One message on its way to a mail server, on a thread that may wait.
final class SMTPTransfer {
  private let letter: MailLetter?
  private let server: SMTPServer
  private let from: String
  private let guarding: AddressGuard
  /// Bytes of the message that were read.
  private var sent = 0
  private var answerBytes = 0

  /// What a server says at the most.
  private static let mostAnswerBytes = 64 * 1024

  /// - Parameter letter: nil for none, to see whether the server would take one.
  init(_ letter: MailLetter?, to server: SMTPServer, from: String, guarding: AddressGuard) {
    self.letter = letter
    self.server = server
    self.from = from
    self.guarding = guarding
  }

  /// - Returns: nil where the server has taken the message.
  func perform(on handle: UnsafeMutableRawPointer?) -> MailError? {
    guard let handle else { return failed(-1) }
    var recipients: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(recipients) }
    if let letter {
      recipients = curl_slist_append(nil, letter.to)
      guard recipients != nil else { return failed(-1) }
    }
    let configured = configure(handle, recipients)
    guard configured == CURLE_OK else { return failed(Int(configured.rawValue)) }
    return failure(of: curl_easy_perform(handle), handle)
  }

  // MARK: Setting up

  private func configure(
    _ handle: UnsafeMutableRawPointer, _ recipients: UnsafeMutablePointer<curl_slist>?
  ) -> CURLcode {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let timeout = max(server.timeout.milliseconds, 1)
    // What follows the host is the name that is said to the server; this machine's is its own affair.
    let name = from.split(separator: "@").last.map(String.init) ?? "localhost"
    var steps: [() -> CURLcode] = [
      { curl_limit_protocols(handle, "smtp,smtps", Int(CURLPROTO_SMTP | CURLPROTO_SMTPS)) },
      { curl_set_text(handle, CURLOPT_URL, self.server.url + "/" + name) },
      { curl_set_number(handle, CURLOPT_NOSIGNAL, 1) },
      { curl_set_quick_exit(handle) },
      { curl_set_number(handle, CURLOPT_TIMEOUT_MS, timeout) },
      { curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, min(timeout, 10_000)) },
      // An empty text is none, whatever the environment says.
      { curl_set_text(handle, CURLOPT_PROXY, "") },
      { curl_set_text(handle, CURLOPT_NOPROXY, "*") },
      { curl_set_number(handle, CURLOPT_NETRC, 0) },
      { curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1) },
      { curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2) },
      { curl_set_number(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) },
      { curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, Self.onAnswer) },
      { curl_set_pointer(handle, CURLOPT_HEADERDATA, context) },
      { curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, Self.onAnswer) },
      { curl_set_pointer(handle, CURLOPT_WRITEDATA, context) },
      { self.guarding.attach(to: handle) },
    ]
    if server.encryption == .startTLS {
      steps.append { curl_set_number(handle, CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }
    }
    if let certificates = server.certificates {
      steps.append { curl_set_text(handle, CURLOPT_CAINFO, certificates) }
    }
    if let login = server.login {
      steps += [
        { curl_set_text(handle, CURLOPT_USERNAME, login.user) },
        { curl_set_text(handle, CURLOPT_PASSWORD, login.password) },
      ]
    }
    if let letter {
      steps += [
        { curl_set_text(handle, CURLOPT_MAIL_FROM, self.from) },
        { curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients) },
        { curl_set_number(handle, CURLOPT_UPLOAD, 1) },
        { curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(letter.bytes.count)) },
        { curl_set_receiver(handle, CURLOPT_READFUNCTION, Self.onRead) },
        { curl_set_pointer(handle, CURLOPT_READDATA, context) },
      ]
    } else {
      steps += [
        { curl_set_number(handle, CURLOPT_NOBODY, 1) },
        { curl_set_text(handle, CURLOPT_CUSTOMREQUEST, "NOOP") },
      ]
    }
    for step in steps {
      let code = step()
      if code != CURLE_OK { return code }
    }
    return CURLE_OK
  }

  // MARK: What the library calls

  private static let onRead: curl_shim_bytes = { bytes, size, count, context in
    guard let bytes, let context else { return 0 }
    let transfer = Unmanaged<SMTPTransfer>.fromOpaque(context).takeUnretainedValue()
    let rest = transfer.letter?.bytes.dropFirst(transfer.sent).prefix(size * count) ?? []
    rest.withUnsafeBytes { rest in
      UnsafeMutableRawBufferPointer(start: bytes, count: size * count).copyMemory(from: rest)
    }
    transfer.sent += rest.count
    return rest.count
  }

  private static let onAnswer: curl_shim_bytes = { _, size, count, context in
    guard let context else { return 0 }
    let transfer = Unmanaged<SMTPTransfer>.fromOpaque(context).takeUnretainedValue()
    transfer.answerBytes += size * count
    // The transfer ends where not all is taken.
    return transfer.answerBytes > mostAnswerBytes ? 0 : size * count
  }

  // MARK: The outcome

  /// What a server says that asks for a login, or refuses the one that was given: every message would
  /// be refused, and none of them is at fault (RFC 4954).
  private static let loginCodes: Set<Int> = [530, 534, 535, 538]

  private func failure(of code: CURLcode, _ handle: UnsafeMutableRawPointer) -> MailError? {
    if code == CURLE_OK { return nil }
    var status = 0
    _ = curl_status_code(handle, &status)
    // Only what is said to the message itself is about it, not what is said to the connection.
    let isAboutMessage =
      code == CURLE_SEND_ERROR || (letter.map { sent == $0.bytes.count } ?? false)
    if isAboutMessage, 500..<600 ~= status, !Self.loginCodes.contains(status) {
      return MailError(.refused, "\(server) refused a message for good: it said \(status)")
    }
    switch code {
    case CURLE_OPERATION_TIMEDOUT:
      return unreachable("did not answer within \(server.timeout.milliseconds) ms")
    case CURLE_COULDNT_RESOLVE_HOST: return unreachable("has a name that leads to no address")
    case CURLE_COULDNT_CONNECT where guarding.hasRefusedAll && guarding.isInsideOnly:
      return unreachable(
        "is not in a part of the inside network that is allowed, and messages go nowhere else "
          + "unencrypted")
    case CURLE_COULDNT_CONNECT where guarding.hasRefusedAll:
      return unreachable("lies in the inside network, where connections may not go")
    case CURLE_COULDNT_CONNECT: return unreachable("takes no connection")
    case CURLE_USE_SSL_FAILED:
      return unreachable("does not offer STARTTLS, so nothing is sent to it")
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS:
      return unreachable("has no certificate that TLS can trust, so nothing is sent to it")
    case CURLE_LOGIN_DENIED: return unreachable("refuses the name or the password")
    case _ where status >= 400: return unreachable("takes no message now: it said \(status)")
    case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR:
      return unreachable("ended the connection before it had taken the message")
    case CURLE_WEIRD_SERVER_REPLY: return unreachable("answers with something that is not SMTP")
    default: return failed(Int(code.rawValue))
    }
  }

  private func unreachable(_ what: String) -> MailError {
    MailError(.unreachable, "the mail server \(server) \(what)")
  }

  private func failed(_ number: Int) -> MailError {
    unreachable("did not take a message: libcurl's error \(number)")
  }
}
