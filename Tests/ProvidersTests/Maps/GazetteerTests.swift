import Geodesy
import MapData
import Testing

@testable import Providers

@Suite struct GazetteerTests {
  private func found(_ text: String) async throws -> [String] {
    try await Gazetteer().places(named: text, most: 20).map(\.title)
  }

  /// The script that writes the text and the program that searches it fold names alike.
  @Test func everyCityIsFoundByItsName() {
    var count = 0
    var places: Set<Place> = []
    var wrong: [City] = []
    Cities.visit { key, city in
      let city = city()
      count += 1
      places.insert(city.place)
      let isRight =
        PlaceKey.folded(city.name) == key && (-90...90).contains(city.place.latitude)
        && (-180...180).contains(city.place.longitude) && !city.country.name.isEmpty
        && city.country.iso.utf8.count == 2
      if !isRight { wrong.append(city) }
    }
    #expect(wrong.isEmpty)
    #expect(count == 34_006)
    #expect(places.count > 33_900)
    let oslo = Cities.named("oslo").map(\.city)
    #expect(oslo.first?.country.iso3 == "NOR")
  }

  @Test(arguments: [
    ("São-Tomé", "sao tome"), ("  ÅRHUS ", "arhus"), ("St. John's", "st johns"),
    ("Łódź", "lodz"), ("Straße", "strasse"), ("İzmir", "izmir"), ("МОСКВА", "москва"),
    ("Nukuʻalofa", "nukualofa"), ("東京", "東京"), ("", ""), ("|", ""), ("a|b\n", "a b"),
  ])
  func namesAreFolded(_ text: String, _ key: String) {
    #expect(PlaceKey.folded(text) == key)
  }

  @Test func aNameThatManyHaveIsThatOfTheLargest() async throws {
    let springfields = try await found("Springfield")
    #expect(springfields.first == "Springfield, Missouri, United States")
    #expect(springfields.count >= 8)
    #expect(try await found("springfield, il") == ["Springfield, Illinois, United States"])
    #expect(try await found("Springfield, Ohio, USA") == ["Springfield, Ohio, United States"])
    #expect(try await found("Springfield, France").isEmpty)
    #expect(try await found("Paris").first == "Paris, France")
    #expect(try await found("Paris, Texas") == ["Paris, Texas, United States"])
    #expect(try await found("London, Canada") == ["London, Canada"])
    #expect(try await Gazetteer().places(named: "San José", most: 3).count == 3)
  }

  @Test(arguments: [
    ("München", "Munich, Germany"), ("MUNCHEN", "Munich, Germany"), ("Москва", "Moscow, Russia"),
    ("北京", "Beijing, China"), ("Roma", "Rome, Italy"), ("القاهرة", "Cairo, Egypt"),
    ("Αθήνα", "Athens, Greece"), ("Praha, CZ", "Prague, Czechia"),
    ("Boston,UK", "Boston, England, United Kingdom"),
    ("Perth, U.K.", "Perth, Scotland, United Kingdom"),
    ("Leiden, Holland", "Leiden, The Netherlands"),
  ])
  func otherSpellingsLeadThere(_ text: String, _ title: String) async throws {
    #expect(try await found(text).first == title)
  }

  @Test func whatIsNoNameLeadsNowhere() async throws {
    for text in [
      "", " ", ",", "|", ">US", "Qqqqq", "\n", "a|b", String(repeating: "x", count: 9_999),
    ] {
      #expect(try await found(text).isEmpty, "\(text)")
    }
  }

  @Test func theNearestCityIsNamed() async throws {
    func name(_ latitude: Double, _ longitude: Double) async throws -> String? {
      try await Gazetteer().place(
        at: try Coordinate(latitude: latitude, longitude: longitude))?.name
    }
    #expect(try await name(42.5, 1.52) == "Andorra la Vella")
    #expect(try await name(-90, 0) == "Ushuaia")
    #expect(try await name(51.5, -0.12) == "London")
    // Over 180 degrees.
    #expect(try await name(-17, -179.9) == name(-17, 180))
    // By the slow and obvious way.
    var random = SplitMix64("nearest city")
    var all: [Coordinate] = []
    Cities.visit { _, city in
      let place = city().place
      all.append(Coordinate(uncheckedLatitude: place.latitude, longitude: place.longitude))
    }
    for _ in 0..<5 {
      let place = try Coordinate(
        latitude: .random(in: -60...70, using: &random),
        longitude: .random(in: -180...180, using: &random))
      var best = Double.infinity
      for other in all {
        best = min(best, Geodesic.wgs84.inverse(from: place, to: other).distanceMeters)
      }
      let found = try #require(try await Gazetteer().place(at: place))
      let meters = Geodesic.wgs84.inverse(from: place, to: found.coordinate).distanceMeters
      // The sphere and the ellipsoid differ by half a percent.
      #expect(meters <= best * 1.006)
    }
  }

  @Test func misspellingsHaveSuggestions() {
    #expect(Gazetteer.suggestions(for: "Lundon").first == "London, England, United Kingdom")
    #expect(Gazetteer.suggestions(for: "Sprinfield, US").isEmpty == false)
    #expect(Gazetteer.suggestions(for: "Edinbur").first?.hasPrefix("Edinburgh") == true)
    #expect(Gazetteer.suggestions(for: "x").isEmpty)
  }
}
