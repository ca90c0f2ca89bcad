import { teams } from "../api/account";
import { quests } from "../api/api";
import { Refusal } from "../api/problem";
import { element } from "../dom/element";
import { QuestPanel } from "../quest/panel";
import type { MakePage } from "../router";
import { session } from "../session";

export const quest: MakePage = async ({ parameters, signal }) => {
  const id = parameters["quest"] ?? "";
  if (!/^[0-9a-f-]{36}$/i.test(id)) throw new Refusal(404, "not-found", "", [], null);
  const progress = await quests.progress(id, signal);
  const foot = element("div", {}, session.personId === null
    ? element("p", { class: "hint" }, "In this team? ",
      element("a", { href: `/sign-in?return=/quests/${id}` }, "Sign in"), " to log walks.")
    : element("p", {}, element("a", { class: "button", href: "/walks" }, "Log a walk")));
  const panel = new QuestPanel({
    id, calls: quests, name: id, showsPeople: true, showsRoute: true, foot, ended: () => undefined,
  }, progress, signal);
  panel.begin();
  if (session.personId !== null) void addLinks(foot, id, progress.teamId, signal);
  return { title: progress.questName, content: panel.root, isWide: true };
};

/** The private links, for admins of a team that not everyone sees. */
async function addLinks(foot: HTMLElement, quest: string, team: string, signal: AbortSignal): Promise<void> {
  try {
    const { role, public: isPublic } = await teams.show(team, signal);
    if (role !== "admin" || isPublic) return;
    const { LinkBox } = await import("../quest/links");
    const box = new LinkBox(quest, signal);
    await box.load();
    if (!signal.aborted) foot.append(box.root);
  } catch {
    // The quest is shown all the same.
  }
}
