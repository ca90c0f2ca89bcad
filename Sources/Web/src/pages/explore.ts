import { places, quests } from "../api/api";
import type { FoundPlace, QuestMarker } from "../api/types";
import { Child, element, named, replace } from "../dom/element";
import { field } from "../dom/form";
import type { ExploreMap } from "../map/explore-map";
import { boxAround, nearby } from "../map/nearby";
import type { MakePage } from "../router";
import { length } from "../units";

/** More than these are found by searching. */
const mostListed = 100;
const mostPlaces = 5;
/** Places are asked for once somebody rests from typing, and has typed so much. */
const restMilliseconds = 300;
const fewestLetters = 3;

export const explore: MakePage = async ({ signal }) => {
  const page = new Explore(await quests.markers(signal), signal);
  return { title: "Mile Quest", isWide: true, content: page.root };
};

/** Public quests in a list and on a map, by their names and by places. */
class Explore {
  readonly root: HTMLElement;
  private readonly box = element("div", { class: "map", id: "map" });
  private readonly list = element("ul", { class: "cards" });
  private readonly count = element("p", { class: "hint", role: "status" });
  private readonly placeBox = element("div", { class: "places" });
  private readonly search = field("Search by quest, team or place", "search", { type: "search", autocomplete: "off" });
  private map: ExploreMap | null = null;
  private timer = 0;
  private asked = 0;

  constructor(private readonly all: QuestMarker[], private readonly signal: AbortSignal) {
    this.search.control.addEventListener("input", () => this.searchAnew());
    this.showNamed();
    if (all.length > 0) void this.showMap();
    this.root = element("div", { class: "explore" },
      element("div", { class: "side" },
        element("h1", {}, "Explore quests"),
        element("p", {}, "Teams log walks, and their miles move a marker along a real route."),
        this.search.row, this.placeBox, this.count, this.list),
      all.length > 0 ? this.box : null);
  }

  private async showMap(): Promise<void> {
    try {
      const { ExploreMap } = await import("../map/explore-map");
      this.map = await ExploreMap.make(this.box, this.all, this.signal, () => this.loseMap());
      if (!this.map && !this.signal.aborted) this.box.remove();
    } catch {
      this.loseMap();
    }
  }

  private loseMap(): void {
    this.map = null;
    this.box.remove();
  }

  private searchAnew(): void {
    this.showNamed();
    replace(this.placeBox);
    this.map?.point(null);
    window.clearTimeout(this.timer);
    this.asked += 1;
    const text = this.search.control.value.trim();
    const number = this.asked;
    if ([...text].length >= fewestLetters || /[^\u0000-\u024f]/.test(text)) {
      this.timer = window.setTimeout(() => void this.findPlaces(text, number), restMilliseconds);
    }
  }

  private showNamed(): void {
    const found = matching(this.all, this.search.control.value);
    replace(this.list, found.slice(0, mostListed).map((marker) => entry(marker, marker.teamName)));
    replace(this.count, summary(found.length, this.all.length));
    this.map?.show(found);
  }

  private async findPlaces(text: string, number: number): Promise<void> {
    try {
      const found = await places.find(text, this.signal);
      // An answer that comes after a later question is not shown.
      if (number !== this.asked || this.signal.aborted) return;
      if (found.places.length > 0) this.offer(found.places.slice(0, mostPlaces), found.attribution);
      else if (found.suggestions.length > 0) this.suggest(found.suggestions);
    } catch {
      // Quests are found by their names all the same, and the next letter asks again.
    }
  }

  private offer(found: FoundPlace[], attribution: string | null): void {
    replace(this.placeBox, element("h2", {}, "Places"),
      element("ul", { class: "choices" }, found.map((place) => element("li", {},
        element("button", { type: "button", onclick: () => void this.look(place) },
          named(titleOf(place)))))),
      attribution ? element("p", { class: "hint" }, attribution) : null);
  }

  private suggest(names: string[]): void {
    replace(this.placeBox, element("h2", {}, "Places with a similar name"),
      element("ul", { class: "choices" }, names.map((name) => element("li", {},
        element("button", {
          type: "button", onclick: () => {
            this.search.control.value = name;
            this.searchAnew();
            this.search.control.focus();
          },
        }, named(name))))));
  }

  /** Shows a place on the map, and lists the quests around it. */
  private async look(place: FoundPlace): Promise<void> {
    const number = this.asked;
    this.map?.show(this.all);
    this.map?.point(place);
    // The page may not have all quests of a large service; around the place it has.
    const around = await quests.markers(this.signal, boxAround(place.coordinate)).catch(() => []);
    if (number !== this.asked || this.signal.aborted) return;
    const known = new Map([...this.all, ...around].map((marker) => [marker.questId, marker]));
    const near = nearby([...known.values()], place.coordinate);
    this.map?.show([...known.values()]);
    replace(this.list, near.quests.slice(0, mostListed).map(({ marker, meters }) =>
      entry(marker, [marker.teamName, `, ${length(meters)} away`])));
    replace(this.count, near.quests.length === 0 ? "There are no public quests yet."
      : [near.isFar ? "No quest is near " : "Quests near ", named(place.name), near.isFar ? ". The nearest are:" : ":"]);
  }
}

function titleOf(place: FoundPlace): string {
  return place.area ? `${place.name}, ${place.area}` : place.name;
}

function entry(marker: QuestMarker, below: Child): Node {
  return element("li", {}, element("a", { href: `/quests/${marker.questId}` },
    element("strong", { dir: "auto" }, marker.questName), element("span", { dir: "auto" }, below)));
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
