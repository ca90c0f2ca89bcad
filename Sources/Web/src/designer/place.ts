import type { Edit } from "../api/design";
import type { Place } from "../api/types";
import { element, replace } from "../dom/element";
import { field, form, Mistake } from "../dom/form";
import { notify } from "../shell/notices";
import { length, metersOf } from "../units";
import { withEdit } from "./draft";
import { distanceOf, faultOf } from "./edit-forms";
import { Pass, passesNear, placeAt, wind } from "./passes";
import type { Part, Workbench } from "./workbench";

/** Passes of the line this near to a place count as being there. */
const sameMeters = 25;

/** The chosen place of the line, and what can be done there. */
export class PlacePart implements Part {
  readonly root: HTMLElement;
  private readonly slider = element("input", {
    type: "range", id: "place-slider", min: 0, max: 1000, step: 1, value: 0,
  });
  private readonly text = element("output", { for: "place-slider" });
  private readonly passes = element("fieldset", { class: "passes", hidden: true });
  private readonly name = field("Name", "name", { autocomplete: "off", maxlength: 200 });
  private readonly story = field("Story, to read on arrival", "story", { rows: 2, maxlength: 4000 });
  private readonly type = field("Kind, such as town", "type", { autocomplete: "off", maxlength: 100 });
  private readonly at = field("Go to a distance", "distance", { inputmode: "decimal", autocomplete: "off" });
  private chosen: Pass | null = null;

  constructor(
    private readonly bench: Workbench, private readonly onChosen: (pass: Pass) => void,
  ) {
    this.slider.addEventListener("input", () => {
      const preview = this.bench.view?.preview;
      if (preview) {
        this.choose(preview.startMeters + Number(this.slider.value) / 1000 * preview.lengthMeters);
      }
    });
    const act = (text: string, what: string, edit: (meters: string, pass: Pass) => Edit) =>
      element("button", { onclick: () => this.act(what, edit) }, text);
    this.root = element("section", { class: "panel place", "aria-label": "A place on the route" },
      element("h2", {}, "A place on the route"),
      element("div", { class: "field" },
        element("label", { for: "place-slider" }, "Move along the route"), this.slider, this.text),
      this.passes,
      form("A distance", { submit: "Go there", fields: { distance: this.at }, action: () => this.goTo() }),
      element("details", {}, element("summary", {}, "Put a waypoint here"),
        form("A waypoint", {
          submit: "Put the waypoint", fields: { name: this.name, story: this.story, type: this.type },
          action: () => this.put(),
        })),
      element("div", { class: "acts" },
        act("Cut off what is before", "Cut off what is before", (from) => ({ edit: "cut", from })),
        act("Cut off what is after", "Cut off what is after", (to) => ({ edit: "cut", to })),
        act("Split here", "Split into parts", (distance) => ({ edit: "splitAt", distances: [distance] })),
        act("Start the loop here", "Start the loop elsewhere", (_, pass) => ({
          edit: "startAt", coordinate: pass.coordinate }))));
  }

  draw(): void {
    const preview = this.bench.view?.preview;
    this.root.hidden = !preview;
    if (!preview) return;
    this.choose(this.chosen?.distanceMeters ?? preview.startMeters);
  }

  /** Chooses the place at a distance; other passes there are offered too. */
  choose(distanceMeters: number): void {
    const line = this.bench.view?.preview?.line ?? [];
    const pass = placeAt(line, distanceMeters);
    if (!pass) return;
    this.take(pass);
    const others = passesNear(line, pass.coordinate, sameMeters);
    this.offer(others.length > 1 ? others : []);
  }

  /** Chooses a place of the map: each pass of the line there, with its distance and direction. */
  point(place: Place, reachMeters: number): void {
    const line = this.bench.view?.preview?.line ?? [];
    const passes = passesNear(line, place, reachMeters);
    const nearest = [...passes].sort((a, b) => a.offsetMeters - b.offsetMeters)[0];
    if (!nearest) return;
    this.take(nearest);
    this.offer(passes.length > 1 ? passes : []);
  }

  private take(pass: Pass): void {
    this.chosen = pass;
    const preview = this.bench.view?.preview;
    if (!preview) return;
    const share = (pass.distanceMeters - preview.startMeters) / Math.max(preview.lengthMeters, 1e-6);
    this.slider.value = String(Math.round(share * 1000));
    const [longitude, latitude] = pass.coordinate;
    const text = `${length(pass.distanceMeters)}, heading ${wind(pass.bearing)}`;
    replace(this.text, `${text} · ${latitude.toFixed(5)}, ${longitude.toFixed(5)}`);
    this.slider.setAttribute("aria-valuetext", text);
    this.onChosen(pass);
  }

  private offer(passes: Pass[]): void {
    this.passes.hidden = passes.length === 0;
    replace(this.passes, element("legend", {}, "The line passes here more than once. Which pass?"),
      passes.slice(0, 20).map((pass, index) => {
        const id = `pass-${index}`;
        const isChosen = Math.abs(pass.distanceMeters - (this.chosen?.distanceMeters ?? 0)) < 1;
        return element("div", { class: "field check" },
          element("input", {
            type: "radio", name: "pass", id, checked: isChosen, onchange: () => this.take(pass),
          }),
          element("label", { for: id }, `${length(pass.distanceMeters)}, heading ${wind(pass.bearing)}`));
      }));
  }

  private async goTo(): Promise<void> {
    const typed = this.at.control.value;
    const text = distanceOf(typed);
    if (!text) throw new Mistake("distance", faultOf(typed, false, "Type a distance such as 3.1 km."));
    this.choose(metersOf(text));
    if (this.chosen) this.bench.fly(this.chosen.coordinate);
  }

  private async put(): Promise<void> {
    const pass = this.needed();
    const optional = (text: string, name: string) => (text.trim() === "" ? {} : { [name]: text.trim() });
    const name = this.name.control.value.trim();
    const waypoint = {
      distance: meters(pass), ...optional(name, "name"),
      ...optional(this.story.control.value, "story"), ...optional(this.type.control.value, "type"),
    };
    await this.bench.change((state) => withEdit(
      state, name ? `Waypoint ${name}` : "A waypoint", { edit: "waypoints", waypoints: [waypoint] }));
    for (const each of [this.name, this.story, this.type]) each.control.value = "";
    this.warn(pass);
  }

  /** Waypoints follow the route in their order, so that one alone stands on the first pass of its place. */
  private warn(pass: Pass): void {
    const stands = this.bench.view?.preview?.waypoints ?? [];
    if (!stands.some((each) => Math.abs(each.distanceMeters - pass.distanceMeters) < sameMeters)) {
      notify("The waypoint stands on an earlier pass of the line. Put another one before it, at the turn, and it moves here.");
    }
  }

  private act(what: string, edit: (meters: string, pass: Pass) => Edit): void {
    void this.bench.attempt(async () => {
      const pass = this.needed();
      await this.bench.changeShown((state) => withEdit(state, what, edit(meters(pass), pass)));
    });
  }

  private needed(): Pass {
    if (!this.chosen) throw new Mistake("name", "Choose a place on the route first.");
    return this.chosen;
  }
}

function meters(pass: Pass): string {
  return `${pass.distanceMeters.toFixed(3)} m`;
}
