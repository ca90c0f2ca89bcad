internal import CGEOS

/// A GEOS tree of longitude-latitude boxes, with the context that it lives in.
///
/// Owns its C objects and frees them when it goes; not for sharing between threads.
package struct BoxTree: ~Copyable {
  private let context: GEOSContextHandle_t
  private let tree: OpaquePointer
  private var boxes: [OpaquePointer] = []
  private var isBuilt = false

  /// Nil where GEOS has no memory left.
  package init?(capacityPerNode: Int = 10) {
    guard let context = GEOS_init_r() else { return nil }
    guard let tree = GEOSSTRtree_create_r(context, capacityPerNode) else {
      GEOS_finish_r(context)
      return nil
    }
    self.context = context
    self.tree = tree
  }

  deinit {
    GEOSSTRtree_destroy_r(context, tree)
    for box in boxes { GEOSGeom_destroy_r(context, box) }
    GEOS_finish_r(context)
  }

  /// Adds a box under a number. All boxes must be in before the first query.
  package mutating func insert(_ box: DegreeBox, number: Int) {
    guard
      let geometry = GEOSGeom_createRectangle_r(context, box.west, box.south, box.east, box.north)
    else { return }
    GEOSSTRtree_insert_r(context, tree, geometry, UnsafeMutableRawPointer(bitPattern: number + 1))
    // Older versions keep a pointer to the geometry's envelope.
    boxes.append(geometry)
  }

  /// The numbers of all boxes that touch the given one, in no order, each as often as it was added.
  package func numbers(touching box: DegreeBox) -> [Int] {
    guard
      let geometry = GEOSGeom_createRectangle_r(context, box.west, box.south, box.east, box.north)
    else { return [] }
    defer { GEOSGeom_destroy_r(context, geometry) }
    var found: [Int] = []
    withUnsafeMutablePointer(to: &found) { list in
      GEOSSTRtree_query_r(
        context, tree, geometry,
        { item, list in
          list?.assumingMemoryBound(to: [Int].self).pointee.append(Int(bitPattern: item) - 1)
        }, list)
    }
    return found
  }
}

/// A rectangle in degrees with west at most east, both within -180…180.
package struct DegreeBox {
  package var west: Double
  package var south: Double
  package var east: Double
  package var north: Double
}
