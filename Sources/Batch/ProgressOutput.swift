internal import Dispatch
internal import Formats
internal import Geodesy
internal import JSON

/// The answer of a batch as a file.
public enum ProgressOutput {
  public enum Format: String, CaseIterable, Sendable {
    case csv, jsonl, geojson
  }

  /// One line (CSV, JSON lines) or one feature (GeoJSON) a team.
  ///
  /// CSV has the columns `team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished`
  /// and, where there are several routes, `route`. Numbers of the others carry their units in their
  /// names.
  /// - Complexity: O(teams).
  public static func bytes(_ teams: [TeamProgress], as format: Format) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(teams.count * 110 + 256)
    let hasRoutes = teams.contains { $0.route != nil }
    switch format {
    case .csv:
      append("team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished", &out)
      append(hasRoutes ? ",route\n" : "\n", &out)
      for piece in lines(teams, hasRoutes) { out.append(contentsOf: piece) }
    case .jsonl:
      for team in teams {
        out.append(contentsOf: JSONValue.object(members(team) + place(team)).text())
        out.append(0x0A)
      }
    case .geojson:
      append("{\"type\":\"FeatureCollection\",\"features\":[\n", &out)
      for (index, team) in teams.enumerated() {
        let feature = JSONValue.object([
          ("type", .string("Feature")),
          ("properties", .object(members(team))),
          (
            "geometry",
            .object([
              ("type", .string("Point")),
              ("coordinates", .array([.number(team.longitude), .number(team.latitude)])),
            ])
          ),
        ])
        out.append(contentsOf: feature.text())
        append(index + 1 < teams.count ? ",\n" : "\n", &out)
      }
      append("]}\n", &out)
    }
    return out
  }

  /// The lines in pieces of some thousands, made by all processors at once.
  private static func lines(_ teams: [TeamProgress], _ hasRoutes: Bool) -> [[UInt8]] {
    let chunk = 4096
    var pieces = [[UInt8]](repeating: [], count: (teams.count + chunk - 1) / chunk)
    pieces.withUnsafeMutableBufferPointer { pieces in
      // Every iteration writes its own piece only.
      nonisolated(unsafe) let pieces = pieces
      DispatchQueue.concurrentPerform(iterations: pieces.count) { index in
        var piece: [UInt8] = []
        let end = min((index + 1) * chunk, teams.count)
        piece.reserveCapacity((end - index * chunk) * 110)
        for team in teams[index * chunk..<end] { line(team, hasRoutes, &piece) }
        pieces[index] = piece
      }
    }
    return pieces
  }

  private static func append(_ text: String, _ out: inout [UInt8]) {
    out.append(contentsOf: text.utf8)
  }

  private static func line(_ team: TeamProgress, _ hasRoutes: Bool, _ out: inout [UInt8]) {
    field(team.team.text, &out)
    append(",", &out)
    append(String(team.activities), &out)
    append(",", &out)
    DecimalText.append(team.distance.micrometers, &out)
    append(",", &out)
    DecimalText.append(team.percentMillionths, &out)
    append(",", &out)
    append(team.longitude.description, &out)
    append(",", &out)
    append(team.latitude.description, &out)
    append(",", &out)
    if let bearing = team.bearing { append(bearing.description, &out) }
    append(team.isFinished ? ",true" : ",false", &out)
    if hasRoutes {
      append(",", &out)
      field(team.route ?? "", &out)
    }
    out.append(0x0A)
  }

  static func field(_ text: String, _ out: inout [UInt8]) {
    guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else {
      return append(text, &out)
    }
    out.append(0x22)
    for byte in text.utf8 {
      if byte == 0x22 { out.append(0x22) }
      out.append(byte)
    }
    out.append(0x22)
  }

  private static func members(_ team: TeamProgress) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = []
    if case .number(let number) = team.team {
      members.append(("teamId", .integer(Int(number))))
    } else {
      members.append(("teamId", .string(team.team.text)))
    }
    if let route = team.route { members.append(("route", .string(route))) }
    members += [
      ("activities", .integer(Int(team.activities))),
      ("distanceMeters", .number(team.distance.meters)),
      ("percent", .number(Double(team.percentMillionths) / 1e6)),
      ("bearing", team.bearing.map(JSONValue.number) ?? .null),
      ("finished", .bool(team.isFinished)),
    ]
    return members
  }

  private static func place(_ team: TeamProgress) -> [(String, JSONValue)] {
    [("coordinate", .array([.number(team.longitude), .number(team.latitude)]))]
  }
}

/// Millionths as decimal text without trailing zeros.
enum DecimalText {
  static func append(_ millionths: Int64, _ out: inout [UInt8]) {
    let (whole, fraction) = millionths.magnitude.quotientAndRemainder(dividingBy: 1_000_000)
    if millionths < 0 { out.append(0x2D) }
    out.append(contentsOf: String(whole).utf8)
    if fraction == 0 { return }
    out.append(0x2E)
    var rest = fraction
    var scale: UInt64 = 100_000
    while rest > 0 {
      out.append(0x30 + UInt8(rest / scale))
      rest %= scale
      scale /= 10
    }
  }
}
