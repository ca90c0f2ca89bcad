// swift-format-ignore-file: AlwaysUseLowerCamelCase
internal import CMileQuest
internal import Geodesy

@c @implementation
public func mq_distance_parse(
  _ text: UnsafePointer<CChar>!, _ size: Int, _ defaultUnit: UnsafePointer<CChar>!,
  _ distance: UnsafeMutablePointer<Int64>!
) -> Int32 {
  answering { () throws(Refusal) in
    guard let distance else { throw .argument("distance is NULL") }
    try CallerMemory.checkColumn(text, size, "text")
    let bytes = UnsafeRawBufferPointer(start: size > 0 ? UnsafeRawPointer(text) : nil, count: size)
    let unit = defaultUnit == nil ? nil : try unit(defaultUnit, "default_unit")
    do throws(GeodesyError) {
      let parsed = try Distance(String(decoding: bytes, as: UTF8.self), defaultUnit: unit)
      distance.pointee = parsed.micrometers
    } catch { throw Refusal(error) }
  }
}

@c @implementation
public func mq_distance_text(
  _ distance: Int64, _ unitName: UnsafePointer<CChar>!, _ decimals: Int32,
  _ buffer: UnsafeMutablePointer<CChar>!, _ capacity: Int, _ length: UnsafeMutablePointer<Int>!
) -> Int32 {
  answering { () throws(Refusal) in
    let unit = try unit(unitName, "unit")
    guard decimals <= 12 else { throw .argument("decimals \(decimals) is more than 12") }
    let value = Distance(micrometers: distance)
    let text =
      decimals < 0
      ? value.exactText(in: unit) : value.text(in: unit, decimals: Int(decimals))
    try CallerMemory.write(text.utf8, buffer, capacity, length)
  }
}

@c @implementation
public func mq_distance_sum(
  _ distances: UnsafePointer<Int64>!, _ count: Int, _ sum: UnsafeMutablePointer<Int64>!
) -> Int32 {
  answering { () throws(Refusal) in
    guard let sum else { throw .argument("sum is NULL") }
    try CallerMemory.checkColumn(distances, count, "distances")
    // Wide enough for any number of items, so that only the whole sum can be too large.
    var total: Int128 = 0
    for i in 0..<count { total += Int128(distances[i]) }
    guard let value = Int64(exactly: total) else {
      throw Refusal(
        MQ_OVERFLOW, GeodesyError.Code.distanceOverflow.rawValue,
        "the sum \(total) µm is beyond ±9.2 billion km, the most a distance holds")
    }
    sum.pointee = value
  }
}

@c @implementation
public func mq_distances_of_metres(
  _ metres: UnsafePointer<Double>!, _ count: Int, _ distances: UnsafeMutablePointer<Int64>!
) -> Int32 {
  answering { () throws(Refusal) in
    try CallerMemory.checkColumn(metres, count, "metres")
    try CallerMemory.checkColumn(distances, count, "distances", isNeeded: true)
    if count == 0 || Micrometers.round(metres, count, distances) { return }
    for i in 0..<count {
      distances[i] = Distance(roundingMeters: metres[i])?.micrometers ?? .min
    }
  }
}

@c @implementation
public func mq_thresholds(
  _ questLength: Int64, _ routeLength: Int64, _ places: UnsafePointer<Int64>!, _ count: Int,
  _ thresholds: UnsafeMutablePointer<Int64>!
) -> Int32 {
  answering { () throws(Refusal) in
    guard questLength > 0, routeLength > 0 else {
      throw .argument("quest_length and route_length must be above 0")
    }
    try CallerMemory.checkColumn(places, count, "places")
    try CallerMemory.checkColumn(thresholds, count, "thresholds", isNeeded: true)
    for i in 0..<count {
      let place = min(max(places[i], 0), routeLength)
      let (product, official) = (Int128(place) * Int128(questLength), Int128(routeLength))
      // At most the quest's length, as the place is at most the route's.
      thresholds[i] = Int64((product + official - 1) / official)
    }
  }
}

@c @implementation
public func mq_threshold_percent(
  _ questLength: Int64, _ percent: Int32, _ threshold: UnsafeMutablePointer<Int64>!
) -> Int32 {
  answering { () throws(Refusal) in
    guard let threshold else { throw .argument("threshold is NULL") }
    guard questLength > 0 else { throw .argument("quest_length must be above 0") }
    guard (0...100).contains(percent) else { throw .argument("percent \(percent) is not 0 to 100") }
    threshold.pointee = Int64((Int128(questLength) * Int128(percent) + 99) / 100)
  }
}

private func unit(
  _ name: UnsafePointer<CChar>?, _ what: String
) throws(Refusal) -> DistanceUnit {
  let text = try CallerMemory.text(name, what)
  guard let unit = DistanceUnit(name: text) else {
    throw Refusal(
      MQ_TEXT, GeodesyError.Code.distanceUnit.rawValue,
      "\(what): “\(text.prefix(40))” is not a unit: use mi, km, m, ft or yd")
  }
  return unit
}
