import type { MapProperties, Milestone, QuestMap } from "../api/types";
import { Child, element, named } from "../dom/element";
import { length, moment } from "../units";

/** So many are shown at once, the others when they are asked for. */
const mostShown = 5;

/**
 * Milestones as postcards: those that are reached with their stories, the latest first, and the next ones. Of those that
 * the quest hides only the number is told.
 *
 * - Parameter areAll: whether these are all that the quest has.
 */
export function milestones(all: Milestone[], areAll: boolean, map: QuestMap | null): Child[] {
  const reached = all.filter((each) => each.reached && each.placeMeters > 0).reverse();
  const ahead = all.filter((each) => !each.reached && !each.hidden);
  const hidden = all.filter((each) => each.hidden).length;
  const stories = storiesByPlace(map);
  return [
    reached.length === 0
      ? element("p", { class: "hint" }, "None is reached yet.")
      : list("postcards", reached.map((each) =>
        postcard(each, stories.get(key(each.name, each.placeMeters)))), "earlier"),
    ahead.length + hidden === 0 ? null : element("h3", {}, "Ahead"),
    ahead.length === 0 ? null : list("ahead", ahead.map((each) =>
      element("li", {}, named(title(each)), " ",
        element("span", { class: "hint" }, `at ${length(each.placeMeters)}`))), "more"),
    hidden === 0 ? null : element("p", { class: "hint" }, hiddenText(hidden, areAll)),
  ];
}

function hiddenText(count: number, areAll: boolean): string {
  if (!areAll) return `At least ${count} more are ahead. Each appears when it is reached.`;
  return count === 1 ? "1 more is ahead. It appears when it is reached."
    : `${count} more are ahead. Each appears when it is reached.`;
}

function list(kind: string, items: Node[], others: string): Child[] {
  const rest = items.slice(mostShown);
  return [
    element("ol", { class: kind }, items.slice(0, mostShown)),
    rest.length === 0 ? null : element("details", {},
      element("summary", {}, `${rest.length} ${others}`), element("ol", { class: kind }, rest)),
  ];
}

function postcard(milestone: Milestone, story: string | undefined): Node {
  const who = milestone.personName ? [", with a walk of ", named(milestone.personName)] : null;
  return element("li", { class: "postcard" },
    element("h3", {}, title(milestone)),
    story ? element("p", {}, story) : null,
    element("p", { class: "hint" },
      milestone.reachedAt ? [moment(milestone.reachedAt), who] : "Reached"));
}

/** What a milestone is called. */
export function title(milestone: { key: string; name: string | null }): string {
  const share = /^percent:(\d+)$/.exec(milestone.key);
  if (share) return share[1] === "100" ? "The end of the way" : `${share[1]} % of the way`;
  return milestone.name ?? "A waypoint without a name";
}

function storiesByPlace(map: QuestMap | null): Map<string, string> {
  const stories = new Map<string, string>();
  for (const { properties } of map?.features ?? []) {
    if (properties.kind === "waypoint" && properties.story) {
      stories.set(key(properties.name, properties.distanceMeters ?? 0), properties.story);
    }
  }
  return stories;
}

function key(name: MapProperties["name"], meters: number): string {
  return `${name ?? ""} ${Math.round(meters)}`;
}
