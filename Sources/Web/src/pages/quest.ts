import { teams } from "../api/account";
import { quests } from "../api/api";
import { Refusal } from "../api/problem";
import { element, named, replace } from "../dom/element";
import { QuestPanel } from "../quest/panel";
import type { MakePage } from "../router";
import { session } from "../session";

export const quest: MakePage = async ({ parameters, signal }) => {
  const id = parameters["quest"] ?? "";
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new Refusal(404, "not-found", "", [], null);
  const progress = await quests.progress(id, signal);
  const foot = element("div", { class: "low" }, session.personId === null
    ? element("p", { class: "hint" }, "In this team? ",
      element("a", { href: `/sign-in?return=/quests/${id}` }, "Sign in"), " to log walks.")
    : element("p", {}, element("a", { class: "button", href: "/walks" }, "Log a walk")));
  const panel: QuestPanel = new QuestPanel({
    id, calls: quests, name: id, showsPeople: true, showsRoute: true, foot,
    ended: () => replace(panel.root, notShown(progress.questName)),
  }, progress, signal);
  panel.begin();
  if (session.personId !== null) void addForAdmins(foot, id, progress.teamId, signal);
  return { title: progress.questName, content: panel.root, isWide: true };
};

/** What is read where a quest was shown until now, and is not any more. */
function notShown(name: string): Node {
  return element("div", { class: "narrow" }, element("h1", {}, "This quest is no longer shown to you"),
    element("p", { role: "status" }, named(name), " is only for its team now, or the team was dissolved. "
      + "If you were in the team, you are no longer."),
    element("p", {}, element("a", { class: "button", href: "/teams" }, "Your teams"), " ",
      element("a", { href: "/" }, "See all quests")));
}

/** What admins can change, and the private links where not everyone sees the team. */
async function addForAdmins(foot: HTMLElement, quest: string, id: string, signal: AbortSignal): Promise<void> {
  try {
    const team = await teams.show(id, signal);
    if (team.role !== "admin") return;
    const { questSettings } = await import("../quest/settings");
    const settings = await questSettings(quest, team, signal);
    if (!signal.aborted) foot.append(settings);
    if (team.public) return;
    const { LinkBox } = await import("../quest/links");
    const box = new LinkBox(quest, signal);
    await box.load();
    if (!signal.aborted) foot.append(box.root);
  } catch {
    // The quest is shown all the same.
  }
}
