import { me, walks } from "../api/api";
import { messageOf, Unreachable } from "../api/problem";
import type { DashboardTeam } from "../api/types";
import { element, named } from "../dom/element";
import { go, MakePage } from "../router";
import { session } from "../session";
import { length, percent } from "../units";
import { fileForm } from "../walks/file-form";
import { logForm } from "../walks/log-form";
import { WaitingList } from "../walks/waiting-list";
import { WalkList } from "../walks/walk-list";

export const walksPage: MakePage = async ({ signal }) => {
  const person = session.personId;
  if (person === null) {
    go("/sign-in?return=/walks", { replace: true });
    return { title: "Sign in", content: element("p", {}, "Sign in first.") };
  }
  // Without a connection one logs all the same.
  const load = () => Promise.all([walks.list(null, signal), me.teams(signal)]);
  const loaded = await load().catch((error) => {
    if (error instanceof Unreachable) return messageOf(error);
    throw error;
  });
  const box = element("div", {});
  const list = new WalkList(typeof loaded === "string" ? { items: [], next: null } : loaded[0], signal);
  const waiting = new WaitingList(person, signal);
  if (typeof loaded === "string") {
    box.append(element("p", { class: "hint" }, `${loaded} Your earlier walks are not on this device.`));
  } else {
    box.append(list.root);
  }
  const logged = () => {
    if (navigator.onLine) void list.reload().then((isThere) => { if (isThere) box.replaceChildren(list.root); });
  };
  return {
    title: "Your walks",
    content: element("div", { class: "columns" },
      element("div", {},
        element("h1", {}, "Log a walk"),
        logForm(person, () => list.known, logged, signal),
        fileForm(logged, signal),
        typeof loaded === "string" ? null : [element("h2", {}, "Your teams"), teams(loaded[1].teams)]),
      element("div", {}, waiting.root,
        element("section", { "aria-label": "Your walks" }, element("h2", {}, "Your walks"), box))),
  };
};

function teams(all: DashboardTeam[]): Node {
  if (all.length === 0) {
    return element("p", { class: "hint" },
      "You are in no team yet. Your walks are kept all the same; ask a team for an invitation, or ",
      element("a", { href: "/teams" }, "make a team"), ".");
  }
  return element("ul", { class: "cards" }, all.map(({ team, quest }) => element("li", {},
    element("a", { href: quest ? `/quests/${quest.questId}` : `/teams/${team.id}` },
      element("strong", {}, quest ? quest.questName : team.name),
      element("span", {}, quest
        ? [named(team.name), `: ${percent(quest.percent)}, ${length(quest.totalMeters)}`] : "No quest at the moment")))));
}
