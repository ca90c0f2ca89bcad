import Base
import Logging
import NIOCore
import NIOSSL

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files with the certificate and the key that the service proves itself with, in PEM.
public struct CertificateFiles: Hashable, Sendable {
  /// The certificate, and after it those that lead to its authority.
  public let chain: String
  public let key: String

  public init(chain: String, key: String) {
    self.chain = chain
    self.key = key
  }

  /// What is wrong with them, or nil.
  public func fault() -> String? {
    do throws(CertificateFault) { _ = try context() } catch { return error.text }
    return nil
  }

  fileprivate struct CertificateFault: Error { let text: String }

  fileprivate func context() throws(CertificateFault) -> (context: NIOSSLContext, ends: Int) {
    for path in [chain, key] where access(path, R_OK) != 0 {
      throw CertificateFault(text: "\(path): \(String(cString: strerror(errno)))")
    }
    guard let certificates = try? NIOSSLCertificate.fromPEMFile(chain), !certificates.isEmpty else {
      throw CertificateFault(text: "\(chain): there is no certificate in PEM in it")
    }
    guard let privateKey = try? NIOSSLPrivateKey(file: key, format: .pem) else {
      throw CertificateFault(
        text: "\(key): there is no private key in PEM in it, or it has a password")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(privateKey))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    guard let context = try? NIOSSLContext(configuration: configuration) else {
      throw CertificateFault(text: "\(key): the key does not belong to the certificate \(chain)")
    }
    return (context, Int(certificates[0].notValidAfter))
  }

  /// What tells whether a file is the one that was read.
  fileprivate struct Stamp: Equatable {
    let device: dev_t
    let inode: ino_t
    let bytes: off_t
    let seconds: Int
    let nanoseconds: Int

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      (device, inode, bytes) = (status.st_dev, status.st_ino, status.st_size)
      (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    }
  }

  fileprivate var stamps: [Stamp?] { [Stamp(chain), Stamp(key)] }
}

/// Encrypts connections by TLS. A certificate that has changed on the disk is read at the next
/// connection, once a second at most; one that is not right yet leaves the one before in use.
final class ServerTLS: Sendable {
  private struct State {
    var context: NIOSSLContext
    var stamps: [CertificateFiles.Stamp?]
    var nextLook = NIODeadline.now() + .seconds(1)
  }

  private let files: CertificateFiles
  private let logger: Logger
  private let state: Lock<State>

  /// - Throws: where the files are not what they must be.
  init(_ files: CertificateFiles, _ logger: Logger) throws {
    self.files = files
    self.logger = logger
    // Before they are read: what changes meanwhile is read again.
    let stamps = files.stamps
    let (context, ends) = try files.context()
    state = Lock(State(context: context, stamps: stamps))
    tell(ends)
  }

  /// What encrypts a new connection.
  func handler() -> NIOSSLServerHandler {
    NIOSSLServerHandler(context: state.withLock { present(&$0) })
  }

  private func present(_ state: inout State) -> NIOSSLContext {
    let now = NIODeadline.now()
    guard now >= state.nextLook else { return state.context }
    state.nextLook = now + .seconds(1)
    let stamps = files.stamps
    guard stamps != state.stamps else { return state.context }
    state.stamps = stamps
    do throws(CertificateFiles.CertificateFault) {
      let (context, ends) = try files.context()
      state.context = context
      tell(ends)
    } catch {
      logger.error(
        "certificate",
        metadata: ["detail": .string("the one before stays in use: \(error.text)")])
    }
    return state.context
  }

  private func tell(_ ends: Int) {
    let days = (ends - time(nil)) / 86_400
    logger.log(
      level: days < 14 ? .warning : .info, "certificate",
      metadata: ["path": .string(files.chain), "daysLeft": .stringConvertible(days)])
  }
}
