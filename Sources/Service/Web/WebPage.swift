/// A page of the browser client as the server sends it: what a chat shows of a link, what a browser
/// without JavaScript shows, and the names of the files that do the rest.
struct WebPage: Sendable {
  let title: String
  let description: String
  /// Where it stands, such as `/walks`.
  let path: String
  /// The path of a picture of 1200 × 630 pixels to share.
  var picture: String?
  /// What is shown until the script has begun; text of others in it is escaped.
  let body: String
  /// Whether search engines may list it.
  var isListed = true
  /// Whether it stands in a frame of another site: without a session, and not to be installed.
  var isFrame = false
  /// What pages that it leads to are told of it.
  var referrer = "same-origin"

  /// What a browser may do with it: run and load what comes from the service, and nothing else.
  ///
  /// The map library draws in workers that it makes of its own text, and its icons are `data:`.
  ///
  /// - Parameters:
  ///   - tiles: the origin of a style that the operator has chosen.
  ///   - socket: the origin of the WebSocket that carries live events from outside.
  ///   - framers: the origins whose pages may show it in a frame.
  static func policy(
    tiles: String?, socket: String? = nil, framedBy framers: [String] = []
  ) -> String {
    let tiles = tiles.map { " " + $0 } ?? ""
    let socket = socket.map { " " + $0 } ?? ""
    let frames = framers.isEmpty ? "'none'" : framers.joined(separator: " ")
    return "default-src 'none'; script-src 'self'; style-src 'self'; "
      + "img-src 'self' data: blob:\(tiles); connect-src 'self'\(tiles)\(socket); "
      + "worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'self'; "
      + "frame-ancestors \(frames)"
  }

  /// - Parameters:
  ///   - files: those that it begins with.
  ///   - address: of the service, without a slash at its end.
  func html(_ files: WebFiles, at address: String) -> [UInt8] {
    let place = Self.escaped(address + path)
    var head = """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Self.escaped(title))</title>
      <meta name="description" content="\(Self.escaped(description))">
      <meta name="color-scheme" content="light dark">
      <link rel="canonical" href="\(place)">
      <meta property="og:type" content="website">
      <meta property="og:site_name" content="Mile Quest">
      <meta property="og:title" content="\(Self.escaped(title))">
      <meta property="og:description" content="\(Self.escaped(description))">
      <meta property="og:url" content="\(place)">

      """
    if let picture {
      head += """
        <meta property="og:image" content="\(Self.escaped(address + picture))">
        <meta property="og:image:width" content="1200">
        <meta property="og:image:height" content="630">
        <meta name="twitter:card" content="summary_large_image">

        """
    }
    if !isListed { head += "<meta name=\"robots\" content=\"noindex\">\n" }
    head += """
      <link rel="icon" href="/assets/\(files.icon)" type="image/svg+xml">
      <link rel="stylesheet" href="/assets/\(files.style)">
      <script type="module" src="/assets/\(isFrame ? files.frameScript : files.script)"></script>

      """
    if !isFrame {
      for name in files.preloads {
        head += "<link rel=\"modulepreload\" href=\"/assets/\(name)\">\n"
      }
      head += """
        <link rel="manifest" href="/assets/\(files.manifest)">
        <link rel="apple-touch-icon" href="/assets/\(files.touchIcon)">
        <meta name="theme-color" content="#0b6e4f">

        """
    }
    let bar = "<header class=\"bar\"><a class=\"brand\" href=\"/\">Mile Quest</a></header>\n"
    head += """
      </head>
      <body>
      <div id="app">
      \(isFrame ? "" : bar)<main id="main">\(body)</main>
      </div>
      <noscript><p class="notice">Live maps, signing in and logging walks need JavaScript.</p></noscript>
      </body>
      </html>

      """
    return Array(head.utf8)
  }

  static func escaped(_ text: String) -> String { DocsPage.escaped(text) }
}
