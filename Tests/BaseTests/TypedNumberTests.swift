import Base
import Testing

@Suite struct TypedNumberTests {
  @Test(arguments: [
    ("1", 1.0), ("-12.5", -12.5), ("+3", 3), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("1E-2", 0.01),
    ("-0", 0),
  ])
  func decimalsAreRead(_ text: String, _ value: Double) {
    #expect(TypedNumber.read(text) == value)
  }

  @Test(arguments: [
    "", " 1", "1 ", "0x10", "nan", "NaN", "inf", "-infinity", "1e999", "1,5", "e", "-", ".", "1e",
    "1_000", "١", "0x1p4",
  ])
  func nothingElseIsANumber(_ text: String) { #expect(TypedNumber.read(text) == nil) }
}
