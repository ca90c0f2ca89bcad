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
      let (length, policy) = try bound(text, option: "--joins-below")
      options.joinsByLength.setBelow(meters: length, policy)
    }
    for text in joinsAbove {
      let (length, policy) = try bound(text, option: "--joins-above")
      options.joinsByLength.setAbove(meters: length, policy)
    }
    if options.joinsByLength.contradictsItself {
      throw Failure(
        .usage,
        "--joins-below and --joins-above give some lengths two policies: let the bounds meet, such as "
          + "--joins-below 2km=walk --joins-above 2km=ferry")
    }
    for text in join {
      guard let (left, policy) = sides(of: text), let number = Int(left), number >= 1 else {
        throw Failure(
          .usage, "--join: “\(text)” is not N=POLICY, such as 3=ferry (walk, ferry or counted)")
      }
      options.joinByNumber[number] = policy
    }
  }

  private func bound(_ text: String, option: String) throws -> (meters: Double, JoinPolicy) {
    guard let (left, policy) = sides(of: text) else {
      throw Failure(
        .usage,
        "\(option): “\(text)” is not DISTANCE=POLICY, such as 2km=ferry (walk, ferry or counted)")
    }
    return (try distance(left, option: option).meters, policy)
  }

  private func sides(of text: String) -> (String, JoinPolicy)? {
    let sides = text.split(separator: "=", maxSplits: 1)
    guard sides.count == 2, let policy = JoinPolicy(argument: String(sides[1])) else { return nil }
    return (String(sides[0]), policy)
  }
}
