public import Geodesy

/// A waypoint where a course passes it.
public struct CourseStop: Hashable, Sendable {
  /// Index in the route's list of waypoints.
  public let waypoint: Int
  /// Official distance walked since the start of the course, laps counted.
  public let distance: Distance
}

extension MeasuredRoute {
  /// How many times the course passes a waypoint, laps and the way back counted.
  public var courseStopCount: Int {
    let (count, overflow) = lapStops.stops.count.multipliedReportingOverflow(
      by: route.course.laps)
    return overflow ? .max : count
  }

  /// Every passing of a waypoint, in the order of travel.
  ///
  /// Where a lap ends on the place that the next begins on, the waypoint there is passed at the end
  /// of the one and at the beginning of the other.
  /// - Complexity: O(1), whatever the laps.
  public var courseStops: CourseStops { CourseStops(self) }
}

/// The stops of a course: those of one lap, over and over.
public struct CourseStops: RandomAccessCollection, Sendable {
  private let stops: [LapStops.Stop]
  private let lapMicrometers: Int64
  public let startIndex = 0
  public let endIndex: Int

  fileprivate init(_ measured: MeasuredRoute) {
    stops = measured.lapStops.stops
    lapMicrometers = measured.lapLength.micrometers
    endIndex = measured.courseStopCount
  }

  public subscript(position: Int) -> CourseStop {
    let (lap, index) = position.quotientAndRemainder(dividingBy: stops.count)
    // Within the length of the course, which is a distance.
    return CourseStop(
      waypoint: stops[index].waypoint,
      distance: Distance(micrometers: Int64(lap) * lapMicrometers + stops[index].micrometers))
  }
}
