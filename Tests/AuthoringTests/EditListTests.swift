import Authoring
import Geodesy
import JSON
import Routes
import Testing

@Suite struct EditListTests {
  @Test func everyEditIsReadAsItIsWritten() throws {
    let list = try edits(
      """
      [{"edit":"waypointsEvery","every":"25km","namePattern":"Milestone {n} ({distance})"},
       {"edit":"waypoints","waypoints":[{"name":"A","coordinate":[6.5,49.25,120]},
         {"name":"B","distance":"3mi","story":"s","type":"town","officialDistance":"5000m"}],"snap":"200m"},
       {"edit":"rename","waypoint":"#1","name":"C"},{"edit":"dropWaypoint","waypoint":"*"},
       {"edit":"reverse"},{"edit":"cut","from":"1km","to":"20km"},
       {"edit":"splitAt","distances":["5km","10km"]},{"edit":"joinEnds","within":"5m"},
       {"edit":"dropPart","part":2},{"edit":"startAt","coordinate":[6.5,49.25]},
       {"edit":"laps","laps":3,"lapJoin":"walk"},{"edit":"thereAndBack","value":false},
       {"edit":"officialLength","length":"2197.4mi"},
       {"edit":"joins","policy":"ferry","above":"2km"},{"edit":"name","name":"Moselle"},
       {"edit":"simplify","tolerance":"10m"},{"edit":"maxVertices","vertices":1000},
       {"edit":"smoothElevation","over":"200m"}]
      """)
    #expect(list.edits.count == EditCatalog.all.count)
    let again = try EditList(JSONReader.read(list.json.text()))
    #expect(again.json == list.json)
    for (edit, kind) in zip(list.edits, EditCatalog.all) {
      #expect(type(of: edit) == kind)
      let stated = Set(edit.members.map(\.0))
      let required = EditCatalog.fields(of: kind).filter(\.isRequired).map(\.name)
      #expect(stated.isSuperset(of: required), "\(kind.kind)")
    }
  }

  @Test(arguments: [
    ("{}", "edit-field", ""),
    ("[{\"edit\":\"fly\"}]", "edit-unknown", "/0/edit"),
    ("[{\"edit\":\"reverse\"},7]", "edit-field", "/1"),
    ("[{\"edit\":\"reverse\",\"to\":\"3km\"}]", "edit-field", "/0/to"),
    ("[{\"edit\":\"cut\"}]", "edit-field", "/0/from"),
    ("[{\"edit\":\"cut\",\"from\":3}]", "edit-field", "/0/from"),
    ("[{\"edit\":\"cut\",\"from\":\"-3km\"}]", "edit-field", "/0/from"),
    ("[{\"edit\":\"laps\",\"laps\":0}]", "edit-field", "/0/laps"),
    ("[{\"edit\":\"joins\",\"policy\":\"unresolved\"}]", "edit-field", "/0/policy"),
    (
      "[{\"edit\":\"waypoints\",\"waypoints\":[{\"coordinate\":[6,91]}]}]", "edit-field",
      "/0/waypoints/0/coordinate"
    ),
    (
      "[{\"edit\":\"waypoints\",\"waypoints\":[{\"distance\":\"1km\"},{\"name\":\"A\"}]}]",
      "edit-field", "/0/waypoints/1"
    ),
  ])
  func faultsHaveTheirPlace(_ text: String, code: String, pointer: String) throws {
    let error = #expect(throws: AuthoringError.self) { try edits(text) }
    #expect(error?.code.rawValue == code)
    #expect(error?.pointer?.description == pointer)
  }

  @Test func editsAreMadeInOrderAndReported() throws {
    let route = try MeasuredRoute(
      Route(
        parts: [equator(0...10), equator(12...20)],
        waypoints: [Waypoint(name: "Town", coordinate: place(0, 0.05))]))
    let outcome = try edits(
      """
      [{"edit":"joins","policy":"walk"},{"edit":"cut","from":"2km"},
       {"edit":"waypointsEvery","every":"5km","namePattern":"{n}: {distance}"},
       {"edit":"reverse"},{"edit":"dropWaypoint","waypoint":"town"}]
      """
    ).applied(to: route)
    #expect(outcome.reports.count == 5)
    #expect(
      outcome.route.route.waypoints.map(\.name) == ["4: 20 km", "3: 15 km", "2: 10 km", "1: 5 km"])
    #expect(outcome.reports[1].after.length < outcome.reports[1].before.length)
    let error = #expect(throws: AuthoringError.self) {
      try edits("[{\"edit\":\"reverse\"},{\"edit\":\"cut\",\"from\":\"30km\"}]").applied(
        to: MeasuredRoute(Route(parts: [equator(0...10)])))
    }
    #expect(error?.code == .range && error?.edit == 1)
  }
}
