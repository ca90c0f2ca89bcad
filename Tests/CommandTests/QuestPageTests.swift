import BuiltProgram
import Foundation
import Testing

/// `plot -o quest.html`: one file that works offline, and whose names are text.
@Suite struct QuestPageTests {
  /// A route with a spike, and names that a page must not take for markup.
  private static let gpx = """
    <?xml version="1.0" encoding="UTF-8"?>
    <gpx version="1.1" creator="a" xmlns="http://www.topografix.com/GPX/1/1">
    <wpt lat="47.05" lon="8.05"><name>&lt;img src=x onerror=alert(1)&gt;</name>\
    <desc>&lt;/script&gt;&lt;b&gt;A story&lt;/b&gt; of two lines</desc></wpt>
    <trk><name>Half &lt;b&gt; &amp; half</name><trkseg>
    <trkpt lat="47.00" lon="8.00"><ele>400</ele></trkpt>
    <trkpt lat="47.01" lon="8.01"><ele>420</ele></trkpt>
    <trkpt lat="47.02" lon="8.02"><ele>480</ele></trkpt>
    <trkpt lat="47.30" lon="8.80"><ele>470</ele></trkpt>
    <trkpt lat="47.03" lon="8.03"><ele>470</ele></trkpt>
    <trkpt lat="47.04" lon="8.04"><ele>440</ele></trkpt>
    <trkpt lat="47.05" lon="8.05"><ele>430</ele></trkpt>
    <trkpt lat="47.06" lon="8.06"><ele>430</ele></trkpt>
    </trkseg></trk></gpx>
    """

  private static let chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  private func page(_ folder: Folder) throws -> String {
    let gpx = try folder.file("a.gpx", Self.gpx)
    let answer = try Program.run(["plot", gpx, "-o", folder.path("quest.html")])
    #expect(answer.status == 0 && answer.bytes.isEmpty)
    return try String(contentsOfFile: folder.path("quest.html"), encoding: .utf8)
  }

  @Test func itNeedsNothingElseAndNamesAreText() throws {
    let folder = try Folder()
    let page = try page(folder)
    #expect(page.hasPrefix("<!doctype html>"))
    #expect(page.contains("<title>Half &lt;b&gt; &amp; half</title>"))
    for word in [" src=", " href=", "@import", "url(", "<link", "<img", "<iframe", "fetch("] {
      #expect(!page.replacing("\\u003cimg src=x", with: "").contains(word), "\(word)")
    }
    // The only address is the name of SVG, which nothing is fetched from.
    for piece in page.components(separatedBy: "://").dropFirst() {
      #expect(
        piece.hasPrefix("www.w3.org/2000/svg") || piece.hasPrefix("www.topografix.com"),
        "\(piece.prefix(60))")
    }
    #expect(page.contains("default-src 'none'"))
    #expect(page.components(separatedBy: "</script>").count == 3, "a name ends a script")
    #expect(page.contains("\"name\":\"\\u003cimg src=x onerror=alert(1)>\""))
    #expect(page.contains("\"place\":\"line "))
  }

  @Test func unitsThemeAndPositionAreTaken() throws {
    let folder = try Folder()
    let gpx = try folder.file("a.gpx", Self.gpx)
    let answer = try Program.run(
      [
        "plot", gpx, "-o", "-", "--format", "html", "--theme", "dark", "--units", "mi", "--at",
        "1mi", "--title", "T <i>",
      ])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.text.contains("data-theme=\"dark\"") && answer.text.contains("\"name\":\"mi\""))
    #expect(answer.text.contains("\"position\":1609.344"))
    #expect(answer.text.contains("<h1 dir=\"auto\">T &lt;i&gt;</h1>"))
  }

  @Test(.enabled(if: chromium != nil, "chromium is not installed"))
  func aClickOnAFindingShowsItsPlaceAndFliesThere() throws {
    let folder = try Folder()
    let page = try page(folder)
    func dump(_ script: String) throws -> String {
      let probe = """
        <script>\(script)</script>
        </body>
        """
      let file = try folder.file("probe.html", page.replacing("</body>", with: probe))
      return try open(file, in: folder)
    }
    let before = try dump("document.title = view.getAttribute('transform');")
    #expect(before.contains("<title>translate(0 0) scale(1)</title>"))
    // The waypoint's name and story are words on the page.
    #expect(before.contains("&lt;img src=x onerror=alert(1)&gt;") && !before.contains("<img"))
    let after = try dump(
      """
      const button = [...document.querySelectorAll('#findings button')].find((b) => b.textContent.includes('spike'));
      button.click();
      setTimeout(() => {
        document.title = view.getAttribute('transform');
        document.body.dataset.dot = byId('readout').textContent;
      }, 1500);
      """)
    let detail = try #require(
      after.components(separatedBy: "id=\"detail\"").dropFirst().first?
        .components(separatedBy: "</section>").first)
    #expect(detail.contains("spike") && detail.contains("line 8, column 1"), "\(detail)")
    #expect(after.contains("scale(8)</title>"))
    // The dot stands where the finding is, and not at a place near it.
    #expect(after.contains("47.30000, 8.80000 · 470 m\""), "\(after.suffix(400))")
    let boxes = try dump(
      """
      [...document.querySelectorAll('#findings button')].find((b) => b.textContent.includes('spike')).click();
      const detail = byId('detail');
      document.title = detail.scrollHeight <= detail.clientHeight ? 'all is seen' : 'cut off';
      """)
    #expect(boxes.contains("<title>all is seen</title>"))
    let story = try dump("document.querySelector('#waypoints button').click();")
    #expect(story.contains("&lt;/script&gt;&lt;b&gt;A story&lt;/b&gt; of two lines"))
    let walked = try dump(
      "walk.value = walk.max; walk.dispatchEvent(new Event('input')); document.title = byId('readout').textContent;"
    )
    #expect(walked.contains("47.06000, 8.06000 · 430 m</title>"))
  }

  /// The page as a browser without a network has it two seconds after it was opened.
  private func open(_ file: String, in folder: Folder) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: try #require(Self.chromium))
    process.arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
      "--user-data-dir=\(folder.path("profile"))", "--host-resolver-rules=MAP * ~NOTFOUND",
      "--window-size=1200,1000", "--force-prefers-reduced-motion", "--virtual-time-budget=3000",
      "--dump-dom", "file://\(file)",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: bytes, as: UTF8.self)
  }
}
