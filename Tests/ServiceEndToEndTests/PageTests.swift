import BuiltProgram
import Foundation
import TestSupport
import Testing

/// What `docs/api.md` and `docs/live.md` ask their readers to copy, line by line, does what it says on the
/// sample ledger.
@Suite struct PageTests {
  @Test func theLinesOfTheServiceWork() throws {
    let ledger = try ServedLedger(.file)
    let root = Program.packageRoot
    let routes = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "routes").path
    )
    .filter { $0.hasSuffix(".geojson") }.map { root.appending(path: "routes/\($0)").path }
    for command in [
      ["import", "route"] + routes.sorted(),
      [
        "import", "activities", root.appending(path: "routes/sample-walks.csv").path, "--create",
        "--public", "--route", "Appalachian Trail",
      ],
    ] {
      let loaded = try Program.run(command + ["--store", ledger.address])
      #expect(loaded.status == 0, "\(loaded.errors)")
    }
    let service = try RunningService(ledger)
    // The markers are placed by the service itself, shortly after it has begun.
    #expect(
      try eventually {
        try service.send("GET", "/v1/quests?bbox=-90,30,-65,50").text.contains("questId")
      })
    let pages = try ["docs/api.md", "docs/live.md"].map {
      try String(contentsOf: root.appending(path: $0), encoding: .utf8)
    }
    let lines = pages.joined().components(separatedBy: "```sh\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
      .flatMap { $0.split(separator: "\n").map(String.init) }
    #expect(lines.count > 25)
    // Each line with its output after a mark of its own, so that a line can be told by its number.
    var script = "cd '\(root.path)'\n"
    for (number, line) in lines.enumerated() {
      let here =
        line.replacing("http://127.0.0.1:8080", with: "http://127.0.0.1:\(service.port)")
        .replacing(".build/samples/quests.sqlite.mail", with: ledger.mail)
        .replacing("-o dawn-patrol.geojson", with: "-o \(ledger.folder)/map.geojson")
        .replacing("-o appalachian-trail.gpx", with: "-o \(ledger.folder)/trail.gpx")
      if line.hasPrefix("CODE=") {
        // Mail goes out after the answer: who copies a line takes longer than a script.
        script += "for try in $(seq 300); do ls '\(ledger.mail)'/*.eml && break; sleep 0.1; done\n"
      }
      script += "printf '\\n@@%d\\n' \(number)\n\(here)\n"
      script += "test $? = 0 || printf '@@failed'\n"
    }
    let file = ledger.folder + "/lines.sh"
    try script.write(toFile: file, atomically: true, encoding: .utf8)
    let text = String(decoding: try Home.run("/bin/bash", [file]).output, as: UTF8.self)
    for (number, line) in lines.enumerated() {
      let answer =
        text.components(separatedBy: "\n@@\(number)\n").last?
        .components(separatedBy: "\n@@").first ?? ""
      #expect(
        !answer.contains("@@failed") && !answer.contains("\"code\":\"")
          || line.contains(":validate"),
        "\(line): \(answer.prefix(300))")
      // A line that shows something shows more than nothing.
      if line.hasPrefix("curl -s"), !line.contains(" -o ") {
        #expect(answer.count > 20, "\(line) shows nothing")
        // A page of live events without a version tells where to begin.
        #expect(
          !answer.contains("\"items\":[]") || answer.contains("\"reset\""),
          "\(line): \(answer.prefix(300))")
      }
    }
    // The walk at the end counts for the team.
    #expect(text.contains("\"totalMeters\":4988.9664"))
    #expect(
      try String(contentsOfFile: ledger.folder + "/trail.gpx", encoding: .utf8).contains("<gpx"))
    #expect(
      try String(contentsOfFile: ledger.folder + "/map.geojson", encoding: .utf8)
        .contains("travelled"))
    #expect(service.end() == 0)
  }
}
