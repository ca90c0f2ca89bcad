internal import Geodesy
internal import Routes

/// Our own words in the files of other formats.
enum OwnWords {
  /// The XML namespace of what GPX has no element for.
  static let namespace = "urn:milequest:route:1"
}

/// Our elements in the extensions of a file, a track or a waypoint.
extension GPXReader {
  /// Looks for the prefix of our namespace, which may be declared on any element.
  func findOwnPrefix(_ attributes: XMLAttributes) {
    for (key, value) in attributes {
      if let declared = XMLName.strip("xmlns:", key), String(cString: value) == OwnWords.namespace {
        ownPrefix = declared
      }
    }
  }

  func ownElement(
    _ name: UnsafePointer<CChar>, _ attributes: XMLAttributes, _ parent: Element,
    _ stream: XMLStream
  ) -> Element? {
    findOwnPrefix(attributes)
    guard let ownPrefix, String(cString: name).hasPrefix(ownPrefix + ":") else { return nil }
    let local = XMLName.local(name)
    switch parent {
    case .fileExtensions:
      guard XMLName.equals(local, "route") else { return nil }
      document.properties = properties(attributes, over: document.properties, stream)
      return .routeProperties
    case .trackExtensions:
      guard XMLName.equals(local, "route") else { return nil }
      track.properties = properties(attributes, over: track.properties, stream)
      return .routeProperties
    case .waypointExtensions:
      guard XMLName.equals(local, "waypoint") else { return nil }
      for (key, value) in attributes {
        if XMLName.equals(key, "unnamed") { isUnnamed = XMLName.equals(value, "true") }
        guard XMLName.equals(key, "officialDistance") else { continue }
        do throws(GeodesyError) {
          waypoint.officialDistance = try Distance(String(cString: value), defaultUnit: .meters)
        } catch {
          noteProperty(error.message, "officialDistance", stream)
        }
      }
      return .leaf
    default: return nil
    }
  }

  private func properties(
    _ attributes: XMLAttributes, over stated: RouteProperties, _ stream: XMLStream
  ) -> RouteProperties {
    var properties = stated
    for (key, value) in attributes {
      let name = String(cString: key)
      if name.hasPrefix("xmlns") { continue }
      if let problem = properties.set(name, String(cString: value)) {
        noteProperty(problem, name, stream)
      }
    }
    return properties
  }

  private func noteProperty(_ problem: String, _ attribute: String, _ stream: XMLStream) {
    diagnostics.note(
      .routeProperty, .error, problem,
      at: document.source.attributeOffset(attribute, inTagAt: stream.offset))
  }
}
