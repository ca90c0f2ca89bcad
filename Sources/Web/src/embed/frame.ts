// A public quest in a frame of another site: it knows nobody, asks for nothing, and follows the quest.

import { quests } from "../api/api";
import { messageOf } from "../api/problem";
import type { LiveEvent, QuestMap } from "../api/types";
import { element, replace } from "../dom/element";
import { watchQuest } from "../live/live";
import { summary } from "../quest/summary";

async function begin(main: HTMLElement): Promise<void> {
  const id = location.pathname.split("/")[3] ?? "";
  const { signal } = new AbortController();
  const progress = await quests.progress(id);
  const figures = element("div", { class: "panel figures" }, ...summary(progress));
  const mapBox = element("div", { class: "map", id: "map" });
  replace(main, element("article", { class: "frame" },
    element("h1", {}, element("a", { href: `/quests/${id}`, target: "_blank", rel: "noopener" },
      progress.questName)),
    element("p", { class: "hint" }, progress.teamName), mapBox, figures));
  const tolerance = Math.round(progress.officialLengthMeters / 20_000);
  const load = (): Promise<QuestMap> => quests.map(id, tolerance);
  const [map, module] = await Promise.all([load(), import("../map/quest-map")]);
  const view = new module.QuestMapView(
    mapBox, { name: progress.questName }, (units, ended) => quests.picture(id, units, ended), map, progress.position.coordinate, signal);
  await view.begin();
  const refresh = async () => {
    const [now, line] = await Promise.all([quests.progress(id), load()]);
    replace(figures, ...summary(now));
    view.show(line, now.position.coordinate);
  };
  watchQuest(id, {
    version: progress.teamVersion,
    event(event: LiveEvent) {
      if (event.progress) view.moveTo(event.progress.position.coordinate);
      refresh().catch(() => undefined);
    },
    reset: () => void refresh().catch(() => undefined),
    confirmed: () => undefined,
    broken: () => undefined,
    ended: () => undefined,
  }, signal);
}

const main = document.getElementById("main");
if (main) {
  begin(main).catch((error) => {
    if (!main.querySelector(".frame")) main.append(element("p", { role: "alert" }, messageOf(error)));
  });
}
