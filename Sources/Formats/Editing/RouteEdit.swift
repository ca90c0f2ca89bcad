public import Geodesy

/// One change to what a file says about a route, in the route's terms.
///
/// Vertices are counted from 0 over all parts of the document in file order; waypoints and parts
/// likewise.
public enum RouteEdit: Hashable, Sendable {
  case removeVertex(Int)
  /// Writes other degrees in the vertex's place; its elevation and all else about it stay.
  case moveVertex(Int, to: Coordinate)
  /// Writes another elevation, or none where nil.
  case setElevation(vertex: Int, meters: Double?)
  case removePart(Int)
  /// The vertices of a part in the opposite order.
  case reversePart(Int)
  /// All parts in another order; a permutation of their indices.
  case orderParts([Int])
  case removeWaypoint(Int)
  /// All waypoints in another order; a permutation of their indices.
  case orderWaypoints([Int])
}
