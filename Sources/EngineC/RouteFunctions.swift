// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CMileQuest
internal import Formats
internal import JSON
internal import Routes

// What each function does is said in milequest.h, and the compiler holds them to its declarations.

@c @implementation
public func mq_version() -> Int32 { Int32(MQ_VERSION) }

@c @implementation
public func mq_error_message() -> UnsafePointer<CChar>! { LastError.message }

@c @implementation
public func mq_error_name() -> UnsafePointer<CChar>! { LastError.name }

@c @implementation
public func mq_error_place(
  _ line: UnsafeMutablePointer<Int64>!, _ column: UnsafeMutablePointer<Int64>!
) {
  let place = LastError.place
  line?.pointee = place.line
  column?.pointee = place.column
}

@c @implementation
public func mq_route_open(
  _ bytes: UnsafePointer<UInt8>!, _ size: Int, _ fileName: UnsafePointer<CChar>!,
  _ options: UnsafePointer<UnsafePointer<CChar>?>!, _ optionCount: Int,
  _ route: UnsafeMutablePointer<UInt64>!
) -> Int32 {
  answering { () throws(Refusal) in
    guard let route else { throw .argument("route is NULL") }
    try CallerMemory.checkColumn(bytes, size, "bytes")
    let limit = ReadLimits.standard.fileBytes
    guard size <= limit else {
      throw Refusal(MQ_FILE, "limit", "the file has more than \(limit) bytes, the limit")
    }
    try CallerMemory.checkColumn(options, optionCount, "options")
    guard optionCount <= 100_000 else { throw .argument("option_count is more than 100,000") }
    var texts: [String] = []
    for i in 0..<optionCount {
      texts.append(try CallerMemory.text(options?[i], "one of the options"))
    }
    let request = try OpenRequest(texts)
    let file = fileName == nil ? nil : try CallerMemory.text(fileName, "file_name")
    let opened = try request.open(
      Array(UnsafeBufferPointer(start: size > 0 ? bytes : nil, count: size)), file: file)
    route.pointee = OpenRoute.register(opened)
  }
}

@c @implementation
public func mq_route_close(_ route: UInt64) -> Int32 {
  answering { () throws(Refusal) in try OpenRoute.close(route) }
}

@c @implementation
public func mq_route_measure(
  _ route: UInt64, _ start: UnsafeMutablePointer<Int64>!, _ end: UnsafeMutablePointer<Int64>!,
  _ length: UnsafeMutablePointer<Int64>!, _ lapLength: UnsafeMutablePointer<Int64>!,
  _ passLength: UnsafeMutablePointer<Int64>!, _ geometricMetres: UnsafeMutablePointer<Double>!
) -> Int32 {
  answering { () throws(Refusal) in
    let measured = try OpenRoute.named(route).measured
    start?.pointee = measured.start.micrometers
    end?.pointee = measured.end.micrometers
    length?.pointee = measured.length.micrometers
    lapLength?.pointee = measured.lapLength.micrometers
    passLength?.pointee = measured.passLength.micrometers
    geometricMetres?.pointee = measured.geometricMeters
  }
}

@c @implementation
public func mq_route_counts(
  _ route: UInt64, _ parts: UnsafeMutablePointer<Int>!, _ vertices: UnsafeMutablePointer<Int>!,
  _ waypoints: UnsafeMutablePointer<Int>!, _ laps: UnsafeMutablePointer<Int>!,
  _ warnings: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let opened = try OpenRoute.named(route)
    let line = opened.measured.route
    parts?.pointee = line.partCount
    vertices?.pointee = line.vertices.count
    waypoints?.pointee = line.waypoints.count
    laps?.pointee = line.course.laps
    warnings?.pointee = opened.warnings.count
  }
}

@c @implementation
public func mq_route_name(
  _ route: UInt64, _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let name = try OpenRoute.named(route).measured.route.name ?? ""
    try CallerMemory.write(name.utf8, buffer, capacity, length)
  }
}

@c @implementation
public func mq_route_warning(
  _ route: UInt64, _ index: Int, _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let warnings = try OpenRoute.named(route).warnings
    guard warnings.indices.contains(index) else {
      throw .argument("index \(index): there are \(warnings.count) warnings, counted from 0")
    }
    try CallerMemory.write(warnings[index].utf8, buffer, capacity, length)
  }
}

