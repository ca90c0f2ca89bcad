import { design } from "../api/design";
import { element, isolated, replace } from "../dom/element";
import { choice } from "../dom/choice";
import { field, form, needed } from "../dom/form";
import { CourseFields } from "../quest/course-fields";
import { dayIn, instantOf, nextDay } from "../quest/days";
import { hidesField, isChecked } from "../quest/hiding";
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
  const team = choice("Team", "team", teams.map((each) => [each.id, isolated(each.name)]));
  const name = field("Name of the quest", "name", { autocomplete: "off", maxlength: 200, required: true });
  const start = field("First day", "start", { type: "date", required: true });
  const end = field("Last day", "end", { type: "date", required: true });
  const hides = hidesField();
  name.control.value = base.name ?? "";
  const course = new CourseFields(null);
  start.control.value = dayIn(new Date(), zone());
  const key = crypto.randomUUID();
  const made = form("Start a quest", {
    submit: "Start the quest", fields: { "/name": name, "/start": start, "/end": end, "/hidesAhead": hides, ...course.fields },
    action: async () => {
      const quest = await design.startQuest(team.control.value, {
        name: needed(name, "/name", "A quest needs a name."), routeId: base.routeId, version: base.version,
        start: instantOf(start.control.value, zone(), "/start"),
        end: instantOf(nextDay(end.control.value), zone(), "/end"), ...course.changes(),
        zone: zone(), hidesAhead: isChecked(hides),
      }, key);
      replace(root, element("p", { class: "notice good" }, "The quest has begun. ",
        element("a", { href: `/quests/${quest.id}` }, "Open it"), "."));
    },
  });
  made.prepend(team.row);
  course.foldBelow(hides);
  replace(root, element("h3", {}, "Start a quest on it"), made);
}
