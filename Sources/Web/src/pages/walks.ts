import { me, walks } from "../api/api";
import type { DashboardTeam } from "../api/types";
import { element } from "../dom/element";
import { go, MakePage } from "../router";
import { session } from "../session";
import { length, percent } from "../units";
import { logForm } from "../walks/log-form";
import { WalkList } from "../walks/walk-list";

export const walksPage: MakePage = async ({ signal }) => {
  if (session.personId === null) {
    go("/sign-in?return=/walks", { replace: true });
    return { title: "Sign in", content: element("p", {}, "Sign in first.") };
  }
  const [first, dashboard] = await Promise.all([walks.list(null, signal), me.teams(signal)]);
  const list = new WalkList(first, signal);
  return {
    title: "Your walks",
    content: element("div", { class: "columns" },
      element("div", {},
        element("h1", {}, "Log a walk"),
        logForm(() => void list.reload()),
        element("h2", {}, "Your teams"),
        teams(dashboard.teams)),
      element("section", { "aria-label": "Your walks" }, element("h2", {}, "Your walks"), list.root)),
  };
};

function teams(all: DashboardTeam[]): Node {
  if (all.length === 0) {
    return element("p", { class: "hint" },
      "You are in no team yet. Your walks are kept all the same; ask a team for an invitation.");
  }
  return element("ul", { class: "cards" }, all.map(({ team, quest }) => element("li", {},
    quest
      ? element("a", { href: `/quests/${quest.questId}` },
        element("strong", {}, quest.questName),
        element("span", {}, `${team.name}: ${percent(quest.percent)}, ${length(quest.totalMeters)}`))
      : element("span", {}, `${team.name} has no quest.`))));
}
