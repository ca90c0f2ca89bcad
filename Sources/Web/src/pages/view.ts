import { linked } from "../api/api";
import { Refusal } from "../api/problem";
import { element, replace } from "../dom/element";
import { QuestPanel } from "../quest/panel";
import type { MakePage } from "../router";

/** A quest by a private link, whose secret stands after the `#`: no server and no other page is sent that. */
export const view: MakePage = async ({ signal }) => {
  const secret = location.hash.slice(1);
  if (!/^mql_\w[\w-]{1,150}$/.test(secret)) return { title: "Private link", content: gone() };
  const link = linked(secret);
  try {
    const { questId, showsNames } = await link.show(signal);
    const progress = await link.quests.progress(questId, signal);
    const panel: QuestPanel = new QuestPanel({
      // What stands before the secret names the link.
      id: questId, calls: link.quests, name: secret.slice(0, 36), showsPeople: showsNames, showsRoute: false,
      foot: element("p", { class: "hint" }, "You see this quest by a private link."),
      ended: () => replace(panel.root, gone()),
    }, progress, signal);
    panel.begin();
    return { title: progress.questName, content: panel.root, isWide: true };
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return { title: "Private link", content: gone() };
    throw error;
  }
};

function gone(): Node {
  return element("div", {}, element("h1", {}, "This link opens nothing"),
    element("p", { role: "alert" }, "It is not whole, or it was taken back. Ask the team for another one."));
}
