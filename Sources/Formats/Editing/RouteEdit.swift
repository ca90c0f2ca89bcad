public import Geodesy
public import Routes

/// One change to what a file says about a route, in the route's terms.
///
/// Vertices are counted from 0 over all parts of the document in file order; waypoints and parts
/// likewise, parts without vertices included. Offsets are bytes from the start of the file, as
/// diagnostics give them.
public enum RouteEdit: Hashable, Sendable {
  // MARK: Vertices

  case removeVertex(Int)
  /// Writes other degrees in the vertex's place; its elevation and all else about it stay.
  case moveVertex(Int, to: Coordinate)
  /// Writes another elevation, or none where nil.
  case setElevation(vertex: Int, meters: Double?)
  /// Puts a new vertex behind one, in the same part.
  case insertVertex(after: Int, Coordinate)
  /// Writes other degrees into whatever stands at a byte: a vertex, a waypoint or a position that
  /// was refused.
  case replacePosition(atOffset: Int, latitude: Double, longitude: Double)

  // MARK: Parts

  /// Takes out a segment or line, and the feature or placemark that held nothing else. A GPX track
  /// stays.
  case removePart(Int)
  /// The vertices of a part in the opposite order, each with all that belongs to it.
  case reversePart(Int)
  /// All parts in another order; a permutation of their indices. Where it moves tracks as wholes,
  /// their names and properties go along; else the lines alone change places.
  case orderParts([Int])
  /// Cuts a GeoJSON line wherever it crosses 180 degrees (RFC 7946 section 3.1.9), marked in the
  /// feature's properties so that reading joins it again.
  case cutAtAntimeridian(part: Int)

  // MARK: Waypoints

  case removeWaypoint(Int)
  /// All waypoints in another order; a permutation of their indices.
  case orderWaypoints([Int])
  /// Puts new waypoints before one, or behind all where the index is their number.
  case insertWaypoints([Waypoint], before: Int)
  /// Gives a waypoint another name.
  case nameWaypoint(Int, String)

  // MARK: What the file says about the route

  /// States the policies of all joins.
  case setJoins([JoinPolicy])
  /// States the length that people are told.
  case setOfficialLength(Distance)

  // MARK: The file's own structure

  /// Puts the children of the GPX element at a byte into the order of the schema.
  case sortChildren(ofElementAt: Int)
  /// Takes out the XML element whose tag stands at a byte.
  case removeElement(atOffset: Int)
  /// Takes out the JSON member whose name or value begins at a byte, or the item of an array.
  case removeMember(atOffset: Int)
  /// Puts an attribute into the XML tag that stands at a byte.
  case insertAttribute(name: String, value: String, inTagAt: Int)
  /// Takes an attribute out of the XML tag that stands at a byte.
  case removeAttribute(String, inTagAt: Int)
  /// Makes an element of an attribute of the GPX tag that stands at a byte, in the order of the schema;
  /// where the element is there already, the attribute goes.
  case makeElement(String, ofAttribute: String, inTagAt: Int)
  /// Writes another text into the XML element whose tag stands at a byte.
  case setText(String, ofElementAt: Int)
  /// Writes attributes of the XML tag that stands at a byte, each a name and a value, whether they are
  /// there or not.
  case setAttributes([[String]], inTagAt: Int)
  /// Writes another value in the place of the JSON value that begins at a byte.
  case replaceValue(atOffset: Int, with: [UInt8])
  /// Writes the same characters in UTF-8, and that name into the XML declaration.
  case writeInUTF8
  /// Any other bytes; whoever makes it answers for what they mean.
  case text(TextEdit)
}
