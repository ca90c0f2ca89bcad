import Batch
import CivilTime
import Quests

/// Who has walked a row, as the file says it.
enum WrittenWalker: Hashable {
  /// The file has no persons: the team walks as one.
  case team
  case id(PersonID)
  /// In lower case.
  case address(String)
  /// A person of the row's team; `spelled` is the text of the file.
  case name(String, spelled: String)

  init(_ record: ActivityRecord) {
    guard let text = record.person else {
      self = .team
      return
    }
    self.init(name: text, spelled: record.writtenPerson ?? text)
  }

  init(name: String, spelled: String) {
    if let id = PersonID(name) {
      self = .id(id)
    } else if WrittenPerson.isAddress(name) {
      self = .address(name.lowercased())
    } else {
      self = .name(name, spelled: spelled)
    }
  }

  /// Tells walkers of a file apart.
  func bytes(in team: TeamID) -> [UInt8] {
    switch self {
    case .team: [0] + team.bytes
    case .id(let person): [1] + person.bytes
    case .address(let address): [2] + Array(address.utf8) + [0]
    case .name(let name, _): [3] + team.bytes + Array(name.utf8) + [0]
    }
  }
}
