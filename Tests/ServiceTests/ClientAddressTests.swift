import NIOCore
import Testing

@testable import Service

@Suite struct ClientAddressTests {
  @Test(arguments: [
    "10.0.0.1", "255.255.255.255", "0.0.0.0", "2001:db8::1", "::1", "fe80::a:b:c:d",
  ])
  func anAddressReadsAsItIsWritten(text: String) throws {
    #expect(try #require(IPAddress(text)).description == text)
    #expect(IPAddress(try SocketAddress(ipAddress: text, port: 1)).description == text)
  }

  @Test func aMappedAddressIsTheOneThatItMaps() {
    #expect(IPAddress("::ffff:10.0.0.1") == IPAddress("10.0.0.1"))
  }

  @Test(arguments: ["", "10.0.0", "10.0.0.256", "a", "1:2", " 10.0.0.1"])
  func whatIsNoAddressIsRefused(text: String) { #expect(IPAddress(text) == nil) }

  /// Every length of a prefix, against the bits one by one.
  @Test func aRangeHoldsWhatSharesItsBits() throws {
    for (text, most) in [("10.77.129.3", 32), ("2001:db8:5::9:1", 128)] {
      let address = try #require(IPAddress(text))
      for bits in 0...most {
        let range = try #require(AddressRange("\(text)/\(bits)"))
        #expect(range.contains(address))
        for bit in 0..<most {
          let flipped = address.flipping(bit + 128 - most)
          #expect(range.contains(flipped) == (bit >= bits), "\(text)/\(bits), bit \(bit)")
        }
      }
    }
  }

  /// IPv4 addresses are written into IPv6 at ::ffff:0:0/96, which stands in every network around it.
  @Test func aNetworkOfOneKindHoldsNoneOfTheOther() throws {
    for (network, address, isIn) in [
      ("::/8", "192.0.2.1", false), ("::/0", "192.0.2.1", false), ("::/8", "::1", true),
      ("::ffff:0:0/96", "192.0.2.1", true), ("::ffff:10.0.0.0/104", "10.1.2.3", true),
      ("0.0.0.0/0", "192.0.2.1", true), ("0.0.0.0/0", "::1", false),
      ("0.0.0.0/0", "2001:db8::1", false),
    ] {
      let range = try #require(AddressRange(network))
      #expect(range.contains(try #require(IPAddress(address))) == isIn, "\(address) in \(network)")
    }
  }

  @Test func aLimitIsForAnAddressOrForTheNetworkOfACustomer() throws {
    let key = { (text: String) in try #require(IPAddress(text)).throttleKey }
    #expect(try key("10.0.0.1") != key("10.0.0.2"))
    #expect(try key("2001:db8::1") == key("2001:db8::ffff:1"))
    #expect(try key("2001:db8::1") != key("2001:db8:0:1::1"))
  }

  @Test func onlyWhatStandsBehindTrustedProxiesIsBelieved() throws {
    let clients = ClientAddress(
      trustedProxies: [try #require(AddressRange("10.0.0.0/8")), try #require(AddressRange("::1"))])
    func seen(_ peer: String, _ forwarded: String?) throws -> String {
      clients.address(peer: try #require(IPAddress(peer)), forwarded: forwarded).description
    }
    #expect(try seen("192.0.2.1", "198.51.100.7") == "192.0.2.1")
    #expect(try seen("10.0.0.1", nil) == "10.0.0.1")
    #expect(try seen("10.0.0.1", "198.51.100.7, 192.0.2.9, 10.1.1.1") == "192.0.2.9")
    #expect(try seen("::1", "198.51.100.7, nonsense") == "::1")
    #expect(try seen("10.0.0.1", "10.0.0.2") == "10.0.0.2")
  }
}

extension IPAddress {
  /// The same but for one bit, counted from the most significant.
  fileprivate func flipping(_ bit: Int) -> IPAddress {
    bit < 64
      ? IPAddress(high: high ^ 1 << UInt64(63 - bit), low: low)
      : IPAddress(high: high, low: low ^ 1 << UInt64(127 - bit))
  }
}
