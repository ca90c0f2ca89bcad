import Foundation
import Geodesy
import JSON
import TestSupport
import Testing

@testable import Formats
@testable import Providers

/// A server's answers as its vendor documents them, and what a question must be.
struct WayKind: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (_ origin: String, MapsServer) throws -> any WayFinder
  /// The stops of a question, as longitude and latitude; nil where the question is not as documented.
  let stops: @Sendable (SmallServer.Request) -> [[Double]]?
  /// A way through places, passing each at another.
  let answer: @Sendable (_ line: [Coordinate], _ passed: [Coordinate]) -> String
  let noWay: SmallServer.Answer

  static let key = "SECRETKEY1234"

  static let all = [osrm, valhalla, mapbox, google]

  private static func pathStops(_ text: Substring) -> [[Double]] {
    text.split(separator: ";").map { $0.split(separator: ",").compactMap { Double($0) } }
  }

  static func polyline(_ line: [Coordinate], digits: Int) -> String {
    JSONValue.string(String(decoding: PolylineWriter.line(line, digits: digits), as: UTF8.self))
      .textString
  }

  private static func osrmAnswer(_ line: [Coordinate], _ passed: [Coordinate]) -> String {
    let waypoints = passed.map {
      #"{"location":[\#($0.longitude),\#($0.latitude)],"name":"","distance":3.5,"hint":"x"}"#
    }.joined(separator: ",")
    return #"{"code":"Ok","routes":[{"geometry":\#(polyline(line, digits: 6)),"legs":[]}],"#
      + #""waypoints":[\#(waypoints)]}"#
  }

  static let osrm = WayKind(
    testDescription: "osrm",
    make: { try OSRMRoutes(base: OutgoingURL("\($0)/engine/"), server: $1) },
    stops: { request in
      guard request.method == "GET", request.path.hasPrefix("/engine/route/v1/foot/"),
        request.query == ["overview": "full", "geometries": "polyline6"]
      else { return nil }
      return pathStops(request.path.dropFirst("/engine/route/v1/foot/".count))
    },
    answer: osrmAnswer,
    noWay: .status(400, body: #"{"code":"NoRoute","message":"Impossible route"}"#))

  static let valhalla = WayKind(
    testDescription: "valhalla",
    make: { ValhallaRoutes(base: try OutgoingURL($0), server: $1) },
    stops: { request in
      guard request.method == "POST", request.target == "/route",
        request.headers["content-type"] == "application/json",
        let body = try? JSONReader.read(request.body), body["format"]?.string == "osrm",
        body["costing"]?.string == "pedestrian", body["shape_format"]?.string == "polyline6"
      else { return nil }
      return body["locations"]?.array?.map { [$0["lon"]?.double ?? 999, $0["lat"]?.double ?? 999] }
    },
    answer: osrmAnswer,
    noWay: .status(400, body: #"{"code":"NoSegment","message":"No edges near location"}"#))

  static let mapbox = WayKind(
    testDescription: "mapbox",
    make: { MapboxRoutes(base: try OutgoingURL($0), key: try MapsKey(key), server: $1) },
    stops: { request in
      guard request.method == "GET", request.path.hasPrefix("/directions/v5/mapbox/walking/"),
        request.query == [
          "overview": "full", "geometries": "polyline6", "access_token": key,
        ]
      else { return nil }
      return pathStops(request.path.dropFirst("/directions/v5/mapbox/walking/".count))
    },
    answer: osrmAnswer, noWay: .status(200, body: #"{"code":"NoRoute","routes":[]}"#))

  static let google = WayKind(
    testDescription: "google",
    make: { GoogleRoutes(base: try OutgoingURL($0), key: try MapsKey(key), server: $1) },
    stops: { request in
      guard request.method == "POST", request.target == "/directions/v2:computeRoutes",
        request.headers["x-goog-api-key"] == key,
        request.headers["x-goog-fieldmask"]?.contains("routes.polyline.encodedPolyline") == true,
        let body = try? JSONReader.read(request.body), body["travelMode"]?.string == "WALK",
        let origin = body["origin"], let destination = body["destination"]
      else { return nil }
      return ([origin] + (body["intermediates"]?.array ?? []) + [destination]).map { node in
        let place = node["location"]?["latLng"]
        return [place?["longitude"]?.double ?? 999, place?["latitude"]?.double ?? 999]
      }
    },
    answer: { line, passed in
      func place(_ at: Coordinate) -> String {
        #"{"latLng":{"latitude":\#(at.latitude),"longitude":\#(at.longitude)}}"#
      }
      let legs = zip(passed, passed.dropFirst()).map {
        #"{"startLocation":\#(place($0)),"endLocation":\#(place($1))}"#
      }.joined(separator: ",")
      return #"{"routes":[{"polyline":{"encodedPolyline":\#(polyline(line, digits: 5))},"#
        + #""legs":[\#(legs)]}]}"#
    },
    noWay: .status(200, body: "{}"))
}

/// The same for places.
struct PlaceKind: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let make: @Sendable (_ origin: String, MapsServer) throws -> any PlaceFinder
  /// The text that is asked for, or the place as `LAT,LON`; nil where the question is not as
  /// documented.
  let question: @Sendable (SmallServer.Request) -> String?
  let answer: @Sendable ([FoundPlace]) -> SmallServer.Answer

  static let all = [nominatim, mapbox, google]

  private static func decoded(_ text: String?) -> String? { text?.removingPercentEncoding }

  static let nominatim = PlaceKind(
    testDescription: "nominatim",
    make: { NominatimPlaces(base: try OutgoingURL($0), server: $1) },
    question: { request in
      let query = request.query
      guard request.method == "GET", query["format"] == "jsonv2",
        request.headers["user-agent"] == "milequest"
      else { return nil }
      if request.path == "/search", query["limit"] != nil { return decoded(query["q"]) }
      guard request.path == "/reverse", let lat = query["lat"], let lon = query["lon"] else {
        return nil
      }
      return "\(lat),\(lon)"
    },
    answer: { places in
      let items = places.map { place in
        #"{"lat":"\#(place.coordinate.latitude)","lon":"\#(place.coordinate.longitude)","#
          + #""name":"\#(place.name)","display_name":"\#(place.title)"}"#
      }
      return .status(200, body: "[\(items.joined(separator: ","))]")
    })

  static let mapbox = PlaceKind(
    testDescription: "mapbox",
    make: { MapboxPlaces(base: try OutgoingURL($0), key: try MapsKey(WayKind.key), server: $1) },
    question: { request in
      let query = request.query
      guard request.method == "GET", query["access_token"] == WayKind.key else { return nil }
      if request.path == "/search/geocode/v6/forward" { return decoded(query["q"]) }
      guard request.path == "/search/geocode/v6/reverse", let lat = query["latitude"],
        let lon = query["longitude"]
      else { return nil }
      return "\(lat),\(lon)"
    },
    answer: { places in
      let items = places.map { place in
        #"{"type":"Feature","geometry":{"type":"Point","coordinates":"#
          + #"[\#(place.coordinate.longitude),\#(place.coordinate.latitude)]},"#
          + #""properties":{"name":"\#(place.name)","place_formatted":"\#(place.area ?? "")"}}"#
      }
      return .status(
        200, body: #"{"type":"FeatureCollection","features":[\#(items.joined(separator: ","))]}"#)
    })

  static let google = PlaceKind(
    testDescription: "google",
    make: { GooglePlaces(base: try OutgoingURL($0), key: try MapsKey(WayKind.key), server: $1) },
    question: { request in
      let query = request.query
      guard request.method == "GET", request.path == "/maps/api/geocode/json",
        query["key"] == WayKind.key
      else { return nil }
      return decoded(query["address"] ?? query["latlng"])
    },
    answer: { places in
      let items = places.map { place in
        #"{"formatted_address":"\#(place.title)","geometry":{"location":{"lat":"#
          + #"\#(place.coordinate.latitude),"lng":\#(place.coordinate.longitude)}}}"#
      }
      let status = places.isEmpty ? "ZERO_RESULTS" : "OK"
      return .status(
        200, body: #"{"status":"\#(status)","results":[\#(items.joined(separator: ","))]}"#)
    })
}

extension JSONValue {
  fileprivate var textString: String { String(decoding: text(), as: UTF8.self) }
}
