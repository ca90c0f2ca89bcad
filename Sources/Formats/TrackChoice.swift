public import Routes

/// Which of a file's tracks make the route.
public enum TrackChoice: Hashable, Sendable {
  /// All tracks, in file order, as the parts of one route; without what is left aside.
  case all
  /// Those of `RouteDocument.allTracks` with these indices, counted from 0, in file order.
  case several([Int])

  /// Only the one with this index.
  public static func one(_ index: Int) -> TrackChoice { .several([index]) }
}

extension RouteDocument {
  /// The indices in `allTracks` of what is chosen, in file order.
  public func indices(of choice: TrackChoice) -> [Int] {
    switch choice {
    case .all: Array(tracks.indices)
    case .several(let indices): inFileOrder(Set(indices))
    }
  }

  private func inFileOrder(_ indices: Set<Int>) -> [Int] {
    let all = allTracks
    return indices.filter(all.indices.contains).sorted {
      (all[$0].offset, $0) < (all[$1].offset, $1)
    }
  }

  /// The indices in `allTracks` of those that a person means by a name or a number from 1.
  public func trackIndices(named text: String) -> [Int] {
    let all = allTracks
    let named = all.indices.filter { all[$0].name == text }
    if !named.isEmpty { return named }
    guard let number = Int(text), number >= 1, number <= all.count else { return [] }
    return [number - 1]
  }

  /// The tracks that a person means by names or numbers from 1; all where nothing is said.
  ///
  /// - Throws: `range`, naming the tracks that there are, or those that bear one name.
  public func choice(named texts: [String]) throws(RouteError) -> TrackChoice {
    if texts.isEmpty { return .all }
    var indices: Set<Int> = []
    for text in texts {
      let found = trackIndices(named: text)
      guard let index = found.first else {
        throw RouteError(
          .range,
          allTracks.isEmpty
            ? "the file has no tracks"
            : "there is no track “\(shortened(text))” among \(trackNames)")
      }
      guard found.count == 1 else {
        let numbers = found.prefix(Self.mostTrackNames).map { String($0 + 1) }
        let more = found.count - numbers.count
        throw RouteError(
          .range,
          "\(found.count) tracks are called “\(shortened(text))”: say which by number, "
            + numbers.joined(separator: ", ") + (more > 0 ? " or one of \(more) more" : ""))
      }
      indices.insert(index)
    }
    return .several(indices.sorted())
  }

  /// What a person can choose from, such as `1 “Full”, 2 “Half”`; of many the first.
  public var trackNames: String { trackNames(Array(allTracks.indices)) }

  /// The same for some of `allTracks`.
  public func trackNames(_ indices: [Int]) -> String {
    let all = allTracks
    let names = indices.prefix(Self.mostTrackNames).map { index in
      "\(index + 1)" + (all[index].name.map { " “\(shortened($0))”" } ?? "")
    }
    return names.joined(separator: ", ")
      + (indices.count > names.count ? " and \(indices.count - names.count) more" : "")
  }

  private static let mostTrackNames = 8
}
