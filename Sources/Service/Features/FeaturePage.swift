import JSON

/// Features as pages for people: no script, and all that others wrote is escaped.
struct FeaturePage {
  private let call: Call
  private let root = FeaturesResource.root

  init(_ call: Call) { self.call = call }

  func landing() -> [UInt8] {
    page(
      FeaturesResource.title, [],
      "<p>\(Self.escaped(FeaturesResource.about)) Open <code>\(Self.escaped(call.featuresAddress))"
        + "</code> in QGIS, GDAL or any other client of OGC API Features.</p>\n<ul>\n"
        + Self.item("\(root)/collections?f=html", "The collections")
        + Self.item("\(root)/api?f=html", "The API for people")
        + Self.item("\(root)/api?f=json", "The API as OpenAPI 3.0")
        + Self.item("\(root)/conformance?f=html", "Conformance classes") + "</ul>\n")
  }

  func conformance() -> [UInt8] {
    let items = FeaturesResource.classes.map { "<li><code>\(Self.escaped($0))</code></li>\n" }
    return page("Conformance classes", [], "<ul>\n\(items.joined())</ul>\n")
  }

  func collections() -> [UInt8] {
    let items = FeatureKind.allCases.map { kind in
      "<li><a href=\"\(kind.path)?f=html\">\(kind.title)</a>: \(Self.escaped(kind.about))</li>\n"
    }
    return page("Collections", [], "<ul>\n\(items.joined())</ul>\n")
  }

  func collection(_ kind: FeatureKind) -> [UInt8] {
    page(
      kind.title, [("\(root)/collections", "Collections")],
      "<p>\(Self.escaped(kind.about))</p>\n<ul>\n"
        + Self.item("\(kind.path)/items?f=html", "The features")
        + Self.item("\(kind.path)/items?f=json", "The features as GeoJSON") + "</ul>\n")
  }

  func features(_ features: [ShownFeature], of kind: FeatureKind, next: String?) -> [UInt8] {
    var names: [String] = []
    for feature in features {
      for (name, _) in feature.properties where !names.contains(name) { names.append(name) }
    }
    var body = "<p>\(features.count) on this page.</p>\n<table>\n<tr><th>id</th>"
    body += names.map { "<th>\(Self.escaped($0))</th>" }.joined() + "</tr>\n"
    for feature in features {
      body += "<tr><td><a href=\"\(kind.path)/items/\(PercentForm.encoded(feature.id))?f=html\">"
      body += "\(Self.escaped(feature.id))</a></td>"
      for name in names {
        let value = feature.properties.first { $0.0 == name }?.1 ?? .null
        body += "<td>\(Self.shown(value))</td>"
      }
      body += "</tr>\n"
    }
    body += "</table>\n"
    if let next { body += "<p><a rel=\"next\" href=\"\(Self.escaped(next))\">Next page</a></p>\n" }
    return page(kind.title, trail(kind).dropLast(), body)
  }

  func feature(_ feature: ShownFeature, of kind: FeatureKind) -> [UInt8] {
    var body = "<table>\n"
    for (name, value) in feature.properties {
      body += "<tr><th>\(Self.escaped(name))</th><td>\(Self.shown(value))</td></tr>\n"
    }
    body += "</table>\n"
    return page("\(kind.noun) \(feature.id)", trail(kind), body)
  }

  // MARK: Parts

  private func trail(_ kind: FeatureKind) -> [(path: String, title: String)] {
    [
      ("\(root)/collections", "Collections"), (kind.path, kind.title),
      ("\(kind.path)/items", "Items"),
    ]
  }

  private func page(
    _ title: String, _ trail: some Sequence<(path: String, title: String)>, _ body: String
  ) -> [UInt8] {
    let json = call.address(setting: [(.featureForm, FeatureForm.json.rawValue)])
    var out = """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(Self.escaped(title))</title>
      <link rel="alternate" type="application/json" href="\(Self.escaped(json))">
      <style>
      :root { color-scheme: light dark; --line: #8884; --accent: light-dark(#0b6e4f, #6fd3ae); }
      body { margin: 0 auto; max-width: 72rem; padding: 1rem; font: 16px/1.5 system-ui, sans-serif; }
      a { color: var(--accent); } main { overflow-x: auto; }
      table { border-collapse: collapse; font-size: .9rem; }
      th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0;
        border-bottom: 1px solid var(--line); }
      </style></head>
      <body>
      <nav><a href="\(root)?f=html">Mile Quest</a>
      """
    for (path, title) in trail {
      out += " / <a href=\"\(path)?f=html\">\(Self.escaped(title))</a>"
    }
    out += "</nav>\n<main>\n<h1>\(Self.escaped(title))</h1>\n\(body)"
    out += "<p><a href=\"\(Self.escaped(json))\">This as JSON</a></p>\n</main>\n</body></html>\n"
    return Array(out.utf8)
  }

  private static func item(_ path: String, _ title: String) -> String {
    "<li><a href=\"\(escaped(path))\">\(escaped(title))</a></li>\n"
  }

  private static func shown(_ value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .string(let text): escaped(text)
    default: escaped(String(decoding: value.text(), as: UTF8.self))
    }
  }

  private static func escaped(_ text: String) -> String { DocsPage.escaped(text) }
}
