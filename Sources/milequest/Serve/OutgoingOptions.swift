import ArgumentParser
import Base
import Providers

/// Where requests to other servers may go.
struct OutgoingOptions: ParsableArguments {
  @Option(
    name: .customLong("outgoing-allow"),
    help: ArgumentHelp(
      "A network inside yours that requests may be sent to, such as 10.1.0.0/16; by default they reach public addresses only. May be repeated.",
      valueName: "network"))
  var allowedNetworks: [String] = []

  @Option(
    help: ArgumentHelp(
      "A proxy that requests to the outside go through; none by default.", valueName: "url"))
  var outgoingProxy: String?

  /// A client that keeps to them.
  ///
  /// - Throws: `usage` for what is no network.
  func client() throws -> OutgoingClient {
    var client = OutgoingClient.Options()
    client.proxy = try proxy()
    client.allowedNetworks = try networks()
    return OutgoingClient(client)
  }

  private func proxy() throws -> String? {
    guard let proxy = Setting(outgoingProxy, "OUTGOING_PROXY") else { return nil }
    let parts = proxy.text.split(separator: "://", maxSplits: 1)
    // It may hold a name and a password, which other addresses may not.
    guard parts.count == 2, ["http", "https"].contains(parts[0].lowercased()),
      (try? OutgoingURL("http://\(parts[1].split(separator: "@").last ?? "")")) != nil
    else {
      throw Failure(
        .usage, "\(proxy.name): that is not a proxy such as http://proxy.example.org:3128")
    }
    return proxy.text
  }

  /// The parts of the inside network that requests may go to.
  ///
  /// - Throws: `usage` for what is no network.
  func networks() throws -> [AddressRange] {
    try Setting.list(allowedNetworks, "OUTGOING_ALLOW").map { text in
      guard let range = AddressRange(text) else {
        throw Failure(
          .usage, "--outgoing-allow: “\(text)” is not an address or network such as 10.0.0.0/8")
      }
      return range
    }
  }
}
