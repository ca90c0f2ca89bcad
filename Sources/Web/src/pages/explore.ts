import { quests } from "../api/api";
import type { QuestMarker } from "../api/types";
import { element, replace } from "../dom/element";
import { field } from "../dom/form";
import type { MakePage } from "../router";

/** More than these are found by searching. */
const mostListed = 100;

export const explore: MakePage = async ({ signal }) => {
  const all = await quests.markers(signal);
  const map = element("div", { class: "map", id: "map" });
  const list = element("ul", { class: "cards" });
  const count = element("p", { class: "hint", role: "status" });
  const search = field("Search by quest or team", "search", { type: "search", autocomplete: "off" });
  let showOnMap: ((markers: QuestMarker[]) => void) | null = null;

  const draw = () => {
    const found = matching(all, search.control.value);
    replace(list, found.slice(0, mostListed).map(entry));
    replace(count, summary(found.length, all.length));
    showOnMap?.(found);
  };
  search.control.addEventListener("input", draw);
  draw();

  if (all.length > 0) {
    void import("../map/explore-map").then(async ({ showExploreMap }) => {
      showOnMap = await showExploreMap(map, all, signal, () => map.remove());
      if (!showOnMap && !signal.aborted) map.remove();
    }).catch(() => map.remove());
  } else {
    map.remove();
  }
  return {
    title: "Mile Quest", isWide: true,
    content: element("div", { class: "explore" },
      element("div", { class: "side" },
        element("h1", {}, "Explore quests"),
        element("p", {}, "Teams log walks, and their miles move a marker along a real route."),
        search.row, count, list),
      all.length > 0 ? map : null),
  };
};

function entry(marker: QuestMarker): Node {
  return element("li", {}, element("a", { href: `/quests/${marker.questId}` },
    element("strong", {}, marker.questName), element("span", {}, marker.teamName)));
}

function summary(found: number, all: number): string {
  if (all === 0) return "There are no public quests yet.";
  if (found === 0) return "No quest or team has such a name.";
  const shown = found > mostListed ? `, the first ${mostListed} are listed` : "";
  return `${found} ${found === 1 ? "quest" : "quests"}${shown}`;
}

/** Quests whose name or team has each word, whatever its capitals and accents. */
function matching(markers: QuestMarker[], text: string): QuestMarker[] {
  const words = folded(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return markers;
  return markers.filter((marker) => {
    const name = folded(`${marker.questName} ${marker.teamName}`);
    return words.every((word) => name.includes(word));
  });
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
