public import JSON
public import Routes

/// Edits in the order in which they are made: what a command line says, what a request holds, and what
/// a file keeps so that the same can be done again.
public struct EditList: Sendable {
  public var edits: [any Edit]

  public init(_ edits: [any Edit] = []) { self.edits = edits }

  /// More edits than this are refused.
  public static let mostEdits = 1_000

  /// Reads a list of edits: an array of objects, each with its name in `edit`.
  ///
  /// - Parameters:
  ///   - pointer: where the list stands.
  ///   - open: opens the models of the ground that edits name; nil where no file is opened, and such
  ///     an edit is unknown.
  /// - Throws: the first fault with its pointer: `edit-unknown`, `edit-field`, `edit-limit`, and what
  ///   `open` throws.
  public init(
    _ node: JSONNode, at pointer: JSONPointer = .root,
    opening open: ((String) throws(AuthoringError) -> any ElevationModel)? = nil
  ) throws(AuthoringError) {
    func fault(
      _ code: AuthoringError.Code, _ message: String, _ pointer: JSONPointer, edit: Int? = nil
    ) -> AuthoringError {
      var error = AuthoringError(code, message)
      error.pointer = pointer
      error.edit = edit
      return error
    }
    guard let items = node.array else {
      throw fault(.field, "a list of edits must be an array, and this is \(node.kind)", pointer)
    }
    guard items.count <= Self.mostEdits else {
      throw fault(
        .limit, "the list has \(items.count) edits; the limit is \(Self.mostEdits) edits", pointer)
    }
    edits = []
    for (index, item) in items.enumerated() {
      let place = pointer.appending(index)
      guard let kind = item["edit"]?.string else {
        throw fault(
          .field,
          "an edit must be an object with its name in “edit”, such as {\"edit\":\"reverse\"}",
          place, edit: index)
      }
      let type = EditCatalog.byKind[kind]
      guard let type, open != nil || type != SetElevation.self else {
        throw fault(
          .unknown,
          "no edit is called “\(kind.prefix(60))”; the edits are "
            + EditCatalog.all.map { $0.kind }.joined(separator: ", "),
          place.appending("edit"), edit: index)
      }
      var fields = EditFields(reading: item, at: place)
      let edit = type.init(&fields)
      fields.close(kind)
      if var error = fields.fault {
        error.edit = index
        throw error
      }
      if let open, let elevation = edit as? SetElevation {
        edits.append(elevation.reading(try open(elevation.file)))
      } else {
        edits.append(edit)
      }
    }
  }

  /// The list as `init(_:at:)` reads it.
  public var json: JSONValue { .array(edits.map { $0.json }) }

  /// A route that was edited, and what each edit did.
  public struct Outcome: Sendable {
    public let route: MeasuredRoute
    public let reports: [EditReport]
  }

  /// Makes the edits, each on what the one before it left.
  ///
  /// - Throws: why the first that cannot be made cannot be, with its index; nothing is made then.
  public func applied(to route: MeasuredRoute) throws(AuthoringError) -> Outcome {
    var measured = route
    var reports: [EditReport] = []
    for (index, edit) in edits.enumerated() {
      do throws(AuthoringError) {
        let edited = try edit.applied(to: measured)
        let after = try AuthoringError.of { () throws(RouteError) in
          try MeasuredRoute(edited.route)
        }
        reports.append(
          EditReport(
            edit, did: edited.did + PassNotes.moved(from: measured, to: after),
            before: RouteFigures(measured), after: RouteFigures(after)))
        measured = after
      } catch {
        var placed = error
        placed.edit = index
        throw placed
      }
    }
    return Outcome(route: measured, reports: reports)
  }
}
