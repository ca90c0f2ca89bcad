import { design } from "../api/design";
import { element, replace } from "../dom/element";
import { choice } from "../dom/choice";
import { field, form, Mistake, needed } from "../dom/form";
import { zone } from "../units";
import type { Base } from "./draft";

/** Starts a quest on a stored route, for a team that the reader is an admin of. */
export function questForm(base: Base, signal: AbortSignal): HTMLElement {
  const root = element("div", {}, element("p", { class: "hint" }, "Looking for your teams …"));
  void fill(root, base, signal).catch(() => {
    if (!signal.aborted) replace(root, element("p", { class: "hint" }, "Your teams could not be loaded."));
  });
  return root;
}

async function fill(root: HTMLElement, base: Base, signal: AbortSignal): Promise<void> {
  const teams = (await design.teams(signal)).items.filter((team) => team.role === "admin");
  if (signal.aborted) return;
  if (teams.length === 0) {
    replace(root, element("p", { class: "hint" }, "Admins of a team start quests; you are an admin of none."));
    return;
  }
  const team = choice("Team", "team", teams.map((each) => [each.id, each.name]));
  const name = field("Name of the quest", "name", { autocomplete: "off", maxlength: 200, required: true });
  const start = field("First day", "start", { type: "date", required: true });
  const end = field("Last day", "end", { type: "date", required: true });
  name.control.value = base.name ?? "";
  start.control.value = dayText(new Date());
  const key = crypto.randomUUID();
  const made = form("Start a quest", {
    submit: "Start the quest", fields: { "/name": name, "/start": start, "/end": end },
    action: async () => {
      const quest = await design.startQuest(team.control.value, {
        name: needed(name, "/name", "A quest needs a name."), routeId: base.routeId, version: base.version,
        start: midnight(start.control.value, 0, "/start"), end: midnight(end.control.value, 1, "/end"),
        zone: zone(),
      }, key);
      replace(root, element("p", { class: "notice good" }, "The quest has begun. ",
        element("a", { href: `/quests/${quest.id}` }, "Open it"), "."));
    },
  });
  made.prepend(team.row);
  replace(root, element("h3", {}, "Start a quest on it"), made);
}

/** The midnight with which a day of this device begins, or one some days later. */
function midnight(text: string, days: number, pointer: string): string {
  const [year, month, day] = text.split("-").map(Number);
  if (!year || !month || !day) throw new Mistake(pointer, "Choose a day.");
  return new Date(year, month - 1, day + days).toISOString();
}

function dayText(date: Date): string {
  const digits = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
}
