import Base
import JSON
import Providers

/// Where a running service is asked.
struct RunningServiceAddress {
  /// Without a slash at its end.
  let text: String

  /// - Parameter said: an address, or `local` for the service that the settings of this machine mean.
  /// - Throws: `usage` for what is no address.
  init(_ said: String) throws {
    var address = said == "local" ? Self.local : said
    while address.hasSuffix("/") { address.removeLast() }
    do throws(OutgoingError) { _ = try OutgoingURL(address + "/healthz") } catch {
      throw Failure(
        .usage, "\(said): \(error.message); for the service on this machine say local")
    }
    text = address
  }

  /// By the host and the port that `serve` takes from its variables.
  private static var local: String {
    let port = Setting(nil, "PORT")?.text ?? "8080"
    let host = Setting(nil, "HOST")?.text ?? "127.0.0.1"
    return switch host {
    case "0.0.0.0": "http://127.0.0.1:\(port)"
    case "::": "http://[::1]:\(port)"
    default: "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
  }

  /// A client that may reach it: whoever names a service means it, wherever it is.
  static func client() -> OutgoingClient {
    var options = OutgoingClient.Options()
    options.threads = 1
    options.allowedNetworks = ["0.0.0.0/0", "::/0"].compactMap { AddressRange($0) }
    return OutgoingClient(options)
  }

  /// - Throws: what kept the path from being answered, within some seconds.
  func ask(_ path: String) async throws(OutgoingError) -> OutgoingResponse {
    try await Self.client().send(
      OutgoingRequest(.get, try OutgoingURL(text + path), timeout: .seconds(4)))
  }
}
