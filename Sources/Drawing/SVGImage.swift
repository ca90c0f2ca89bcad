internal import Formats
internal import JSON

extension Drawing {
  /// The picture as an SVG 1.1 file: paths and text that can be read, copied and searched.
  func svg() -> [UInt8] {
    var xml = XMLText()
    xml.open(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("width", "\(widthPixels)"),
        ("height", "\(heightPixels)"), ("viewBox", "0 0 \(widthPixels) \(heightPixels)"),
        ("role", "img"), ("aria-labelledby", "title summary"),
        ("font-family", "'\(Typeface.family)', Verdana, sans-serif"),
      ])
    xml.element("title", title, [("id", "title")])
    xml.element("desc", summary, [("id", "summary")])
    let clips = Array(Set(layers.compactMap(\.clip))).sorted {
      ($0.minY, $0.minX) < ($1.minY, $1.minX)
    }
    if !clips.isEmpty {
      xml.open("defs")
      for (index, clip) in clips.enumerated() {
        xml.open("clipPath", [("id", "clip\(index + 1)")])
        xml.empty("rect", SVG.attributes(clip))
        xml.close("clipPath")
      }
      xml.close("defs")
    }
    let page = Box(minX: 0, minY: 0, maxX: Double(widthPixels), maxY: Double(heightPixels))
    xml.empty("rect", SVG.attributes(page) + SVG.paint(fill: background, stroke: nil))
    for layer in layers where !layer.shapes.isEmpty {
      var attributes = [("class", layer.name)]
      if let clip = layer.clip, let index = clips.firstIndex(of: clip) {
        attributes.append(("clip-path", "url(#clip\(index + 1))"))
      }
      xml.open("g", attributes)
      for shape in layer.shapes { SVG.append(shape, to: &xml) }
      xml.close("g")
    }
    xml.close("svg")
    return xml.bytes
  }
}

/// Shapes as elements of SVG.
enum SVG {
  static func append(_ shape: Shape, to xml: inout XMLText) {
    switch shape {
    case .path(let lines, let isClosed, let fill, let stroke):
      var attributes = [("d", data(lines, isClosed: isClosed))]
      if lines.count > 1, fill != nil { attributes.append(("fill-rule", "evenodd")) }
      xml.empty("path", attributes + paint(fill: fill, stroke: stroke))
    case .circle(let center, let radius, let fill, let stroke):
      xml.empty(
        "circle",
        [("cx", number(center.x)), ("cy", number(center.y)), ("r", number(radius))]
          + paint(fill: fill, stroke: stroke))
    case .text(let run): append(run, to: &xml)
    }
  }

  private static func append(_ run: TextRun, to xml: inout XMLText) {
    var attributes = [
      ("x", number(run.at.x)), ("y", number(run.at.y)), ("font-size", number(run.size)),
    ]
    var anchor = run.anchor
    if run.isFromRight {
      attributes.append(("direction", "rtl"))
      anchor = anchor == .middle ? .middle : anchor == .start ? .end : .start
    }
    if anchor != .start { attributes.append(("text-anchor", anchor.rawValue)) }
    if run.isBold { attributes.append(("font-weight", "bold")) }
    // Where the font is another one, the text still takes the room that was measured. In writings
    // that the font may lack, the measure would do harm.
    if run.text.unicodeScalars.allSatisfy({
      $0.value < 0x530 || (0x2000..<0x2200).contains($0.value)
    }) {
      attributes.append(("textLength", number(run.width)))
      attributes.append(("lengthAdjust", "spacingAndGlyphs"))
    }
    attributes += paint(fill: run.color, stroke: nil)
    if let halo = run.halo {
      attributes += [
        ("stroke", hex(halo)), ("stroke-opacity", number(halo.opacity)),
        ("stroke-width", number(run.haloWidth)), ("stroke-linejoin", "round"),
        ("paint-order", "stroke"),
      ]
    }
    xml.element("text", run.text, attributes)
  }

  static func attributes(_ box: Box) -> [(String, String)] {
    [
      ("x", number(box.minX)), ("y", number(box.minY)), ("width", number(box.width)),
      ("height", number(box.height)),
    ]
  }

  static func paint(fill: Color?, stroke: Stroke?) -> [(String, String)] {
    var attributes = [("fill", fill.map(hex) ?? "none")]
    if let fill, fill.opacity < 1 { attributes.append(("fill-opacity", number(fill.opacity))) }
    if let stroke {
      attributes += [
        ("stroke", hex(stroke.color)), ("stroke-width", number(stroke.width)),
        ("stroke-linejoin", "round"), ("stroke-linecap", stroke.dash.isEmpty ? "round" : "butt"),
      ]
      if stroke.color.opacity < 1 {
        attributes.append(("stroke-opacity", number(stroke.color.opacity)))
      }
      if !stroke.dash.isEmpty {
        attributes.append(("stroke-dasharray", stroke.dash.map(number).joined(separator: " ")))
      }
    }
    return attributes
  }

  /// Absolute coordinates, a tenth of a pixel fine.
  private static func data(_ lines: [[Point]], isClosed: Bool) -> String {
    var out: [UInt8] = []
    for line in lines where !line.isEmpty {
      out.append(UInt8(ascii: "M"))
      for (index, point) in line.enumerated() {
        if index > 0 { out.append(UInt8(ascii: " ")) }
        NumberText.append(point.x, decimals: 1, to: &out)
        out.append(UInt8(ascii: " "))
        NumberText.append(point.y, decimals: 1, to: &out)
      }
      if isClosed { out.append(UInt8(ascii: "Z")) }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func number(_ value: Double) -> String {
    var out: [UInt8] = []
    NumberText.append(value, decimals: 2, to: &out)
    return String(decoding: out, as: UTF8.self)
  }

  static func hex(_ color: Color) -> String {
    let digits = String(color.rgb, radix: 16, uppercase: true)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}

extension TextRun {
  /// How wide the line is that the halo is drawn with; half of it lies inside the letters.
  var haloWidth: Double { size * 0.28 }
}
