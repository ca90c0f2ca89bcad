import Logging
import Testing

@testable import Service

/// Lines of the log are found by the part of the service that wrote them.
@Suite struct LogLabelTests {
  @Test func aPartHasItsLabelAndTheLogsLevel() throws {
    var all = Logger(label: "milequest") { JSONLogHandler(label: $0, level: .warning) }
    all[metadataKey: "node"] = "a"
    let mail = all.labelled("mail")
    let own = try #require(mail.handler as? JSONLogHandler)
    #expect(mail.label == "mail" && own.label == "mail")
    #expect(own.logLevel == .warning && own.metadata["node"] == "a")
    #expect((all.handler as? JSONLogHandler)?.label == "milequest")
  }
}
