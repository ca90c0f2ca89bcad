import { repeatable, teams } from "../api/account";
import type { Quest, Team } from "../api/types";
import { element, isolated } from "../dom/element";
import { choice, field, form, needed } from "../dom/form";
import { CourseFields } from "../quest/course-fields";
import { dayIn, instantOf, nextDay } from "../quest/days";
import { go } from "../router";
import { length, zone } from "../units";

const states: Record<Quest["state"], string> = {
  scheduled: "begins later", active: "under way", completed: "completed", expired: "ended before its goal",
  cancelled: "cancelled",
};

export function questList(quests: Quest[]): Node {
  if (quests.length === 0) return element("p", { class: "hint" }, "No quest yet.");
  return element("ul", { class: "cards" }, quests.map((quest) => element("li", {},
    element("a", { href: `/quests/${quest.id}` }, element("strong", {}, quest.name),
      element("span", {}, states[quest.state])))));
}

/** Starts a quest on a route that the person may see: public ones, and their own. */
export async function questForm(team: Team, signal: AbortSignal): Promise<Node> {
  const { items } = await teams.routes(signal);
  const route = choice("Route", "routeId", items.map((each) =>
    [each.id, `${isolated(each.name ?? "Without a name")} (${length(each.lengthMeters)})`]));
  const name = field("Name of the quest", "name", { required: true, maxlength: 200 });
  const start = field("First day", "start", { type: "date", required: true });
  const end = field("Last day", "end", { type: "date", required: true });
  const course = new CourseFields(null);
  const today = dayIn(new Date(), zone());
  start.control.value = today;
  end.control.value = nextDay(today, 364);
  const once = repeatable();
  const made = form("Start a quest", {
    submit: "Start the quest",
    fields: { "/routeId": route, "/name": name, "/start": start, "/end": end, ...course.fields },
    async action() {
      const quest = await teams.startQuest(team.id, {
        name: needed(name, "/name", "Type a name."), routeId: route.control.value, zone: zone(),
        start: instantOf(start.control.value, zone(), "/start"),
        end: instantOf(nextDay(end.control.value), zone(), "/end"), ...course.changes(),
      }, once);
      go(`/quests/${quest.id}`);
    },
  });
  course.foldBelow(end);
  return element("div", {}, element("h2", {}, "Start a quest"),
    items.length === 0 ? element("p", { class: "hint" }, "There is no route yet.") : made,
    element("p", {}, element("a", { href: "/designer" }, "Make a route of a file")));
}
