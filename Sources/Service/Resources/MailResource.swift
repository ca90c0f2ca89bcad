import Providers
import Quests

/// The way out of messages: one click of a mail program, or a page for people.
enum MailResource {
  private static let page = "text/html; charset=utf-8"
  private static let answers = [Endpoint.Answer(200, "A page.", mediaType: page, .text())]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/mail/unsubscribe", "showUnsubscribe", "Ask whether messages are to end",
      details: "A page with a button. Nothing ends by looking at it, as programs do.", tag: "Mail",
      access: .open, parameters: [.mailToken], answers: answers, problems: [.notFound]
    ) { call in
      _ = try target(call)
      return html(
        "<form method=\"post\"><button>Send me no more messages of this kind</button></form>")
    },
    Endpoint(
      .post, "/v1/mail/unsubscribe", "unsubscribe", "End messages of a kind",
      details: "For the `List-Unsubscribe` header of a message (RFC 8058): the link alone decides, "
        + "the body is not read. Once they have ended it does nothing.", tag: "Mail",
      access: .open, parameters: [.mailToken], answers: answers, problems: [.notFound]
    ) { call in
      switch try target(call) {
      case .person(let person, let choices):
        try await call.backend.signIn.refuse(choices, of: person)
      case .address(let address): try await call.backend.mail.outbox.refuse(address)
      }
      return html("<p>You will get no more messages of this kind.</p>")
    },
  ]

  private static func target(_ call: Call) throws -> MailLinks.Target {
    guard let target = call.backend.mailLinks.target(of: call[.mailToken]) else {
      throw Problem(.notFound, "this link is not one of ours; take the one in your last message")
    }
    return target
  }

  private static func html(_ content: String) -> Reply {
    Reply(
      .ok,
      .bytes(
        Array(
          """
          <!DOCTYPE html>
          <html lang="en"><head><meta charset="utf-8"><title>Mile Quest: mail</title>
          <meta name="viewport" content="width=device-width"></head>
          <body style="font:18px/1.5 sans-serif;max-width:30em;margin:3em auto;padding:0 1em">
          <h1>Mile Quest</h1>\(content)</body></html>

          """.utf8), mediaType: page))
  }
}

extension ParameterKey {
  fileprivate static let mailToken = Parameter<String>(
    required: "token", .text(1...MailLinks.mostTokenBytes), "From the message.")
}
