import Base
import Testing

@testable import Service

/// Which connections give way to others.
@Suite struct ConnectionSharesTests {
  private static let one = IPAddress("192.0.2.1")!
  private static let other = IPAddress("192.0.2.2")!

  @Test func theLongestIdleOfAnAddressGivesWay() {
    var shares = ConnectionShares(most: 100, mostPerAddress: 3)
    for id in 1...3 { #expect(shares.open(id, from: Self.one, isShared: false) == nil) }
    shares.requestBegins(1)
    shares.requestBegins(2)
    shares.requestEnds(2)
    // 1 is busy, 2 was busy just now.
    #expect(shares.open(4, from: Self.one, isShared: false) == 3)
    #expect(shares.open(5, from: Self.one, isShared: false) == 2)
    #expect(shares.open(6, from: Self.other, isShared: false) == nil)
    for id in [4, 5] { shares.requestBegins(id) }
    #expect(shares.open(7, from: Self.one, isShared: false) == 7, "all are busy: the new one goes")
    #expect(shares.count == 4)
    // A proxy has many people behind it.
    #expect(shares.open(8, from: Self.one, isShared: true) == nil)
  }

  @Test func whoHasTheMostGivesWayWhereAllAreUsed() {
    var shares = ConnectionShares(most: 4, mostPerAddress: 3)
    #expect(shares.open(1, from: Self.other, isShared: false) == nil)
    for id in 2...4 { #expect(shares.open(id, from: Self.one, isShared: false) == nil) }
    #expect(shares.open(5, from: Self.other, isShared: false) == 2)
    // The address with the most is busy: whoever is idle.
    for id in [3, 4] { shares.requestBegins(id) }
    shares.close(5)
    #expect(shares.open(6, from: Self.one, isShared: false) == nil)
    shares.requestBegins(6)
    #expect(shares.open(7, from: IPAddress("192.0.2.3")!, isShared: false) == 1)
    for id in [7] { shares.requestBegins(id) }
    #expect(shares.open(8, from: Self.other, isShared: false) == 8)
  }

  @Test func oneNetworkOfIPv6IsOneAddress() {
    var shares = ConnectionShares(most: 10, mostPerAddress: 1)
    #expect(shares.open(1, from: IPAddress("2001:db8::1")!, isShared: false) == nil)
    #expect(shares.open(2, from: IPAddress("2001:db8::2")!, isShared: false) == 1)
  }
}
