import Foundation

/// A mail server of the tests on this machine, which takes messages as well or as badly as a test asks
/// for; it ends with this value.
public final class MailServer: @unchecked Sendable {
  /// What it does.
  public enum Fault: String, Sendable, CaseIterable {
    case none
    /// Says nothing at all.
    case silent
    /// Says that it is busy, before anything, to the addressee, and to the message.
    case busy, busyAddressee, busyMessage
    /// Refuses the connection, the addressee, and the message.
    case closed, refusedAddressee, refusedMessage
    /// Resets the connection at the start, and once it has the message.
    case reset, resetMessage
    /// Says what is not SMTP.
    case garbage
    /// Says more than anybody wants to read.
    case endless
    /// Offers no STARTTLS, though it takes messages.
    case noSTARTTLS
    /// Knows no password.
    case wrongPassword
  }

  /// Debian's, which alone has what the tests need.
  public static let python = "/usr/bin/python3"

  public let port: Int
  private let home: Home
  private let process: Process
  private let log: String

  /// - Parameters:
  ///   - certificate: what it shows; see `makeCertificate`.
  ///   - isTLS: whether it encrypts from the first byte.
  ///   - login: the name and password without which it takes nothing.
  ///   - pauseMilliseconds: before it says that it has a message.
  ///   - port: where it listens; 0 for any.
  public init(
    _ fault: Fault = .none, certificate: String? = nil, isTLS: Bool = false,
    login: (user: String, password: String)? = nil, pauseMilliseconds: Int = 0, port: Int = 0
  ) throws {
    home = try Home()
    log = home.variables["HOME", default: ""] + "/received"
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let output = Pipe()
    process = home.process(
      Self.python,
      [
        "-u", "-c", Self.program, fault.rawValue, certificate ?? "", isTLS ? "tls" : "",
        login.map { "\0\($0.user)\0\($0.password)" }.map {
          Data($0.utf8).base64EncodedString()
        } ?? "", "\(pauseMilliseconds)", "\(port)", log,
      ])
    process.standardOutput = output
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 0x0A {
      line.append(byte)
    }
    guard let port = Int(String(decoding: line, as: UTF8.self)) else {
      process.terminate()
      throw CocoaError(.executableLoad)
    }
    self.port = port
  }

  deinit { end() }

  public func end() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// A message as it came.
  public struct Received: Sendable {
    public let from: String
    public let to: String
    public let text: String

    /// The value of its header.
    public func header(_ name: String) -> String? {
      text.components(separatedBy: "\r\n").prefix { !$0.isEmpty }
        .first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        .map { String($0.dropFirst(name.count + 2)) }
    }
  }

  /// All messages so far, in the order in which they came. One that it was given and has not
  /// acknowledged is among them.
  public var received: [Received] {
    let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t").map(String.init)
      guard parts.count == 3, let bytes = Data(base64Encoded: parts[2]) else { return nil }
      return Received(from: parts[0], to: parts[1], text: String(decoding: bytes, as: UTF8.self))
    }
  }

  /// Makes a certificate for a host name, and its key in the same file.
  ///
  /// - Returns: nil where there is no `openssl`.
  public static func makeCertificate(for host: String, in folder: String) throws -> String? {
    guard FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl") else { return nil }
    let path = "\(folder)/\(host).pem"
    let made = try Home.run(
      "/usr/bin/openssl",
      [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=\(host)",
        "-addext", "subjectAltName=DNS:\(host)", "-out", path, "-keyout", path + ".key",
      ])
    guard made.status == 0 else { return nil }
    let (certificate, key) = (
      try String(contentsOfFile: path, encoding: .utf8),
      try String(contentsOfFile: path + ".key", encoding: .utf8)
    )
    try (certificate + key).write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  private static let program = #"""
    import base64, socket, ssl, struct, sys, threading, time
    fault, certificate, tls, login, pause, port, log = sys.argv[1:8]
    lock = threading.Lock()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)

    def reset(link):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()

    def serve(link):
        if tls: link = context.wrap_socket(link, server_side=True)
        reader = link.makefile("rb")
        def say(text): link.sendall((text + "\r\n").encode())
        if fault == "silent": time.sleep(600)
        if fault == "reset": return reset(link)
        if fault == "busy": say("421 come back later"); return
        if fault == "closed": say("554 no mail here"); return
        if fault == "garbage": say("SSH-2.0-OpenSSH_9.2"); time.sleep(1); return
        if fault == "endless":
            while True: say("220-" + "x" * 1000)
        say("220 tests ESMTP")
        safe, known, sender, to = bool(tls), not login, "", ""
        while True:
            line = reader.readline()
            if not line: return
            line = line.decode().rstrip("\r\n")
            word = line[:4].upper()
            if word == "EHLO":
                offers = ["tests"]
                if context and not safe and fault != "noSTARTTLS": offers.append("STARTTLS")
                if login and safe: offers.append("AUTH PLAIN")
                for offer in offers[:-1]: say("250-" + offer)
                say("250 " + offers[-1])
            elif word == "STAR":
                say("220 go ahead")
                link = context.wrap_socket(link, server_side=True)
                reader, safe = link.makefile("rb"), True
            elif word == "AUTH":
                parts = line.split(" ")
                if len(parts) < 3:
                    say("334 ")
                    parts.append(reader.readline().decode().strip())
                known = parts[2] == login and fault != "wrongPassword"
                say("235 welcome" if known else "535 5.7.8 wrong")
            elif word == "MAIL":
                if not known: say("530 log in first"); continue
                sender = line[10:].split(">")[0].lstrip("<")
                say("250 ok")
            elif word == "RCPT":
                to = line[8:].split(">")[0].lstrip("<")
                if fault == "busyAddressee": say("450 4.2.1 busy")
                elif fault == "refusedAddressee": say("550 5.1.1 nobody")
                else: say("250 ok")
            elif word == "DATA":
                say("354 go on")
                body = b""
                while True:
                    part = reader.readline()
                    if part == b".\r\n": break
                    if not part: return
                    body += part[1:] if part.startswith(b".") else part
                if fault == "resetMessage": return reset(link)
                if fault == "busyMessage": say("451 4.3.0 busy"); continue
                if fault == "refusedMessage": say("554 5.6.0 no"); continue
                with lock, open(log, "a") as out:
                    out.write("%s\t%s\t%s\n" % (sender, to, base64.b64encode(body).decode()))
                time.sleep(int(pause) / 1000)
                say("250 taken")
            elif word == "QUIT": say("221 bye"); return
            else: say("250 ok")

    def begin(link):
        try: serve(link)
        except (OSError, ValueError): pass
        finally: link.close()

    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(port)))
    server.listen(64)
    print(server.getsockname()[1], flush=True)
    while True:
        link, _ = server.accept()
        threading.Thread(target=begin, args=(link,), daemon=True).start()
    """#
}
