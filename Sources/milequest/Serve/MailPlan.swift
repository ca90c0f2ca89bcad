import Base
import Providers

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Who delivers mail, as the options and variables say.
struct MailPlan {
  let from: MailAddress
  /// Nil where messages are written to files.
  private let server: SMTPServer?
  private let folder: String?
  private let allowedNetworks: [AddressRange]

  /// - Throws: `usage` for what cannot be, and for a secret or another setting that is missing.
  init(_ options: MailOptions, _ outgoing: OutgoingOptions) throws {
    let service = Setting(options.mail, "MAIL")
    switch service?.text ?? "builtin" {
    case "builtin":
      try Setting.refuse(
        [
          Setting(options.smtpUrl, "SMTP_URL"), Setting(options.smtpUser, "SMTP_USER"),
          Setting(options.smtpPasswordFile, "SMTP_PASSWORD_FILE"),
          Setting(options.smtpStarttls, "SMTP_STARTTLS"),
          Setting(options.smtpCaFile, "SMTP_CA_FILE"),
          Setting(options.smtpTimeout, "SMTP_TIMEOUT"),
        ], with: "--mail builtin", instead: "--mail smtp")
      server = nil
    case "smtp":
      // A folder is where messages would go without a server, and may stay in the settings.
      server = try Self.server(options)
    case let other:
      throw Failure(.usage, "\(service?.name ?? ""): “\(other)” is not one of builtin, smtp")
    }
    folder = Setting(options.mailFolder, "MAIL_FOLDER")?.text
    let from =
      server == nil
      ? Setting(options.mailFrom, "MAIL_FROM")
      : try Setting.required(options.mailFrom, "MAIL_FROM", for: "--mail smtp")
    self.from = try Self.naming(from?.name ?? "--mail-from") {
      try MailAddress(from?.text ?? "milequest@localhost", name: "Mile Quest")
    }
    allowedNetworks = try outgoing.networks()
  }

  private static func server(_ options: MailOptions) throws -> SMTPServer {
    let purpose = "--mail smtp"
    let url = try Setting.required(options.smtpUrl, "SMTP_URL", for: purpose)
    let starttls = Setting(options.smtpStarttls, "SMTP_STARTTLS")
    let encrypts = try starttls?.flag() ?? true
    var server = try naming(url.name) { try SMTPServer(url: url.text, encrypts: encrypts) }
    if !encrypts, case .tls = server.encryption {
      throw Failure(
        .usage, "\(url.name): smtps:// is encrypted, and --smtp-starttls false says that nothing is"
      )
    }
    if let user = Setting(options.smtpUser, "SMTP_USER") {
      let file = try Setting.required(
        options.smtpPasswordFile, "SMTP_PASSWORD_FILE", for: user.name)
      if let starttls, !encrypts {
        throw Failure(
          .usage,
          "\(starttls.name): the password of \(file.name) would go to \(server) unencrypted; leave out "
            + "--smtp-starttls (MILEQUEST_SMTP_STARTTLS), or log in without --smtp-user and "
            + "--smtp-password-file (MILEQUEST_SMTP_USER, MILEQUEST_SMTP_PASSWORD_FILE)")
      }
      server.login = (user.text, try naming(file.name) { try SecretText.load(file: file.text) })
    } else if let file = Setting(options.smtpPasswordFile, "SMTP_PASSWORD_FILE") {
      _ = try Setting.required(nil, "SMTP_USER", for: file.name)
    }
    if let file = Setting(options.smtpCaFile, "SMTP_CA_FILE") {
      guard access(file.text, R_OK) == 0 else {
        throw Failure(.usage, "\(file.name): \(file.text) cannot be read")
      }
      let text = String(
        decoding: try Files.read(file.text, limit: mostCertificateBytes), as: UTF8.self)
      guard text.contains("-----BEGIN CERTIFICATE-----") else {
        throw Failure(.usage, "\(file.name): \(file.text) holds no certificate (PEM)")
      }
      server.certificates = file.text
    }
    if let timeout = Setting(options.smtpTimeout, "SMTP_TIMEOUT") {
      guard let seconds = Int64(timeout.text), 1...600 ~= seconds else {
        throw Failure(.usage, "\(timeout.name): “\(timeout.text)” is not a number from 1 to 600")
      }
      server.timeout = .seconds(seconds)
    }
    return server
  }

  private static let mostCertificateBytes = 16 << 20

  private static func naming<Value>(_ name: String, _ make: () throws -> Value) throws -> Value {
    do { return try make() } catch let error as MailError {
      throw Failure(.usage, "\(name): \(error.message)")
    } catch let error as IdentityError {
      throw Failure(.usage, "\(name): \(error.message)")
    }
  }

  /// The mail server, to be asked whether it takes messages; nil where there is none.
  func smtp() throws(MailError) -> SMTPMail? {
    guard let server else { return nil }
    return try SMTPMail(server: server, from: from, allowedNetworks: allowedNetworks)
  }

  /// The folder that messages are written into; nil where they are not.
  func folder(beside address: StoreAddress) -> String? {
    if server != nil { return nil }
    if let folder { return folder }
    return if case .file(let path, _) = address { path + ".mail" } else { "milequest.mail" }
  }

  /// Who delivers, and how long a message is left to one process.
  func delivery(
    beside address: StoreAddress
  ) throws(MailError) -> (mail: any Mail, leaseSeconds: Int64) {
    if let smtp = try smtp(), let server {
      // Longer than a message takes.
      return (smtp, server.timeout.components.seconds + 10)
    }
    return (try MessageFiles(folder: folder(beside: address) ?? "milequest.mail"), 10)
  }
}
