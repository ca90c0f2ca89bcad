import Foundation
import Testing

@testable import Batch

@Suite struct WalkExportTests {
  @Test(arguments: [
    ("May 3, 2026, 6:30:00 PM", "2026-05-03T18:30:00Z"),
    ("Jan 31, 2026, 12:05:09 AM", "2026-01-31T00:05:09Z"),
    ("Dec 1, 2026, 12:00:00\u{202F}PM", "2026-12-01T12:00:00Z"),
    ("3 May 2026, 18:30:00", nil), ("May 3, 2026", nil), ("May 3, 2026, 13:30:00 PM", nil),
    ("", nil),
    ("May 99999999999999999999, 2026, 6:30:00 PM", nil),
  ])
  func datesOfStravaAreRead(_ text: String, _ plain: String?) {
    #expect(WalkExport.plainDate(text) == plain)
  }

  @Test(
    arguments: [
      ("3723", 3_723), ("3723.9", 3_723), ("01:02:03", 3_723), ("58:10.4", 3_490), ("--", nil),
      ("1:2:3:4", nil), ("", nil), ("-5", nil), ("99999999999999999999", nil),
    ] as [(String, Int64?)])
  func durationsAreRead(_ text: String, _ seconds: Int64?) {
    #expect(WalkExport.seconds(text) == seconds)
  }

  @Test func tablesAreToldByTheirHeaders() {
    let old = ["Activity ID", "Activity Date", "Activity Type", "Distance"]
    #expect(WalkExport(old)?.unit == .kilometers && WalkExport(old)?.distance == 3)
    #expect(WalkExport(old + ["Distance"])?.unit == .meters)
    #expect(WalkExport(["Activity Type", "Date", "Title", "Distance"])?.kind == .garmin)
    #expect(WalkExport(["team", "started_at", "distance_meters"]) == nil)
    #expect(WalkExport.isOnFoot("Trail Run") && !WalkExport.isOnFoot("Virtual Ride"))
  }

  @Test func walksWithoutADistanceArePassedOver() throws {
    for text in ["", "--", "0", "0.00", "0,00"] {
      #expect(WalkExport.saysNoDistance(text), "\(text)")
    }
    for text in ["0.01", "x", "-1", "10"] { #expect(!WalkExport.saysNoDistance(text), "\(text)") }
    let table = """
      Activity ID,Activity Date,Activity Name,Activity Type,Distance
      1,"May 3, 2026, 6:30:00 PM",Morning,Walk,5.00
      2,"May 4, 2026, 6:30:00 PM",Treadmill,Run,0.00
      3,"May 5, 2026, 6:30:00 PM",Treadmill,Run,--

      """
    let pipe = Pipe()
    try pipe.fileHandleForWriting.write(contentsOf: Data(table.utf8))
    try pipe.fileHandleForWriting.close()
    var columns = ActivityColumns()
    columns.everyTeam = "A"
    columns.everyPerson = "B"
    let reader = try ActivityReader(
      descriptor: pipe.fileHandleForReading.fileDescriptor, columns: columns)
    var rows = 0
    while let row = try reader.next() {
      _ = try row.get()
      rows += 1
    }
    #expect(rows == 1 && reader.passedOver == ["Run without a distance": 2])
  }
}
