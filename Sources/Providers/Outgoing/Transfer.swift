internal import Base
internal import CCurl
internal import Foundation

/// Handles of the library that are free, with the connections that each keeps open.
final class TransferHandles: Sendable {
  private struct Handle: @unchecked Sendable {
    // One thread at a time has it.
    let pointer: UnsafeMutableRawPointer
  }

  private let free = Lock<[Handle]>([])

  deinit {
    for handle in free.withLock({ $0 }) { curl_easy_cleanup(handle.pointer) }
  }

  /// Before anything else of the library, once in the process.
  private static let isReady: Bool = curl_global_init(3) == CURLE_OK

  /// - Parameter isGood: whether what came of it lets the connection be used again; where the library
  ///   knows that by itself, it is always.
  func withHandle<Value>(
    isGood: (Value) -> Bool = { _ in true }, _ body: (UnsafeMutableRawPointer?) -> Value
  ) -> Value {
    let known = free.withLock { $0.popLast() }
    guard let pointer = known?.pointer ?? (Self.isReady ? curl_easy_init() : nil) else {
      return body(nil)
    }
    let handle = Handle(pointer: pointer)
    let value = body(pointer)
    if isGood(value) {
      // Pointers to what the request had are forgotten, connections are kept.
      curl_easy_reset(pointer)
      free.withLock { $0.append(handle) }
    } else {
      curl_easy_cleanup(pointer)
    }
    return value
  }
}

/// One request and its answer, on a thread that may wait.
///
/// Only `cancel` comes from another thread; everything else belongs to the one that performs.
final class Transfer: @unchecked Sendable {
  private let request: OutgoingRequest
  private let lines: [String]
  private let options: OutgoingClient.Options
  private let deadline: ContinuousClock.Instant
  private let isCancelled = Lock(false)

  private var headers: [(name: String, value: String)] = []
  private var headerBytes = 0
  private var body: [UInt8] = []
  private var isTooLarge = false
  private let guarding: AddressGuard

  /// Bytes of all headers of an answer.
  private static let mostHeaderBytes = 64 * 1024

  init(
    _ request: OutgoingRequest, lines: [String], options: OutgoingClient.Options,
    deadline: ContinuousClock.Instant
  ) {
    self.request = request
    self.lines = lines
    self.options = options
    self.deadline = deadline
    guarding = AddressGuard(allowed: options.allowedNetworks)
  }

  func cancel() { isCancelled.withLock { $0 = true } }

  var cancellation: OutgoingError {
    OutgoingError(.cancelled, "the request to \(request.url.origin) was cancelled")
  }

  var timeout: OutgoingError {
    OutgoingError(
      .timeout, "\(request.url.origin) did not answer within \(request.timeout.milliseconds) ms")
  }

  func perform(on handle: UnsafeMutableRawPointer?) -> Result<OutgoingResponse, OutgoingError> {
    if isCancelled.withLock({ $0 }) { return .failure(cancellation) }
    let rest = (deadline - .now).milliseconds
    guard rest > 0 else { return .failure(timeout) }
    var list: UnsafeMutablePointer<curl_slist>?
    defer { curl_slist_free_all(list) }
    for line in lines {
      guard let longer = curl_slist_append(list, line) else { return .failure(failed(-1)) }
      list = longer
    }
    guard let handle else { return .failure(failed(-1)) }
    return request.body.withUnsafeBytes { bytes in
      let configured = configure(handle, list, bytes, timeout: rest)
      guard configured == CURLE_OK else { return .failure(failed(Int(configured.rawValue))) }
      return result(of: curl_easy_perform(handle), handle)
    }
  }

  // MARK: Setting up

