import Quests
import Testing

@testable import Service

/// Parameters as they are declared, and their reading.
@Suite struct ParameterTests {
  private func fault<Value>(_ form: ParameterForm<Value>, _ text: String) -> String? {
    do throws(ParameterFault) {
      _ = try form.read(text)
      return nil
    } catch { return error.details.joined(separator: "; ") }
  }

  @Test func textsAreReadAndCheckedAtOnce() throws {
    #expect(try ParameterForm.integer(1...500).read("500") == 500)
    for text in ["0", "501", "+5", "5.0", "", "five", "99999999999999999999"] {
      #expect(fault(.integer(1...500), text) != nil, "\(text)")
    }
    #expect(try ParameterForm.number(0...10).read("2.5e0") == 2.5)
    for text in ["nan", "inf", "0x1", "11", "", "1,5"] {
      #expect(fault(.number(0...10), text) != nil, "\(text)")
    }
    #expect(try ParameterForm<LengthUnits>.words().read("km") == .kilometers)
    #expect(fault(ParameterForm<LengthUnits>.words(), "KM") == "“KM” is none of mi, km, m")
    #expect(fault(.boolean, "yes") == "“yes” is neither true nor false")
    #expect(fault(.instant, "2026-05-03T18:30:00")?.hasPrefix("has no offset") == true)
    #expect(fault(.instant, "2026-05-03 18:30:00 UTC")?.hasPrefix("is not a moment") == true)
    #expect(fault(.distance, "-3 mi")?.contains("is negative") == true)
    #expect(
      fault(.distance(upTo: try .init("10 km"), "10 km"), "11 km")
        == "is more than 10 km, the limit")
    #expect(fault(.list(of: .boolean, count: 1...2), "true,true,true") != nil)
    #expect(try ParameterForm.place.read("51.5,-0.12").longitude == -0.12)
    #expect(fault(.place, "-0.12,151.5") == nil)
    #expect(fault(.place, "151.5,-0.12")?.hasSuffix("the latitude comes first") == true)
    #expect(fault(.box, "170,-10,-170,10") == nil)
    #expect(fault(.box, "0,10,10,-10") != nil)
    #expect(fault(.fields, "name,,id.") != nil)
  }

  /// What people write nearly right is named for what it is.
  @Test(arguments: [
    ("2026-05-03T18:30:00 02:00", "write %2B for +"), ("2026-05-03T18:30:00", "has no offset"),
    ("1899-12-31T23:59:59Z", "is before 1900"), ("yesterday, at five o'clock", "is not a moment"),
    ("2026-13-03T18:30:00 02:00", "is not a moment"), ("2026-02-30T10:00:00Z", "does not have"),
    ("2026-02-30T10:00:00 02:00", "does not have"), ("2025-02-29T10:00:00+01:00", "does not have"),
    ("1899-12-31T23:59:59+02:00", "is before 1900"),
  ])
  func aMistakenMomentIsNamed(text: String, detail: String) throws {
    #expect(fault(.instant, text)?.contains(detail) == true, "\(fault(.instant, text) ?? "taken")")
  }

  @Test func aDayThatIsNoneIsNamed() {
    #expect(fault(.day, "2026-02-30")?.contains("does not have") == true)
    #expect(fault(.day, "2026-02-28x")?.contains("is no date") == true)
  }

  @Test func aUnitHasNoPoint() {
    #expect(fault(.distance, "5 mi.")?.contains("ends with a point") == true)
  }

  /// Lists come with commas, or with their name before each value.
  @Test func fieldsComeInBothStyles() async throws {
    let service = try TestService()
    let ann = PersonID(high: 1, low: 1)
    let team = try await service.team(of: [ann])
    let path = "/v1/teams/\(team)?fields="
    let answer = try await service.send(.get, path + "id,name", as: ann)
    #expect(answer.status == 200 && answer.json.object?.count == 2, "\(answer.text)")
    #expect(try await service.send(.get, path + "id&fields=name", as: ann).bytes == answer.bytes)
  }

  @Test func listsComeInBothStyles() throws {
    for (operation, key, repeated, joined) in [
      ("listMarkers", "bbox", "bbox=6&bbox=-1&bbox=8&bbox=1", "bbox=6,-1,8,1"),
      ("listRoutes", "near", "near=51.5&near=-0.12", "near=51.5,-0.12"),
      ("getNearestPlaces", "to", "to=51.5&to=-0.12", "to=51.5,-0.12"),
      ("getRoutePositions", "at", "at=1km&at=1%20mi", "at=1km,1%20mi"),
      ("createRoute", "join", "join=1:walk&join=3:ferry", "join=1:walk,3:ferry"),
      (
        "createRoute", "joinsBelow", "joinsBelow=1km:walk&joinsBelow=2km:ferry",
        "joinsBelow=1km:walk,2km:ferry"
      ),
    ] {
      let endpoint = try #require(API().endpoints.first { $0.operation == operation })
      let reading = ParameterReading(endpoint)
      let path = endpoint.path.parameters.map { _ in "6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a10"[...] }
      let texts = try [repeated, joined].map { query in
        try reading.values(path: path, query: query, headers: [:]).entries
          .first { $0.key.name == key }?.text
      }
      #expect(texts[0] != nil && texts[0] == texts[1], "\(operation)")
    }
  }

  @Test func whatIsEncodedIsDecodedInPathsToo() throws {
    let id = "6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a10"
    let endpoint = Endpoint(
      .get, "/v1/teams/\(.team)", "test", "Test", tag: "Test", access: .open,
      parameters: [.limit, .ifMatch], answers: []
    ) { _ in .nothing }
    let reading = ParameterReading(endpoint)
    let values = try reading.values(
      path: ["%36\(id.dropFirst())"[...]], query: "l%69mit=7", headers: [.ifMatch: "*"])
    #expect(values[.team]?.value as? TeamID == TeamID(id))
    #expect(values[.limit]?.value as? Int == 7)
    #expect(values[.ifMatch]?.text == "*")
    #expect(values[.cursor] == nil)
    #expect(throws: Problem.self) {
      try reading.values(path: ["%2"], query: nil, headers: [:])
    }
    do throws(Problem) {
      _ = try reading.values(path: [id[...]], query: "limit=0&limit=1&a=%FF&b=1", headers: [:])
      Issue.record("wrong parameters were taken")
    } catch {
      #expect(
        error.faults.map(\.place) == [
          .query("limit"), .query("a"), .query("b"), .query("limit"),
        ])
    }
  }

  /// Each is declared once: no endpoint has two of one name, nor a path without its keys.
  @Test func everyEndpointListsItsParametersOnce() {
    for endpoint in API().endpoints {
      let names = endpoint.parameters.map { "\($0.place) \($0.name)" }
      #expect(Set(names).count == names.count, "\(endpoint.operation)")
      #expect(
        endpoint.path.description.split(separator: "{").count - 1
          == endpoint.path.parameters.count, "\(endpoint.operation)")
      #expect(endpoint.parameters.allSatisfy { $0.place != .path || $0.isRequired })
    }
  }
}
