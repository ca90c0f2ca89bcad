internal import Routes

/// What became of a file under a set of edits.
public struct EditResult: Sendable {
  /// The file with the applied edits.
  public let bytes: [UInt8]
  public let applied: [RouteEdit]
  /// Those that meet bytes of one applied before them. What they count may have shifted: read the
  /// result again and find them anew.
  public let deferred: [RouteEdit]
  /// Those that this file does not allow, with the reason.
  public let refused: [(edit: RouteEdit, error: EditError)]
}

extension RouteDocument {
  /// Makes edits in the file's own bytes: comments, styles, extensions, times and layout of all
  /// that is not touched stay as they are, to the byte.
  ///
  /// Where two edits meet the same bytes the earlier in the list is made and the other deferred.
  /// Where the file states joins and parts go or change places, the statement follows: a pair of
  /// parts that stays together keeps its policy, a pair around removed parts keeps the one that all
  /// joins between them shared, and any other new pair has what the length of its gap gives by
  /// default. A document that was cut short refuses everything.
  /// - Complexity: O(bytes · nesting + edits · log edits).
  public func applying(_ edits: [RouteEdit]) -> EditResult {
    let outcome = EditPlanner.outcome(of: edits, in: self)
    return EditResult(
      bytes: TextEdit.apply(outcome.texts, to: source.bytes), applied: outcome.applied,
      deferred: outcome.deferred, refused: outcome.refused)
  }

  /// The replacements that edits come to, in ascending order and without overlap.
  ///
  /// - Throws: why the first of them that cannot be made is refused; `edit-conflict` where two meet
  ///   the same bytes.
  /// - Complexity: O(bytes · nesting + edits · log edits).
  public func textEdits(for edits: [RouteEdit]) throws(EditError) -> [TextEdit] {
    let outcome = EditPlanner.outcome(of: edits, in: self)
    if let first = outcome.refused.first { throw first.error }
    if let first = outcome.deferred.first {
      throw EditError(
        .conflict,
        "“\(shortened(String(describing: first), to: 80))” changes bytes that an edit before it "
          + "changes too: make it after reading the result again")
    }
    return outcome.texts
  }
}

extension EditPlanner {
  struct Outcome {
    var texts: [TextEdit] = []
    var applied: [RouteEdit] = []
    var deferred: [RouteEdit] = []
    var refused: [(edit: RouteEdit, error: EditError)] = []
  }

  static func outcome(of edits: [RouteEdit], in document: RouteDocument) -> Outcome {
    var outcome = Outcome()
    if edits.isEmpty { return outcome }
    if let error = onlyRead(document) {
      outcome.refused = edits.map { ($0, error) }
      return outcome
    }
    if document.format != nil, document.isCutShort || document.isMended,
      !document.source.encoding.isWide
    {
      return mending(edits, in: document)
    }
    var planner: EditPlanner
    do throws(EditError) {
      planner = try EditPlanner(document)
    } catch {
      outcome.refused = edits.map { ($0, error) }
      return outcome
    }
    var plans: [(edit: RouteEdit, plan: EditPlan)] = []
    var known: [RouteEdit: EditError?] = [:]
    for edit in edits {
      // The same edit twice is one too many, and would cost its planning again.
      if let earlier = known[edit] {
        if let earlier {
          outcome.refused.append((edit, earlier))
        } else {
          outcome.deferred.append(edit)
        }
        continue
      }
      do throws(EditError) {
        plans.append((edit, try planner.plan(edit)))
        known[edit] = .some(nil)
      } catch {
        outcome.refused.append((edit, error))
        known[edit] = error
      }
    }
    planner.choose(among: plans, &outcome)
    return outcome
  }

