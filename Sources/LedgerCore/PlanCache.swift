package import Base
package import Quests

/// Plans that have been read: they never change, and the many quests of one kind share one.
///
/// Weighed in milestones, of which a plan is made: a hundred thousand take some 10 MB.
package final class PlanCache: Sendable {
  private static let mostMilestones = 400_000

  private let plans = BoundedCache<PlanID, QuestPlan>(mostWeight: mostMilestones)

  package init() {}

  package subscript(id: PlanID) -> QuestPlan? { plans[id] }

  package var figures: CacheFigures { plans.figures }

  package func insert(_ plan: QuestPlan) {
    plans.insert(plan, for: plan.id, weight: plan.milestones.count + 1)
  }
}
