internal import Formats
internal import Inspection

/// The colours of a picture: light for paper and bright screens, dark for dark ones.
///
/// What has to be told apart has the colours of Okabe and Ito (2008), which are safe for all common
/// forms of colour blindness, and a shape of its own besides.
public enum PlotTheme: String, CaseIterable, Sendable {
  case light, dark
}

/// The palette of a theme.
struct Palette {
  let isDark: Bool
  let paper: Color
  let sea: Color
  /// Where the coast between the two is approximate.
  let faintSea: Color
  let land: Color
  let river: Color
  let border: Color
  let iceShelf: Color
  /// Of an extract, where every pond is in its place.
  let water: Color
  /// Woods and parks.
  let green: Color
  let street: Color
  let mainRoad: Color
  let path: Color
  let coast: Color
  let graticule: Color
  let frame: Color
  let ink: Color
  let quietInk: Color
  let halo: Color
  let casing: Color
  let route: Color
  /// The route where another part of it is to be seen first.
  let quietRoute: Color
  let travelled: Color
  let ferry: Color
  let unresolved: Color
  let start: Color
  let finish: Color
  let waypoint: Color
  let profileFill: Color
  let panel: Color
  /// None of them is like the colour of a line.
  let error = Color(0xE0112D)
  let warning = Color(0xF0E442)
  let info = Color(0xC9F27B)

  init(_ theme: PlotTheme) {
    isDark = theme == .dark
    switch theme {
    case .light:
      paper = Color(0xFFFFFF)
      sea = Color(0xE3EDF3)
      faintSea = Color(0xEFF3F3)
      land = Color(0xFAF7EF)
      river = Color(0xA5C3D6)
      border = Color(0xAE9DAA)
      iceShelf = Color(0xF1F5F8)
      water = Color(0xBFD6E4)
      green = Color(0xEAF0DF)
      street = Color(0xD3CABB)
      mainRoad = Color(0xC2B49C)
      path = Color(0xBBAF9D)
      coast = Color(0x9FB0BB)
      graticule = Color(0x8FA6B5, opacity: 0.35)
      frame = Color(0x8796A1)
      ink = Color(0x1F2933)
      quietInk = Color(0x566370)
      halo = Color(0xFFFFFF, opacity: 0.85)
      casing = Color(0xFFFFFF)
      route = Color(0x0072B2)
      quietRoute = Color(0x8DB4CC)
      travelled = Color(0xD55E00)
      ferry = Color(0x56748A)
      unresolved = Color(0xA8437B)
      start = Color(0x009E73)
      finish = Color(0x1F2933)
      waypoint = Color(0xFFFFFF)
      profileFill = Color(0x0072B2, opacity: 0.15)
      panel = Color(0xFFFFFF, opacity: 0.88)
    case .dark:
      paper = Color(0x12181E)
      sea = Color(0x17222C)
      faintSea = Color(0x202B35)
      land = Color(0x2A353F)
      river = Color(0x46657A)
      border = Color(0x7A6B78)
      iceShelf = Color(0x3A4854)
      water = Color(0x1C3A4E)
      green = Color(0x2B3D3C)
      street = Color(0x4C5965)
      mainRoad = Color(0x66727C)
      path = Color(0x5F6B75)
      coast = Color(0x566774)
      graticule = Color(0x8FA6B5, opacity: 0.22)
      frame = Color(0x5B6975)
      ink = Color(0xEDF2F6)
      quietInk = Color(0xA5B3BF)
      halo = Color(0x12181E, opacity: 0.85)
      casing = Color(0x0B0F13)
      route = Color(0x56B4E9)
      quietRoute = Color(0x4F8AAC)
      travelled = Color(0xE69F00)
      ferry = Color(0x9DB2C1)
      unresolved = Color(0xE39CC4)
      start = Color(0x19B78B)
      finish = Color(0xEDF2F6)
      waypoint = Color(0x12181E)
      profileFill = Color(0x56B4E9, opacity: 0.2)
      panel = Color(0x12181E, opacity: 0.88)
    }
  }

  func color(of severity: Severity) -> Color {
    switch severity {
    case .error: error
    case .warning: warning
    case .info: info
    }
  }
}