@c @implementation
public func mq_route_part_starts(
  _ route: UInt64, _ starts: UnsafeMutablePointer<UInt64>!, _ count: Int
) -> Int32 {
  answering { () throws(Refusal) in
    let line = try OpenRoute.named(route).measured.route
    try checkCount(count, line.partCount, "parts")
    try CallerMemory.checkColumn(starts, count, "starts", isNeeded: true)
    for (i, start) in line.partStarts.enumerated() { starts[i] = UInt64(start) }
  }
}

@c @implementation
public func mq_route_vertices(
  _ route: UInt64, _ longitudes: UnsafeMutablePointer<Double>!,
  _ latitudes: UnsafeMutablePointer<Double>!, _ elevations: UnsafeMutablePointer<Double>!,
  _ count: Int
) -> Int32 {
  answering { () throws(Refusal) in
    let line = try OpenRoute.named(route).measured.route
    try checkCount(count, line.vertices.count, "vertices")
    try CallerMemory.checkColumn(longitudes, count, "longitudes")
    try CallerMemory.checkColumn(latitudes, count, "latitudes")
    try CallerMemory.checkColumn(elevations, count, "elevations")
    for (i, vertex) in line.vertices.enumerated() {
      longitudes?[i] = vertex.longitude
      latitudes?[i] = vertex.latitude
      elevations?[i] = vertex.elevationMeters ?? .nan
    }
  }
}

@c @implementation
public func mq_route_waypoints(
  _ route: UInt64, _ distances: UnsafeMutablePointer<Int64>!,
  _ offsets: UnsafeMutablePointer<Double>!, _ longitudes: UnsafeMutablePointer<Double>!,
  _ latitudes: UnsafeMutablePointer<Double>!, _ elevations: UnsafeMutablePointer<Double>!,
  _ count: Int
) -> Int32 {
  answering { () throws(Refusal) in
    let waypoints = try OpenRoute.named(route).measured.waypoints
    try checkCount(count, waypoints.count, "waypoints")
    try CallerMemory.checkColumn(distances, count, "distances")
    try CallerMemory.checkColumn(offsets, count, "offsets")
    try CallerMemory.checkColumn(longitudes, count, "longitudes")
    try CallerMemory.checkColumn(latitudes, count, "latitudes")
    try CallerMemory.checkColumn(elevations, count, "elevations")
    for (i, placed) in waypoints.enumerated() {
      let coordinate = placed.waypoint.coordinate
      distances?[i] = placed.distance.micrometers
      offsets?[i] = placed.offsetMeters
      longitudes?[i] = coordinate.longitude
      latitudes?[i] = coordinate.latitude
      elevations?[i] = coordinate.elevationMeters ?? .nan
    }
  }
}

@c @implementation
public func mq_route_waypoint_text(
  _ route: UInt64, _ index: Int, _ kind: Int32, _ buffer: UnsafeMutablePointer<CChar>!,
  _ capacity: Int, _ length: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let waypoints = try OpenRoute.named(route).measured.route.waypoints
    guard waypoints.indices.contains(index) else {
      throw .argument("index \(index): there are \(waypoints.count) waypoints, counted from 0")
    }
    let text: String?
    switch Int(kind) {
    case MQ_WAYPOINT_NAME: text = waypoints[index].name
    case MQ_WAYPOINT_STORY: text = waypoints[index].story
    case MQ_WAYPOINT_TYPE: text = waypoints[index].type
    default: throw .argument("kind \(kind) is none of MQ_WAYPOINT_NAME, _STORY and _TYPE")
    }
    try CallerMemory.write((text ?? "").utf8, buffer, capacity, length)
  }
}

@c @implementation
public func mq_route_geojson(
  _ route: UInt64, _ digits: Int32, _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int,
  _ length: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let line = try OpenRoute.named(route).measured.route
    guard (0...WriteOptions.mostDigits).contains(Int(digits)) else {
      throw .argument("digits \(digits) is not within 0…\(WriteOptions.mostDigits)")
    }
    var options = WriteOptions()
    options.coordinateDigits = Int(digits)
    try CallerMemory.write(
      RouteWriter.write(line, as: .geojson, options: options), buffer, capacity, length)
  }
}

private func checkCount(_ count: Int, _ right: Int, _ what: String) throws(Refusal) {
  guard count == right else {
    throw .argument("count is \(count), and the route has \(right) \(what)")
  }
}
