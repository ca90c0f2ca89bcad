import Routes

extension Call {
  /// Does heavy work when its turn has come, away from the threads that serve. It ends where the
  /// client is gone or the service ends, at once where it has not begun.
  ///
  /// - Parameters:
  ///   - pool: where it waits; that of all heavy work by default.
  ///   - work: keeps a processor busy.
  ///   - finish: what becomes of it, such as that it is stored; once it begins, nothing ends it. The
  ///     turn, and the memory that it was admitted for, last until then.
  /// - Throws: `unavailable` and `too-many-requests` where too much waits.
  func heavily<Made: Sendable, Result>(
    _ cost: WorkCost, in pool: WorkPool? = nil,
    _ work: @escaping @Sendable () async throws -> Made,
    finish: (Made) async throws -> Result
  ) async throws -> Result {
    let (pool, key) = (pool ?? backend.work, CallerKey(caller, at: address))
    let task = Task {
      let turn = try await pool.turn(cost, for: key)
      return (turn, try await turn.run(work))
    }
    connection?.whenGone { task.cancel() }
    defer { connection?.whenGone(nil) }
    let (turn, made) = try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
    defer { withExtendedLifetime(turn) {} }
    return try await finish(made)
  }

  func heavily<Made: Sendable>(
    _ cost: WorkCost, in pool: WorkPool? = nil,
    _ work: @escaping @Sendable () async throws -> Made
  ) async throws -> Made {
    try await heavily(cost, in: pool, work) { $0 }
  }

  /// Does what grows with a route: heavily for a large one, else at once.
  func working<Made: Sendable>(
    on route: MeasuredRoute, _ work: @escaping @Sendable () throws -> Made
  ) async throws -> Made {
    let (vertices, waypoints) = (route.route.vertices.count, route.route.waypoints.count)
    let cost = WorkCost(vertices: vertices, waypoints: waypoints)
    if cost.steps <= backend.limits.lightSteps { return try await backend.offload(work) }
    return try await heavily(cost, work)
  }
}
