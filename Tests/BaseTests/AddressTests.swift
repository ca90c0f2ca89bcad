import Base
import Testing

@Suite struct AddressTests {
  @Test(arguments: [
    "10.0.0.1", "255.255.255.255", "0.0.0.0", "2001:db8::1", "::1", "fe80::a:b:c:d",
  ])
  func anAddressReadsAsItIsWritten(text: String) throws {
    #expect(try #require(IPAddress(text)).description == text)
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

  @Test(arguments: [
    "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8",
    "10.0.0/8",
    "host", "::/129", "10.0.0.0/8/8", "10.0.0.0/99999999999999999999", "::ffff:10.0.0.0/129",
  ])
  func whatIsNotANetworkIsRefused(text: String) { #expect(AddressRange(text) == nil) }

  @Test func anAddressAloneIsANetworkOfOne() throws {
    #expect(AddressRange("10.0.0.1") == AddressRange("10.0.0.1/32"))
    #expect(AddressRange("::1") == AddressRange("::1/128"))
  }

  @Test(arguments: [
    ("0.0.0.0/0", true), ("0.0.0.0/3", true), ("0.0.0.0/4", false), ("::/0", true),
    ("::/7", true), ("fd00::/8", false), ("10.0.0.0/8", false), ("::1", false),
  ])
  func aNetworkOfNearlyEverythingIsKnown(text: String, isEverything: Bool) throws {
    #expect(try #require(AddressRange(text)).isEverything == isEverything)
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
