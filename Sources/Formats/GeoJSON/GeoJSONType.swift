/// The types that RFC 7946 knows.
enum GeoJSONType: String, CaseIterable {
  case featureCollection = "FeatureCollection"
  case feature = "Feature"
  case point = "Point"
  case multiPoint = "MultiPoint"
  case lineString = "LineString"
  case multiLineString = "MultiLineString"
  case polygon = "Polygon"
  case multiPolygon = "MultiPolygon"
  case geometryCollection = "GeometryCollection"

  /// How deep the positions nest; nil where there are none.
  var depth: Int? {
    switch self {
    case .point: 1
    case .lineString, .multiPoint: 2
    case .multiLineString, .polygon: 3
    case .multiPolygon: 4
    case .featureCollection, .feature, .geometryCollection: nil
    }
  }

  /// The type of a line whose positions nest so deep.
  static func ofLine(depth: Int) -> GeoJSONType? {
    [2: .lineString, 3: .multiLineString][depth]
  }

  var isGeometry: Bool { self != .feature && self != .featureCollection }
  var isArea: Bool { self == .polygon || self == .multiPolygon }
}

/// Where an object stands in a document, which decides what it may be.
enum GeoJSONRole {
  case root
  /// An item of `features`.
  case feature
  /// The value of `geometry`.
  case geometry
  /// An item of `geometries`.
  case member

  func allows(_ type: GeoJSONType) -> Bool {
    switch self {
    case .root: true
    case .feature: type == .feature
    case .geometry, .member: type.isGeometry
    }
  }

  /// The types that it allows, for a message.
  var allowedTypes: String {
    switch self {
    case .root: "FeatureCollection, Feature or a geometry type"
    case .feature: "Feature"
    case .geometry, .member:
      "Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon or GeometryCollection"
    }
  }
}
