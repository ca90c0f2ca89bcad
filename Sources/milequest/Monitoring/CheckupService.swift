import JSON
import Providers

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
