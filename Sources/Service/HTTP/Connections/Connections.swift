import Base
import NIOCore

/// All connections of the process, bounded by `ConnectionShares`.
final class Connections: Sendable {
  private struct State {
    var shares: ConnectionShares
    var channels: [ConnectionShares.ID: any Channel] = [:]
    var nextID = 0
  }

  private let state: Lock<State>
  private let trustedProxies: [AddressRange]

  init(_ limits: ServiceLimits, trustedProxies: [AddressRange]) {
    state = Lock(
      State(
        shares: ConnectionShares(
          most: limits.connections, mostPerAddress: limits.connectionsPerAddress)))
    self.trustedProxies = trustedProxies
  }

  var count: Int { state.withLock { $0.shares.count } }

  /// Adds a connection, and closes the one that gives way to it, or itself.
  func open(_ channel: any Channel) -> ConnectionShares.ID {
    let address = IPAddress(channel.remoteAddress)
    let isShared = trustedProxies.contains { $0.contains(address) }
    let (id, victim) = state.withLock { state in
      state.nextID += 1
      let id = state.nextID
      state.channels[id] = channel
      let victim = state.shares.open(id, from: address, isShared: isShared)
      return (id, victim.flatMap { state.channels.removeValue(forKey: $0) })
    }
    victim?.close(promise: nil)
    return id
  }

  func requestBegins(_ id: ConnectionShares.ID) {
    state.withLock { $0.shares.requestBegins(id) }
  }

  func requestEnds(_ id: ConnectionShares.ID) { state.withLock { $0.shares.requestEnds(id) } }

  /// Closes a connection.
  func end(_ id: ConnectionShares.ID) {
    state.withLock { $0.channels[id] }?.close(promise: nil)
  }

  /// A connection was closed.
  func close(_ id: ConnectionShares.ID) {
    state.withLock { state in
      state.shares.close(id)
      state.channels.removeValue(forKey: id)
    }
  }
}
