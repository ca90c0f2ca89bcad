import Base
import Testing

@testable import Providers

@Suite struct InsideNetworkTests {
  @Test(arguments: [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1",
    "255.255.255.255",
    "192.0.0.192", "198.18.0.1", "240.0.0.1",
    "::", "::1", "fe80::1", "febf::1", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
    "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:10.1.2.3",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:0:4136:e378::1", "2001:db8::1", "100::1", "5f00::1",
  ])
  func whatIsInside(_ text: String) throws {
    let address = try #require(IPAddress(text))
    #expect(address.isInside)
    #expect(!address.isAllowed(by: []))
  }

  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
    "169.253.255.255", "223.255.255.255", "126.255.255.255", "128.0.0.1",
    "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1",
  ])
  func whatIsOutside(_ text: String) throws {
    #expect(try #require(IPAddress(text)).isAllowed(by: []))
  }

  @Test func whatIsAllowedIsAllowedInEveryForm() throws {
    let ranges = ["10.1.0.0/17", "fd00:1::/32"].compactMap { AddressRange($0) }
    for text in ["10.1.0.1", "10.1.127.255", "::ffff:10.1.2.3", "2002:a01:203::1", "fd00:1::5"] {
      #expect(try #require(IPAddress(text)).isAllowed(by: ranges), "\(text)")
    }
    for text in ["10.1.128.0", "10.2.0.1", "127.0.0.1", "::ffff:10.1.128.0", "fd00:2::5", "::1"] {
      #expect(try !#require(IPAddress(text)).isAllowed(by: ranges), "\(text)")
    }
  }
}
