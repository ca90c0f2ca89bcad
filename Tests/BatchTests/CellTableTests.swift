import Testing

@testable import Batch

/// Numbers of small tables, such as those of waypoints.
@Suite struct CellTableTests {
  private func table(_ text: String) throws(BatchError) -> CellTable {
    try CellTable(Array(text.utf8))
  }

  @Test func degreesShowWhatStandsBeforeDecimals() throws {
    for (text, mark) in [
      ("lat;lon\n49;6,367\n", DecimalMark.comma), ("lat;lon\n49.545;6\n", .point),
      ("lat,lon\n\"49,545\",6\n", .comma), ("lat;lon\n49;6\n", nil),
    ] as [(String, DecimalMark?)] {
      let table = try table(text)
      #expect(
        table.decimalMark(inDegrees: try table.column("lat"), try table.column("lon")) == mark,
        "\(text)")
    }
  }

  @Test func numbersAreReadAsThoseOfWalks() throws {
    func number(_ cell: String, _ mark: DecimalMark?, separator: String = ";") throws -> Double? {
      let table = try table("a\(separator)b\n\(cell)\(separator)x\n")
      return try table.number(table.rows[0], table.column("a"), mark: mark, "height")
    }
    #expect(try number("6,367", .comma) == 6.367)
    #expect(try number("1.234,5", .comma) == 1_234.5)
    #expect(try number("-0,5", .comma) == -0.5)
    #expect(try number("6.367", .point) == 6.367)
    #expect(try number("12,5", nil) == 12.5)
    #expect(try number("1.234", nil, separator: ",") == 1.234)
    #expect(try number("", .comma) == nil)
    for (cell, mark) in [("1,234", nil), ("1.234", nil), ("1,2,3", DecimalMark.comma), ("x", nil)]
      as [(String, DecimalMark?)]
    {
      #expect(throws: BatchError.self, "\(cell)") { try number(cell, mark) }
    }
  }

  @Test func distancesKeepTheirUnits() throws {
    let table = try table("at;b\n12,5 km;x\n")
    #expect(
      try table.distanceText(table.rows[0], table.column("at"), mark: nil) == "12.5 km")
  }
}
