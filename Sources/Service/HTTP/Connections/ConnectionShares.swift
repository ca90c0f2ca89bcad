import Base

/// Which connections stay open: a plain value, which performs nothing.
///
/// Where an address, or the service, has as many as it may, the one that has been idle the longest
/// gives way to the new one. One on which a request is under way never does.
struct ConnectionShares: Sendable {
  typealias ID = Int

  private struct Connection {
    let address: IPAddress
    /// Requests whose answers are not written yet.
    var requests = 0
    /// Counts up with each change, so that the longest idle is the lowest.
    var idleSince: Int
  }

  private let most: Int
  private let mostPerAddress: Int
  private var connections: [ID: Connection] = [:]
  private var addresses: [IPAddress: Set<ID>] = [:]
  private var moment = 0

  init(most: Int, mostPerAddress: Int) {
    self.most = most
    self.mostPerAddress = mostPerAddress
  }

  var count: Int { connections.count }

  /// Adds a connection.
  ///
  /// - Parameter isShared: whether many people stand behind the address, as behind a proxy.
  /// - Returns: the one that is to be closed for it, itself where none can be.
  mutating func open(_ id: ID, from address: IPAddress, isShared: Bool) -> ID? {
    let key = address.throttleKey
    var victim: ID?
    if !isShared, addresses[key, default: []].count >= mostPerAddress {
      victim = longestIdle(in: addresses[key, default: []])
      if victim == nil { return id }
    } else if connections.count >= most {
      // Whoever has the most gives way first.
      let largest = addresses.max { $0.value.count < $1.value.count }?.value ?? []
      victim = longestIdle(in: largest) ?? longestIdle(in: connections.keys)
      if victim == nil { return id }
    }
    if let victim { close(victim) }
    moment += 1
    connections[id] = Connection(address: key, idleSince: moment)
    addresses[key, default: []].insert(id)
    return victim
  }

  mutating func requestBegins(_ id: ID) { connections[id]?.requests += 1 }

  mutating func requestEnds(_ id: ID) {
    moment += 1
    connections[id]?.requests -= 1
    connections[id]?.idleSince = moment
  }

  mutating func close(_ id: ID) {
    guard let address = connections.removeValue(forKey: id)?.address else { return }
    addresses[address]?.remove(id)
    if addresses[address]?.isEmpty == true { addresses[address] = nil }
  }

  private func longestIdle(in ids: some Collection<ID>) -> ID? {
    var found: (id: ID, idleSince: Int)?
    for id in ids {
      guard let connection = connections[id], connection.requests <= 0 else { continue }
      if found.map({ connection.idleSince < $0.idleSince }) != false {
        found = (id, connection.idleSince)
      }
    }
    return found?.id
  }
}
