import { element } from "../dom/element";
import type { Place, QuestMap } from "../api/types";
import { units } from "../units";
import { shown } from "./canvas";
import { between, glide, travelled } from "./glide";
import { canDraw } from "./library";
import { LibrarySurface } from "./library-surface";
import type { Pin, Surface } from "./surface";

/** Beyond so many degrees the library draws nothing, and lines run along the edge. */
const poleward = 84;

/** The map of a quest; where none can be drawn, the server's picture. */
export class QuestMapView {
  private surface: Surface | null = null;
  private marker: Pin | null = null;
  /** Other places than the team's that somebody looks at, by what they are. */
  private readonly glances = new Map<string, Pin>();
  private place: Place;
  private gliding = new AbortController();

  constructor(
    private readonly container: HTMLElement, private readonly quest: { name: string },
    /** Fetches the picture in place of a map. */
    private readonly picture: (units: string, signal: AbortSignal) => Promise<Blob>,
    private map: QuestMap, place: Place, private readonly signal: AbortSignal,
  ) {
    this.place = place;
  }

  async begin(): Promise<void> {
    const [, south, , north] = this.map.bbox;
    const isPolar = north > poleward || south < -poleward;
    const label = `Map of ${this.quest.name}`;
    if (isPolar) {
      const [{ PolarSurface }] = await Promise.all([import("./polar-surface"), shown(this.container)]);
      if (this.signal.aborted) return;
      this.surface = new PolarSurface(this.container, label, this.map, this.signal);
    } else if (!canDraw()) {
      await this.showPicture("This browser cannot draw the map. The waypoints are listed below.");
      return;
    } else {
      try {
        this.surface = await LibrarySurface.make(
          this.container, label, this.map, this.place, this.signal, () => {
            this.showPicture("The map was lost. Load the page again to draw it anew.").catch(() => undefined);
          });
      } catch {
        await this.showPicture("The map could not be loaded.");
      }
    }
    if (!this.surface) return;
    this.marker = this.surface.pin(
      element("div", { class: "marker", role: "img", "aria-label": "The team is here" }), this.place);
    this.container.dataset["drawn"] = isPolar ? "polar" : "true";
  }

  /** Shows where the quest stands now; the marker glides there along the line. */
  show(map: QuestMap, place: Place): void {
    this.map = map;
    this.surface?.show(map);
    // A picture that cannot be fetched now is as it was; the next walk fetches another.
    if (this.container.dataset["drawn"] === "picture") this.drawPicture().catch(() => undefined);
    this.moveTo(place);
  }

  moveTo(place: Place): void {
    const from = this.place;
    if (from[0] === place[0] && from[1] === place[1]) return;
    this.place = place;
    this.gliding.abort();
    this.gliding = new AbortController();
    const ended = this.gliding;
    this.signal.addEventListener("abort", () => ended.abort());
    glide(between(travelled(this.map), from, place), (at) => this.marker?.move(at), ended.signal);
  }

  /** Marks a place that somebody looks at: where the team was, or a place along the route. Null takes it away. */
  glance(what: string, place: Place | null): void {
    this.glances.get(what)?.remove();
    this.glances.delete(what);
    if (!place || !this.surface) return;
    const made = element("div", { class: "marker glance", role: "img", "aria-label": what });
    this.glances.set(what, this.surface.pin(made, place));
  }

  /** Calls when somebody clicks on the map. */
  whenClicked(listener: (place: Place) => void): void { this.surface?.whenClicked(listener); }

  private async showPicture(why: string): Promise<void> {
    this.surface = null;
    this.marker = null;
    this.container.classList.add("picture");
    const reason = element("p", { class: "hint" }, why);
    this.container.replaceChildren(reason);
    this.container.dataset["drawn"] = "picture";
    await this.drawPicture();
  }

  private async drawPicture(): Promise<void> {
    const picture = await this.picture(units.chosen, this.signal);
    const address = URL.createObjectURL(picture);
    this.signal.addEventListener("abort", () => URL.revokeObjectURL(address));
    this.container.querySelector("img")?.remove();
    this.container.prepend(element("img", {
      class: "card", src: address, width: 1200, height: 630, alt: `Map of ${this.quest.name}`,
    }));
  }
}
