import Base
import NIOCore
import Testing

@testable import Service

@Suite struct ClientAddressTests {
  @Test(arguments: ["10.0.0.1", "2001:db8::1"])
  func anAddressIsThatOfTheSocket(text: String) throws {
    #expect(IPAddress(try SocketAddress(ipAddress: text, port: 1)).description == text)
  }

  @Test func whoHasNoAddressIsUnknown() throws {
    #expect(IPAddress(try SocketAddress(unixDomainSocketPath: "/x")) == .unknown)
    #expect(IPAddress(nil) == .unknown)
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
