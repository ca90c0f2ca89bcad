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
      throw Failure(.usage, "--url: \(error.message); for the service on this machine say local")
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

  /// - Throws: what kept the path from being answered, within some seconds.
  func ask(_ path: String) async throws(OutgoingError) -> OutgoingResponse {
    var options = OutgoingClient.Options()
    options.threads = 1
    // Whoever names a service means it, wherever it is.
    options.allowedNetworks = ["0.0.0.0/0", "::/0"].compactMap { AddressRange($0) }
    return try await OutgoingClient(options).send(
      OutgoingRequest(.get, try OutgoingURL(text + path), timeout: .seconds(4)))
  }
}

extension Checkup {
  /// Asks a running service whether it lives and whether it is ready.
  mutating func look(at service: RunningServiceAddress) async {
    do throws(OutgoingError) {
      let alive = try await service.ask("/healthz")
      guard alive.status == 200, Self.member("status", of: alive) == "ok" else {
        return add(
          "alive",
          "what answers there (\(alive.status)) is not Mile Quest, or not its own address", .fail,
          remedy: "name the address that people reach the service by, without a path")
      }
    } catch {
      return add(
        "alive", error.message, .fail,
        remedy: "see that milequest serve runs and listens there; its log says why not")
    }
    add("alive", "the process runs")
    do throws(OutgoingError) {
      let ready = try await service.ask("/readyz")
      if ready.status == 200 { return add("ready", "requests can be answered") }
      let detail = Self.member("detail", of: ready) ?? "/readyz answers \(ready.status)"
      add(
        "ready", detail, .fail,
        remedy: "while it shuts down, wait; else milequest doctor on its machine, with its "
          + "settings, looks at disk, rights and database")
    } catch {
      add(
        "ready", error.message, .fail,
        remedy: "milequest doctor on its machine looks at the store")
    }
  }

  /// A text of an answer that is an object.
  private static func member(_ name: String, of answer: OutgoingResponse) -> String? {
    (try? JSONReader.read(answer.body))?[name]?.string
  }
}
