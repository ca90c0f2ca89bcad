import { routes } from "../api/api";
import type { Place, QuestProfile } from "../api/types";
import { element, replace } from "../dom/element";
import { height, length } from "../units";
import { lapText, placeOnPass } from "./laps";
import { heightAt, profileDrawing } from "./profile";

const restMilliseconds = 150;
/** A click on the map that is farther from the line than this part of the route means no place of it. */
const nearShare = 0.02;

export interface AlongRoute {
  profile: QuestProfile;
  /** The route, to find places on it; null where the reader may not see it. */
  route: { id: string; version: number } | null;
  /** Shows a place of the route on the map; null takes it away. */
  show: (place: Place | null) => void;
  signal: AbortSignal;
}

/** The elevation profile, with a slider along the route; its place is shown on the map, and a click there moves it. */
export class AlongPanel {
  readonly root = element("div", {});
  private readonly drawing = element("div", {});
  private readonly lap = element("p", { class: "hint" });
  private readonly text = element("output", { for: "along" });
  private readonly slider = element("input", { type: "range", id: "along", min: 0, max: 1000, step: 1, value: 0 });
  private timer = 0;
  private asked = 0;
  private here = 0;

  constructor(private readonly route: AlongRoute) {
    const isDrawn = profileDrawing(route.profile, 0) !== null;
    if (!isDrawn) return;
    this.slider.addEventListener("input", () => {
      const [first, last] = this.ends;
      this.look(first + Number(this.slider.value) / 1000 * (last - first));
    });
    replace(this.root, this.drawing, this.lap, element("div", { class: "field" },
      element("label", { for: "along" }, "Look along the route"), this.slider, this.text));
  }

  /** Where the team is, unless somebody looks elsewhere. */
  stand(placeMeters: number): void {
    this.here = placeOnPass(this.route.profile, placeMeters).meters;
    replace(this.lap, lapText(this.route.profile, placeMeters));
    if (this.asked === 0) this.draw(this.here);
  }

  /** The place of the route at a click on the map. */
  async find(place: Place): Promise<void> {
    const { route, profile, signal } = this.route;
    if (!route) return;
    try {
      const match = await routes.nearest(route.id, route.version, place, signal);
      const [first, last] = this.ends;
      if (!match || match.offsetMeters > nearShare * (last - first)) return;
      const { meters } = placeOnPass(profile, match.distanceMeters);
      this.slider.value = String(Math.round((meters - first) / (last - first) * 1000));
      this.look(meters);
    } catch {
      // The next click asks again.
    }
  }

  private get ends(): [number, number] {
    const { points } = this.route.profile;
    return [points[0]?.distanceMeters ?? 0, points[points.length - 1]?.distanceMeters ?? 1];
  }

  private look(meters: number): void {
    this.draw(meters);
    const text = `${length(meters)} from the start, ${height(heightAt(this.route.profile, meters))} high`;
    replace(this.text, text);
    this.slider.setAttribute("aria-valuetext", text);
    window.clearTimeout(this.timer);
    this.asked += 1;
    const question = this.asked;
    this.timer = window.setTimeout(() => void this.point(meters, question), restMilliseconds);
  }

  private async point(meters: number, question: number): Promise<void> {
    const { route, signal, show } = this.route;
    if (!route) return;
    try {
      const found = await routes.position(route.id, route.version, meters, signal);
      if (question === this.asked && !signal.aborted) show(found?.coordinate ?? null);
    } catch {
      if (question === this.asked) show(null);
    }
  }

  private draw(meters: number): void {
    replace(this.drawing, profileDrawing(this.route.profile, meters, this.here));
  }
}
