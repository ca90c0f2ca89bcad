import Base
import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A line on a terminal that tells how far a long run is.
final class ProgressBar: @unchecked Sendable {
  // Shown by one thread at a time, as the work is done.
  private let begin = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var hasShown = false

  /// Nil where standard error is no terminal.
  init?() {
    guard isatty(2) == 1 else { return nil }
  }

  /// Shows how many bytes of a file are read, of how many if that is known.
  func show(bytesRead: Int, of totalBytes: Int) {
    guard let seconds = secondsIfDue() else { return }
    let rate = Double(bytesRead) / seconds
    let text = "\(Figures.grouped(bytesRead >> 20)) MiB, \(Figures.grouped(Int(rate) >> 20)) MiB/s"
    let share = totalBytes > bytesRead ? Double(bytesRead) / Double(totalBytes) : nil
    write("\r" + text + (share.map { " " + bar($0, seconds) } ?? ""))
  }

  /// Shows what share of a work is done, 0…1.
  func show(_ what: String, share: Double) {
    guard let seconds = secondsIfDue() else { return }
    write("\r\(TerminalText.clean(what)) \(bar(share, seconds))")
  }

  /// Takes the line away.
  func finish() { if hasShown { write("\r") } }

  /// Seconds since the beginning where it is time to show something: a short run shows nothing.
  private func secondsIfDue() -> Double? {
    let now = ContinuousClock.now
    guard now - begin > .milliseconds(500), now - shown > .milliseconds(200) else { return nil }
    shown = now
    hasShown = true
    let (whole, attoseconds) = (now - begin).components
    return Double(whole) + Double(attoseconds) * 1e-18
  }

  private func bar(_ share: Double, _ seconds: Double) -> String {
    let share = min(max(share, 0), 1)
    let done = Int(share * 30)
    let left = share > 0 ? min(seconds / share - seconds, 1e6) : 1e6
    return "[\(String(repeating: "#", count: done))\(String(repeating: ".", count: 30 - done))] "
      + "\(Int(share * 100)) %, \(ProgressText.duration(microseconds: Int64(left * 1e6))) left"
  }

  private func write(_ text: String) {
    let bytes = Array((text + "\u{1B}[K").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
  }
}
