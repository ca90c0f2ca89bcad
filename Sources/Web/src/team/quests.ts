import { repeatable, teams } from "../api/account";
import type { Quest, Team } from "../api/types";
import { element } from "../dom/element";
import { choice, field, form, Mistake, needed } from "../dom/form";
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

/** A day of this device, so many years from now. */
function day(years: number): string {
  const now = new Date();
  const digits = (value: number) => String(value).padStart(2, "0");
  return `${now.getFullYear() + years}-${digits(now.getMonth() + 1)}-${digits(now.getDate())}`;
}

/** The instant at which a day begins on this device. */
function instant(text: string, pointer: string): string {
  const found = new Date(`${text}T00:00:00`);
  if (Number.isNaN(found.getTime())) throw new Mistake(pointer, "Choose a day.");
  return found.toISOString();
}

/** Starts a quest on a route that the person may see: public ones, and their own. */
export async function questForm(team: Team, signal: AbortSignal): Promise<Node> {
  const { items } = await teams.routes(signal);
  const route = choice("Route", "routeId", items.map((each) =>
    [each.id, `${each.name ?? "Without a name"} (${length(each.lengthMeters)})`]));
  const name = field("Name of the quest", "name", { required: true, maxlength: 200 });
  const start = field("First day", "start", { type: "date", required: true });
  const end = field("Ends at the beginning of", "end", { type: "date", required: true });
  start.control.value = day(0);
  end.control.value = day(1);
  const once = repeatable();
  const made = form("Start a quest", {
    submit: "Start the quest",
    fields: { "/routeId": route, "/name": name, "/start": start, "/end": end },
    async action() {
      const quest = await teams.startQuest(team.id, {
        name: needed(name, "/name", "Type a name."), routeId: route.control.value, zone: zone(),
        start: instant(start.control.value, "/start"), end: instant(end.control.value, "/end"),
      }, once);
      go(`/quests/${quest.id}`);
    },
  });
  return element("div", {}, element("h2", {}, "Start a quest"),
    items.length === 0 ? element("p", { class: "hint" }, "There is no route yet.") : made,
    element("p", {}, element("a", { href: "/designer" }, "Make a route of a file")));
}
