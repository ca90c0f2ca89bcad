/// The numbers of messages and fields that the public profile of FIT gives.
enum FITProfile {
  enum Message: UInt16 {
    case fileID = 0
    case session = 18
    case lap = 19
    case record = 20
    case course = 31
    case coursePoint = 32
    case activity = 34
  }

  /// The type of a file that is a course.
  static let courseFile: Int64 = 6

  enum FileID {
    static let type: UInt8 = 0
    static let manufacturer: UInt8 = 1
    static let product: UInt8 = 2
    static let serialNumber: UInt8 = 3
  }

  enum Record {
    static let latitude: UInt8 = 0
    static let longitude: UInt8 = 1
    static let altitude: UInt8 = 2
    static let distance: UInt8 = 5
    static let compressedSpeedDistance: UInt8 = 8
    static let enhancedAltitude: UInt8 = 78
  }

  /// Fields that sessions and laps share.
  enum Summary {
    static let startTime: UInt8 = 2
    static let elapsedTime: UInt8 = 7
    static let timerTime: UInt8 = 8
    static let distance: UInt8 = 9
    /// Of sessions; what laps have there is not asked for.
    static let sport: UInt8 = 5
  }

  enum Activity {
    static let localTime: UInt8 = 5
  }

  enum Course {
    static let name: UInt8 = 5
  }

  enum CoursePoint {
    static let latitude: UInt8 = 2
    static let longitude: UInt8 = 3
    static let type: UInt8 = 5
    static let name: UInt8 = 6
  }

  /// Seconds since 1970 of the end of 1989, at which the time of FIT begins.
  private static let epoch: Int64 = 631_065_600
  /// Smaller values count from when the device was switched on.
  private static let leastSeconds: UInt32 = 0x1000_0000

  /// Microseconds since 1970 UTC of a time stamp; nil where it is no date.
  static func microseconds(_ seconds: UInt32?) -> Int64? {
    guard let seconds, seconds >= leastSeconds else { return nil }
    return (Int64(seconds) + epoch) * 1_000_000
  }

  /// Degrees of semicircles, of which 2³¹ are 180 degrees.
  static func degrees(_ semicircles: Int64) -> Double {
    Double(semicircles) * (180.0 / 2_147_483_648)
  }

  private static let pointTypes = [
    "generic", "summit", "valley", "water", "food", "danger", "left", "right", "straight",
    "first aid", "fourth category", "third category", "second category", "first category",
    "hors category", "sprint", "left fork", "right fork", "middle fork", "slight left",
    "sharp left", "slight right", "sharp right", "u-turn", "segment start", "segment end",
  ]

  /// What a course point is, in the profile's words.
  static func pointType(_ number: Int64) -> String? {
    pointTypes.indices.contains(Int(number)) ? pointTypes[Int(number)] : nil
  }

  /// Names of what a recording holds beside the line, by the numbers of a record's fields.
  static let recordNames: [UInt8: String] = [
    3: "heart_rate", 4: "cadence", 5: "distance", 6: "speed", 7: "power", 8: "distance",
    9: "grade", 11: "time_from_course", 13: "temperature", 29: "accumulated_power",
    30: "left_right_balance", 31: "gps_accuracy", 32: "vertical_speed", 33: "calories",
    39: "vertical_oscillation", 41: "stance_time", 53: "fractional_cadence", 73: "speed",
    253: "timestamp",
  ]

  static let messageNames: [UInt16: String] = [
    0: "file_id", 2: "device_settings", 3: "user_profile", 7: "zones_target", 12: "sport",
    18: "session", 19: "lap", 21: "event", 23: "device_info", 31: "course", 34: "activity",
    49: "file_creator", 78: "hrv", 101: "length", 142: "segment_lap", 206: "field_description",
    207: "developer_data_id",
  ]
}
