import Formats
import JSON

/// What describes the API, made once at the start but for the address that it is reached at.
struct Documents: Sendable {
  /// Where the operator says that others reach the service; nil for where it was asked.
  let publicAddress: String?
  /// How it is reached where the operator does not say it.
  private let scheme: String
  private let openAPIParts: [[UInt8]]
  private let pageParts: [[UInt8]]
  private let featuresOpenAPIParts: [[UInt8]]
  private let featuresPageParts: [[UInt8]]

  /// Stands for the address while the documents are made; no text of theirs holds it.
  private static let slot = "https://address.invalid"

  init(_ description: OpenAPI, publicAddress: String? = nil, scheme: String = "http") {
    self.publicAddress = publicAddress
    self.scheme = scheme
    openAPIParts = Self.parts(
      description.document(server: Self.slot).text(), around: Self.slot)
    pageParts = Self.parts(DocsPage(description, address: Self.slot).html, around: Self.slot)
    let features = description.ofFeatures
    featuresOpenAPIParts = Self.parts(
      features.document(server: Self.slot).text(), around: Self.slot)
    featuresPageParts = Self.parts(
      DocsPage(features, address: Self.slot).html, around: Self.slot)
  }

  private static func parts(_ text: [UInt8], around slot: String) -> [[UInt8]] {
    String(decoding: text, as: UTF8.self).split(separator: slot, omittingEmptySubsequences: false)
      .map { Array($0.utf8) }
  }

  /// The OpenAPI document.
  ///
  /// - Parameter host: what the request names as the service's.
  func openAPI(askedAt host: String?) -> [UInt8] { filled(openAPIParts, host) }

  /// What OGC API Features asks for: the features alone, as OpenAPI 3.0.
  func featuresOpenAPI(askedAt host: String?) -> [UInt8] { filled(featuresOpenAPIParts, host) }

  /// The same for people.
  func featuresPage(askedAt host: String?) -> [UInt8] { filled(featuresPageParts, host) }

  /// The page for people.
  func page(askedAt host: String?) -> [UInt8] { filled(pageParts, host) }

  private func filled(_ parts: [[UInt8]], _ host: String?) -> [UInt8] {
    Array(parts.joined(separator: address(askedAt: host).utf8))
  }

  /// Whether what is sent is encrypted on its way.
  var isEncrypted: Bool { (publicAddress ?? "\(scheme):").hasPrefix("https:") }

  /// Where the service is reached, without a slash at its end. A host that is none, such as one with
  /// markup in it, is not repeated.
  func address(askedAt host: String?) -> String {
    if let publicAddress { return publicAddress }
    guard let host, 1...255 ~= host.utf8.count,
      host.utf8.allSatisfy({ byte in
        0x30...0x3A ~= byte || 0x41...0x5A ~= byte || 0x61...0x7A ~= byte
          || [0x2D, 0x2E, 0x5B, 0x5D].contains(byte)
      })
    else { return "\(scheme)://localhost" }
    return "\(scheme)://\(host)"
  }
}