  /// Makes the replacements of bytes alone: the structure of a file that is not sound is not known.
  private static func mending(_ edits: [RouteEdit], in document: RouteDocument) -> Outcome {
    var outcome = Outcome()
    var plans: [(edit: RouteEdit, plan: EditPlan)] = []
    for edit in edits {
      do throws(EditError) {
        switch edit {
        case .text(let text): plans.append((edit, try plan(text, in: document.source)))
        case .writeInUTF8: plans.append((edit, planUTF8(document.source)))
        default: throw notSound(document)
        }
      } catch {
        outcome.refused.append((edit, error))
      }
    }
    var ledger = EditLedger(
      plans.map(\.plan), reserving: [], separation: .space, bytes: document.source.bytes)
    for (edit, plan) in plans {
      if ledger.take(plan) {
        outcome.applied.append(edit)
        outcome.texts += plan.texts
      } else {
        outcome.deferred.append(edit)
      }
    }
    outcome.texts.sort { $0.range.lowerBound < $1.range.lowerBound }
    return outcome
  }

  /// Takes the plans that do not meet, and joins what they come to.
  private mutating func choose(
    among plans: [(edit: RouteEdit, plan: EditPlan)], _ outcome: inout Outcome
  ) {
    let sites = joinSites()
    let separation = editor.separation
    var ledger = EditLedger(
      plans.map(\.plan), reserving: sites.map(\.range), separation: separation, bytes: source.bytes)
    var taken: [EditPlan] = []
    var left: [Int: Int] = [:]
    var structures: [EditPlan.Structure] = []
    var order: [Int]?
    var hasStatement = false
    for (edit, plan) in plans {
      var isPossible = true
      if let part = plan.shrunkenPart {
        isPossible = left[part, default: parts[part].vertices.count] > 1
      }
      switch plan.structure {
      case .statesJoins: isPossible = isPossible && structures.isEmpty
      case .ordersParts(let permutation, _):
        // Also the parts that keep their place have an order.
        isPossible = isPossible && !hasStatement && order == nil
        if isPossible { order = permutation }
      case .removesPart: isPossible = isPossible && !hasStatement
      case nil: break
      }
      if isPossible, let structure = plan.structure, structures.isEmpty {
        // The statements of joins are kept for what follows from the new order.
        isPossible = ledger.take(EditPlan(claims: kept(sites, by: plan, structure)))
      }
      guard isPossible, ledger.take(plan) else {
        outcome.deferred.append(edit)
        continue
      }
      if let part = plan.shrunkenPart {
        left[part, default: parts[part].vertices.count] -= 1
      }
      switch plan.structure {
      case .statesJoins: hasStatement = true
      case .some(let structure): structures.append(structure)
      case nil: break
      }
      outcome.applied.append(edit)
      taken.append(plan)
    }
    var texts = taken.flatMap(\.texts)
    texts += separation.cuts(of: taken.flatMap(\.removals), in: source.bytes).map { TextEdit($0) }
    texts += editor.lineTexts(taken.compactMap(\.lineChange))
    if !structures.isEmpty { texts += joinTexts(after: structures, at: sites) }
    let sorted = texts.enumerated().sorted { a, b in
      let (x, y) = (a.element.range, b.element.range)
      if x.lowerBound != y.lowerBound { return x.lowerBound < y.lowerBound }
      if x.isEmpty != y.isEmpty { return x.isEmpty }
      return a.offset < b.offset
    }.map(\.element)
    outcome.texts = source.withOwnLineEnds(sorted)
  }

  /// The statements that are still there, in their places, after the first change of the parts.
  private func kept(
    _ sites: [StatementSite], by plan: EditPlan, _ structure: EditPlan.Structure
  ) -> [Range<Int>] {
    var moved: Set<Int> = []
    switch structure {
    case .statesJoins: return []
    case .ordersParts(_, let movedTracks): moved = movedTracks ?? []
    case .removesPart: break
    }
    return sites.filter { site in
      !(site.track.map(moved.contains) ?? false)
        && !plan.removals.contains { $0.contains(site.range.lowerBound) }
    }.map(\.range)
  }
}
