internal import Base
internal import Foundation
internal import Quests

/// Plans that have been read: they never change, and the many quests of one kind share one.
final class PlanCache: @unchecked Sendable {
  /// In all of its plans; a hundred thousand take some 10 MB.
  static let mostMilestones = 100_000

  private let lock = Lock()
  private var plans: [PlanID: QuestPlan] = [:]
  private var milestones = 0

  subscript(id: PlanID) -> QuestPlan? {
    get { lock.withLock { plans[id] } }
    set {
      guard let plan = newValue else { return }
      lock.withLock {
        // Full is rare, and begins anew: that costs less than to remember who was used last.
        if milestones + plan.milestones.count > Self.mostMilestones {
          plans = [:]
          milestones = 0
        }
        if plans.updateValue(plan, forKey: id) == nil { milestones += plan.milestones.count + 1 }
      }
    }
  }
}
