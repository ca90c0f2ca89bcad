import ArgumentParser
import Formats
import Routes

extension JoinPolicy: ExpressibleByArgument {
  public static var allValueStrings: [String] { choices.map(\.rawValue) }

  public init?(argument: String) {
    guard Self.allValueStrings.contains(argument) else { return nil }
    self.init(rawValue: argument)
  }
}

/// What the gaps between the parts of a route mean: `--join` decides before a length does, and a length
/// before `--joins`.
struct JoinOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What the gaps mean that nothing else decides: walk (the straight line counts), ferry (the marker jumps), counted (a crossing that counts).",
      valueName: "policy"))
  var joins: JoinPolicy?

  @Option(
    help: ArgumentHelp(
      "What gaps shorter than a length mean, such as 2km=walk. May be repeated.",
      valueName: "distance=policy"))
  var joinsBelow: [String] = []

  @Option(
    help: ArgumentHelp(
      "What gaps of a length or more mean, such as 2km=ferry. May be repeated.",
      valueName: "distance=policy"))
  var joinsAbove: [String] = []

  @Option(
    help: ArgumentHelp(
      "What one gap means, such as 3=ferry; gaps count from 1. May be repeated.",
      valueName: "n=policy"))
  var join: [String] = []

  /// Writes what was asked for into the options of a route.
  func apply(to options: inout RouteOptions) throws {
    options.joins = joins
    for text in joinsBelow {
      let (length, policy) = try Self.bound(text, option: "--joins-below")
      let meters = try distance(length, option: "--joins-below").meters
      options.joinsByLength.setBelow(meters: meters, policy)
    }
    for text in joinsAbove {
      let (length, policy) = try Self.bound(text, option: "--joins-above")
      let meters = try distance(length, option: "--joins-above").meters
      options.joinsByLength.setAbove(meters: meters, policy)
    }
    if options.joinsByLength.contradictsItself {
      throw Failure(
        .usage,
        "--joins-below and --joins-above give some lengths two policies: let the bounds meet, such as "
          + "--joins-below 2km=walk --joins-above 2km=ferry")
    }
    for text in join {
      let (number, policy) = try Self.numbered(text)
      options.joinByNumber[number] = policy
    }
  }

  /// The number and the policy of `N=POLICY`.
  static func numbered(_ text: String) throws -> (Int, JoinPolicy) {
    guard let (left, policy) = sides(of: text), let number = Int(left), number >= 1 else {
      throw Failure(
        .usage, "--join: “\(text)” is not N=POLICY, such as 3=ferry (walk, ferry or counted)")
    }
    return (number, policy)
  }

  /// The length and the policy of `DISTANCE=POLICY`.
  static func bound(_ text: String, option: String) throws -> (length: String, JoinPolicy) {
    guard let (left, policy) = sides(of: text) else {
      throw Failure(
        .usage,
        "\(option): “\(text)” is not DISTANCE=POLICY, such as 2km=ferry (walk, ferry or counted)")
    }
    return (left, policy)
  }

  private static func sides(of text: String) -> (String, JoinPolicy)? {
    let sides = text.split(separator: "=", maxSplits: 1)
    guard sides.count == 2, let policy = JoinPolicy(argument: String(sides[1])) else { return nil }
    return (String(sides[0]), policy)
  }
}