  private func configure(
    _ handle: UnsafeMutableRawPointer, _ list: UnsafeMutablePointer<curl_slist>?,
    _ bytes: UnsafeRawBufferPointer, timeout: Int
  ) -> CURLcode {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let connectTimeout = min(max(options.connectTimeout.milliseconds, 1), timeout)
    var steps: [() -> CURLcode] = [
      { curl_limit_protocols(handle, "http,https", Int(CURLPROTO_HTTP | CURLPROTO_HTTPS)) },
      { curl_set_text(handle, CURLOPT_URL, self.request.url.text) },
      { curl_set_list(handle, CURLOPT_HTTPHEADER, list) },
      { curl_set_number(handle, CURLOPT_NOSIGNAL, 1) },
      { curl_set_quick_exit(handle) },
      { curl_set_number(handle, CURLOPT_TIMEOUT_MS, timeout) },
      { curl_set_number(handle, CURLOPT_CONNECTTIMEOUT_MS, connectTimeout) },
      { curl_set_number(handle, CURLOPT_FOLLOWLOCATION, 0) },
      // An empty text is none, whatever the environment says.
      { curl_set_text(handle, CURLOPT_PROXY, self.options.proxy ?? "") },
      { curl_set_text(handle, CURLOPT_NOPROXY, self.options.proxy == nil ? "*" : "") },
      { curl_set_number(handle, CURLOPT_NETRC, 0) },
      { curl_set_number(handle, CURLOPT_SSL_VERIFYPEER, 1) },
      { curl_set_number(handle, CURLOPT_SSL_VERIFYHOST, 2) },
      { curl_set_number(handle, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2) },
      { curl_set_text(handle, CURLOPT_USERAGENT, "milequest") },
      { curl_set_receiver(handle, CURLOPT_WRITEFUNCTION, Transfer.onBody) },
      { curl_set_pointer(handle, CURLOPT_WRITEDATA, context) },
      { curl_set_receiver(handle, CURLOPT_HEADERFUNCTION, Transfer.onHeader) },
      { curl_set_pointer(handle, CURLOPT_HEADERDATA, context) },
      { curl_set_progress(handle, Transfer.onProgress) },
      { curl_set_pointer(handle, CURLOPT_XFERINFODATA, context) },
      { curl_set_number(handle, CURLOPT_NOPROGRESS, 0) },
    ]
    if options.proxy == nil {
      steps.append { self.guarding.attach(to: handle) }
    }
    if let certificates = options.certificates {
      steps.append { curl_set_text(handle, CURLOPT_CAINFO, certificates) }
    }
    switch request.method {
    case .get: steps.append { curl_set_number(handle, CURLOPT_HTTPGET, 1) }
    case .delete: steps.append { curl_set_text(handle, CURLOPT_CUSTOMREQUEST, "DELETE") }
    case .post:
      steps += [
        { curl_set_number(handle, CURLOPT_POST, 1) },
        { curl_set_size(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)) },
        // Without a pointer the library would ask for the body.
        {
          bytes.isEmpty
            ? curl_set_text(handle, CURLOPT_COPYPOSTFIELDS, "")
            : curl_set_pointer(handle, CURLOPT_POSTFIELDS, bytes.baseAddress)
        },
      ]
    }
    for step in steps {
      let code = step()
      if code != CURLE_OK { return code }
    }
    return CURLE_OK
  }

  // MARK: What the library calls

  private static func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let onBody: curl_shim_bytes = { bytes, size, count, context in
    guard let transfer = transfer(context), let bytes else { return 0 }
    return transfer.take(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
  }

  private static let onHeader: curl_shim_bytes = { bytes, size, count, context in
    guard let transfer = transfer(context), let bytes else { return 0 }
    return transfer.take(header: UnsafeRawBufferPointer(start: bytes, count: size * count))
  }

  private static let onProgress: curl_xferinfo_callback = { context, _, _, _, _ in
    transfer(context)?.isCancelled.withLock { $0 ? 1 : 0 } ?? 1
  }

  /// - Returns: how much of it was taken; the transfer ends where that is not all.
  private func take(body bytes: UnsafeRawBufferPointer) -> Int {
    guard body.count + bytes.count <= request.mostAnswerBytes else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  private func take(header bytes: UnsafeRawBufferPointer) -> Int {
    headerBytes += bytes.count
    guard headerBytes <= Self.mostHeaderBytes else {
      isTooLarge = true
      return 0
    }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      // An answer that came before, such as 100 Continue, had headers of its own.
      headers = []
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...]
      headers.append(
        (line[..<colon].lowercased(), value.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
    return bytes.count
  }

  // MARK: The outcome

  private func result(
    of code: CURLcode, _ handle: UnsafeMutableRawPointer
  ) -> Result<OutgoingResponse, OutgoingError> {
    var number = 0
    _ = curl_status_code(handle, &number)
    let status = number > 0 ? number : nil
    if code == CURLE_OK, let status {
      return .success(OutgoingResponse(status: status, headers: headers, body: body))
    }
    let origin = request.url.origin
    let error: OutgoingError =
      switch code {
      case _ where isTooLarge:
        OutgoingError(
          .tooLarge, "the answer of \(origin) is larger than \(request.mostAnswerBytes) bytes",
          status: status)
      case CURLE_ABORTED_BY_CALLBACK: cancellation
      case CURLE_OPERATION_TIMEDOUT: timeout
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
        OutgoingError(.unresolved, "the name of \(origin) leads to no address")
      case CURLE_COULDNT_CONNECT where guarding.hasRefusedAll:
        OutgoingError(
          .insideNetwork, "\(origin) lies in the inside network, where requests may not go")
      case CURLE_COULDNT_CONNECT: OutgoingError(.refused, "\(origin) takes no connection")
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
        CURLE_SSL_INVALIDCERTSTATUS:
        OutgoingError(.tls, "there is no connection to \(origin) that TLS can trust")
      case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE,
        CURLE_HTTP2, CURLE_HTTP2_STREAM:
        OutgoingError(
          .broken, "\(origin) ended the connection before the answer was complete", status: status)
      // The scheme has been checked: this is an answer without a status line.
      case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
        OutgoingError(.malformed, "what \(origin) answered is not HTTP")
      default: failed(Int(code.rawValue))
      }
    return .failure(error)
  }

  private func failed(_ number: Int) -> OutgoingError {
    OutgoingError(.failed, "the request to \(request.url.origin) failed: libcurl's error \(number)")
  }
}

extension Duration {
  /// Whole milliseconds; what is longer than any wait is cut off.
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(min(max(seconds, -86_400), 86_400)) * 1_000
      + Int(attoseconds / 1_000_000_000_000_000)
  }
}
