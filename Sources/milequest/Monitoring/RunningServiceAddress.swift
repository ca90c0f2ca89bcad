import Base
import JSON
import Providers

/// Where a running service is asked.
struct RunningServiceAddress {
  /// Without a slash at its end.
  let text: String
  private let certificates: String?

  /// - Parameters:
  ///   - said: an address, or `local` for the service that the settings of this machine mean.
  ///   - certificates: the file of those to trust in place of the system's.
  /// - Throws: `usage` for what is no address.
  init(_ said: String, certificates: String?) throws {
    self.certificates = certificates
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
    let scheme = Setting(nil, "TLS_CERTIFICATE") == nil ? "http" : "https"
    let host = Setting(nil, "HOST")?.text ?? "127.0.0.1"
    return switch host {
    case "0.0.0.0": "\(scheme)://127.0.0.1:\(port)"
    case "::": "\(scheme)://[::1]:\(port)"
    default: "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }
  }

  /// A client that may reach it: whoever names a service means it, wherever it is.
  var client: OutgoingClient {
    var options = OutgoingClient.Options()
    options.threads = 1
    options.allowedNetworks = ["0.0.0.0/0", "::/0"].compactMap { AddressRange($0) }
    options.certificates = certificates
    return OutgoingClient(options)
  }

  /// - Throws: what kept the path from being answered, within some seconds.
  func ask(_ path: String) async throws(OutgoingError) -> OutgoingResponse {
    try await client.send(
      OutgoingRequest(.get, try OutgoingURL(text + path), timeout: .seconds(4)))
  }
}
