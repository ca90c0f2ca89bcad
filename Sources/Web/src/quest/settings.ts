import { teams } from "../api/account";
import { QuestChange, quests } from "../api/api";
import { messageOf } from "../api/problem";
import type { Team } from "../api/types";
import { confirmed } from "../dom/confirm";
import { element, isolated } from "../dom/element";
import { choice, Field, field, form, needed } from "../dom/form";
import { show } from "../router";
import { notify } from "../shell/notices";
import { length } from "../units";
import { CourseFields } from "./course-fields";
import { dayIn, instantOf, nextDay } from "./days";
import { hidesField, isChecked } from "./hiding";

/** What admins can change of a quest, and its end. */
export async function questSettings(id: string, team: Team, signal: AbortSignal): Promise<HTMLElement> {
  const [quest, { items: routes }] = await Promise.all([quests.show(id, signal), teams.routes(signal)]);
  const name = field("Name of the quest", "name", { required: true, maxlength: 200 });
  const start = field("First day", "start", { type: "date", required: true });
  const end = field("Last day", "end", { type: "date", required: true });
  const route = choice("Course", "routeId", [["", "stays as it is"], ...routes.filter((each) => each.id !== quest.routeId)
    .map((each): [string, string] => [each.id, `${isolated(each.name ?? "Without a name")} (${length(each.lengthMeters)})`])]);
  const course = new CourseFields(quest);
  const hides = hidesField(quest.hidesAhead);
  // The last moment of a quest lies on its last day.
  const [first, last] = [dayIn(quest.start, quest.zone), dayIn(new Date(Date.parse(quest.end) - 1), quest.zone)];
  name.control.value = quest.name;
  start.control.value = first;
  end.control.value = last;
  const isOpen = quest.state !== "cancelled";
  const fields: Record<string, Field> = isOpen
    ? { "/name": name, "/start": start, "/end": end, "/routeId": route, "/hidesAhead": hides, ...course.fields }
    : { "/name": name, "/hidesAhead": hides };
  const change = form("Change the quest", {
    submit: "Save", fields,
    async action() {
      const body: QuestChange = isOpen ? course.changes() : {};
      const newName = needed(name, "/name", "Type a name.");
      if (newName !== quest.name) body.name = newName;
      if (isChecked(hides) !== quest.hidesAhead) body.hidesAhead = isChecked(hides);
      if (isOpen && start.control.value !== first) body.start = instantOf(start.control.value, quest.zone, "/start");
      if (isOpen && end.control.value !== last) body.end = instantOf(nextDay(end.control.value), quest.zone, "/end");
      if (isOpen && route.control.value !== "") body.routeId = route.control.value;
      if (Object.keys(body).length > 0) await quests.change(quest, body);
      notify("The quest is changed.");
      await show();
    },
  });
  const cancel = async () => {
    try {
      await quests.cancel(id);
      notify(`${isolated(quest.name)} is cancelled.`);
      await show();
    } catch (error) {
      notify(messageOf(error));
    }
  };
  return element("section", { class: "panel", "aria-label": "Settings of the quest" },
    element("details", {}, element("summary", {}, "Change or cancel the quest"),
      element("p", { class: "hint" }, team.public ? "Everyone sees this quest. " : "Only the team sees this quest. ",
        element("a", { href: `/teams/${team.id}` }, "Who sees it is set for the whole team"), "."),
      isOpen ? element("p", { class: "hint" }, `Days are those of the zone ${quest.zone}. What counts is worked out anew.`)
        : null, change,
      isOpen ? element("div", {},
        element("p", { class: "hint" }, "A quest that is cancelled keeps what was walked; walks from then on do not count. "
          + "That cannot be undone. To end it without cancelling, set its last day."),
        confirmed("Cancel the quest", "Cancel it for good", cancel)) : null));
}
