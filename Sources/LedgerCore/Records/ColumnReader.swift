public import CivilTime
public import Geodesy
public import Quests

/// Reads the columns of a stored row in their order: what a store's driver must offer so that every
/// record is decoded in one place.
///
/// A required column that is NULL, and one of another type than is due, are `corrupt`.
@usableFromInline
package protocol ColumnReader {
  mutating func optionalInt() throws -> Int64?
  mutating func double() throws -> Double
  mutating func bool() throws -> Bool
  mutating func optionalText() throws -> String?
  mutating func bytes() throws -> [UInt8]
  mutating func optionalID<S>() throws -> Identifier<S>?
  /// What is wrong with the column that was read last.
  var damage: LedgerError { get }
}

extension ColumnReader {
  /// What a column that nobody can have written is reported as, counted from 0.
  package static func damaged(_ column: Int) -> LedgerError {
    LedgerError(.corrupt, "column \(column + 1) of a stored row holds what nobody wrote")
  }

  @inlinable
  package mutating func int() throws -> Int64 {
    guard let value = try optionalInt() else { throw damage }
    return value
  }

  @inlinable
  package mutating func text() throws -> String {
    guard let value = try optionalText() else { throw damage }
    return value
  }

  @inlinable
  package mutating func id<S>() throws -> Identifier<S> {
    guard let id: Identifier<S> = try optionalID() else { throw damage }
    return id
  }

  @inlinable
  package mutating func instant() throws -> Instant { Instant(microseconds: try int()) }

  @inlinable
  package mutating func optionalInstant() throws -> Instant? {
    try optionalInt().map(Instant.init(microseconds:))
  }

  @inlinable
  package mutating func distance() throws -> Distance { Distance(micrometers: try int()) }

  @inlinable
  package mutating func day() throws -> Day { Day(number: try int()) }

  @inlinable
  package mutating func named<Value: RawRepresentable<String>>() throws -> Value {
    guard let value = Value(rawValue: try text()) else { throw damage }
    return value
  }

  @inlinable
  package mutating func optionalNamed<Value: RawRepresentable<String>>() throws -> Value? {
    guard let text = try optionalText() else { return nil }
    guard let value = Value(rawValue: text) else { throw damage }
    return value
  }

  @inlinable
  package mutating func hash() throws -> ContentHash {
    guard let hash = ContentHash(bytes: try bytes()) else { throw damage }
    return hash
  }
}

/// The columns of a record, in the order in which it is read; as text they are parted by commas.
package struct ColumnList: CustomStringConvertible, Sendable {
  package let names: [String]

  package init(_ names: String...) { self.names = names }
  init(_ names: [String]) { self.names = names }

  package var description: String { names.joined(separator: ", ") }

  /// The columns of a table, or of the name that it has in a statement.
  package func of(_ table: String) -> String {
    names.map { "\(table).\($0)" }.joined(separator: ", ")
  }

  static func + (first: ColumnList, second: ColumnList) -> ColumnList {
    ColumnList(first.names + second.names)
  }
}
