import Foundation

/// A track of 500 km that winds like a river, as a receiver would have recorded it: a point every 50 m
/// with noise, times, two pauses and an empty segment. Made by a formula, for no such file is free.
public enum MoselleTrack {
  public static let lengthMeters = 500_000.0
  private static let step = 50.0

  /// The place at a number of metres.
  public static func place(atMeters meters: Double) -> (latitude: Double, longitude: Double) {
    let index = min(Int(meters / step), line.count - 1)
    return line[index]
  }

  private static let line: [(latitude: Double, longitude: Double)] = {
    var (latitude, longitude) = (47.9, 6.9)
    var line = [(latitude, longitude)]
    for index in 0..<Int(lengthMeters / step) {
      let along = Double(index) * step
      // North-east, with the bends of the lower river.
      let heading = 0.6 + 1.1 * sin(along / 9_000) + 0.3 * sin(along / 2_300)
      latitude += step * cos(heading) / 111_200
      longitude += step * sin(heading) / (111_200 * cos(latitude * .pi / 180))
      line.append((latitude, longitude))
    }
    return line
  }()

  public static let gpx: String = {
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <gpx version="1.1" creator="a receiver" xmlns="http://www.topografix.com/GPX/1/1"><trk>
      <name>2026-05-01 07:12</name><trkseg>

      """
    for (index, point) in line.enumerated() {
      if index == 3_000 { text += "</trkseg><trkseg></trkseg><trkseg>\n" }
      let noise = sin(Double(index) * 12.9898) * 43_758.5453
      let sway = (noise - noise.rounded(.down) - 0.5) * 3 / 111_200
      text += String(
        format:
          "<trkpt lat=\"%.7f\" lon=\"%.7f\"><ele>%.1f</ele><time>2026-05-%02dT%02d:%02d:00Z</time></trkpt>\n",
        point.latitude + sway, point.longitude - sway,
        240 - Double(index) / 60 + noise.truncatingRemainder(dividingBy: 2),
        1 + index / 1_440, index / 60 % 24, index % 60)
    }
    return text + "</trkseg></trk></gpx>\n"
  }()

  /// Twenty milestones beside the line, in the table of a spreadsheet.
  public static let milestones: String = {
    var text = "name,lat,lon,story,type\n"
    for number in 1...20 {
      let there = place(atMeters: Double(number) * 24_000)
      text += String(
        format: "Town %d,%.5f,%.5f,\"Wine, and a bridge.\",town\n", number, there.latitude + 0.0003,
        there.longitude)
    }
    return text
  }()
}
