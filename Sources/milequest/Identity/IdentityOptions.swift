import ArgumentParser
import Providers

/// Who vouches for people beside, or in place of, the built-in accounts.
struct IdentityOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The file of issuers (OpenID Connect) whose people can sign in, such as those of Cognito, Google, Auth0 or Supabase; by default accounts are built in.",
      valueName: "file"), completion: .file())
  var identity: String?

  /// - Throws: `usage` for a file that is missing or wrong, naming the place, and for a secret that is
  ///   missing.
  func settings() throws -> OpenIDSettings? {
    guard let setting = Setting(identity, "IDENTITY") else { return nil }
    do throws(IdentityError) { return try OpenIDSettings.load(file: setting.text) } catch {
      throw Failure(.usage, "\(setting.name): \(error.message)")
    }
  }
}
