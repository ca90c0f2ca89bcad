import ArgumentParser

/// Who delivers mail.
struct MailOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who delivers mail: builtin (files in a folder) or smtp.", valueName: "service"),
    completion: .list(["builtin", "smtp"]))
  var mail: String?

  @Option(
    help: ArgumentHelp(
      "Whom mail is from; needed with --mail smtp, else milequest@localhost.", valueName: "address")
  )
  var mailFrom: String?

  @Option(
    help: ArgumentHelp(
      "With --mail builtin: where mail is written as files; by default a folder beside the ledger.",
      valueName: "folder"),
    completion: .directory)
  var mailFolder: String?

  @Option(
    help: ArgumentHelp(
      "With --mail smtp: the mail server, such as smtp://mail.example.org:587, which must offer STARTTLS, or smtps://mail.example.org:465.",
      valueName: "url"))
  var smtpUrl: String?

  @Option(
    help: ArgumentHelp(
      "With --mail smtp: the name to log in with; without it nobody logs in.", valueName: "name"))
  var smtpUser: String?

  @Option(
    help: ArgumentHelp(
      "With --smtp-user: the file with the password, which its owner alone can read.",
      valueName: "file"), completion: .file())
  var smtpPasswordFile: String?

  @Option(
    help: ArgumentHelp(
      "With --mail smtp: a file of certificates (PEM) to trust in place of the system's.",
      valueName: "file"), completion: .file())
  var smtpCaFile: String?

  @Option(
    help: ArgumentHelp(
      "With --mail smtp: how long one message may take, 1 to 600; 30 by default.",
      valueName: "seconds"))
  var smtpTimeout: String?

  @Option(
    help: ArgumentHelp(
      "With --mail smtp and a smtp:// address: false sends unencrypted, without a password, to a server on this machine or in a private network.",
      valueName: "bool"))
  var smtpStarttls: String?
}
