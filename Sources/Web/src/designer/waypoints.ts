import type { Edit, Waypoint } from "../api/design";
import { element, replace } from "../dom/element";
import { field, form, Mistake } from "../dom/form";
import { length } from "../units";
import { withEdit } from "./draft";
import { distanceOf, faultOf } from "./edit-forms";
import { ListedWaypoint, TableFault, waypointsOf } from "./waypoint-table";
import { panel, Part, Workbench } from "./workbench";

const mostListed = 200;

/** The waypoints of the route: shown, changed, taken out, and taken from a table. */
export class Waypoints implements Part {
  readonly root: HTMLDetailsElement;
  private readonly count = element("p", { class: "hint" });
  private readonly list = element("ol", { class: "stops" });
  private readonly more = element("p");
  private readonly table = field("Waypoints of a table (CSV)", "table", { type: "file" },
    "The first line names the columns: lat and lon, or distance; name, story, type.");
  private readonly snap = field("Move those onto the line that are within", "snap", {
    inputmode: "decimal", autocomplete: "off", value: "200",
  }, "Metres, if you write no unit. Empty to leave them where they are.");
  private isWhole = false;

  constructor(private readonly bench: Workbench) {
    this.root = panel("Waypoints", false, this.count, this.list, this.more,
      form("Waypoints of a table", {
        submit: "Put them into the route", fields: { table: this.table, snap: this.snap },
        action: () => this.putTable(),
      }));
  }

  draw(): void {
    const all = this.bench.view?.preview?.waypoints ?? [];
    replace(this.count, all.length === 0 ? "No waypoint yet. Choose a place on the route to put one there."
      : `${all.length} ${all.length === 1 ? "waypoint" : "waypoints"}.`);
    const shown = this.isWhole ? all : all.slice(0, mostListed);
    replace(this.list, shown.map((waypoint, index) => this.entry(waypoint, index)));
    const hidden = all.length - shown.length;
    replace(this.more, hidden > 0 ? element("button", {
      onclick: () => { this.isWhole = true; this.draw(); },
    }, `Show ${hidden} more`) : null);
  }

  private entry(waypoint: Waypoint, index: number): HTMLElement {
    const name = waypoint.name ?? `Waypoint ${index + 1}`;
    const box = element("div");
    return element("li", {},
      element("button", { class: "finding", onclick: () => this.go(waypoint) },
        element("strong", {}, name), element("span", { class: "hint" }, ` ${length(waypoint.distanceMeters)}`,
          waypoint.type ? ` · ${waypoint.type}` : "",
          waypoint.offsetMeters > 1 ? ` · ${Math.round(waypoint.offsetMeters)} m off the line` : "")),
      waypoint.story ? element("p", {}, waypoint.story) : null,
      element("div", { class: "acts" },
        element("button", {
          class: "plain", "aria-label": `Change ${name}`, onclick: () => this.open(waypoint, index, box),
        }, "Change"),
        element("button", {
          class: "plain", "aria-label": `Take ${name} out`, onclick: () => this.drop(name, index),
        }, "Take out")),
      box);
  }

  private go(waypoint: Waypoint): void {
    this.bench.fly(waypoint.coordinate);
    this.bench.choose(waypoint.distanceMeters);
  }

  private drop(name: string, index: number): void {
    void this.bench.attempt(() => this.bench.changeShown((state) => withEdit(
      state, `Took ${name} out`, { edit: "dropWaypoint", waypoint: `#${index + 1}` })));
  }

  private open(waypoint: Waypoint, index: number, box: HTMLElement): void {
    const name = field("Name", "name", { autocomplete: "off", maxlength: 200 });
    const story = field("Story, to read on arrival", "story", { rows: 3, maxlength: 4000 });
    const type = field("Kind", "type", { autocomplete: "off", maxlength: 100 });
    name.control.value = waypoint.name ?? "";
    story.control.value = waypoint.story ?? "";
    type.control.value = waypoint.type ?? "";
    replace(box, form(`Change ${waypoint.name ?? "the waypoint"}`, {
      submit: "Change it", fields: { name, story, type },
      action: async () => {
        const edits = this.changed(waypoint, index, {
          name: name.control.value.trim(), story: story.control.value.trim(),
          type: type.control.value.trim(),
        });
        if (edits.length > 0) {
          await this.bench.changeShown((state) => withEdit(state, `Changed ${name.control.value}`, ...edits));
        }
      },
    }));
    name.control.focus();
  }

  private changed(
    waypoint: Waypoint, index: number, to: { name: string; story: string; type: string },
  ): Edit[] {
    const edits: Edit[] = [];
    if (to.name === "") throw new Mistake("name", "A waypoint needs a name.");
    const all = this.bench.view?.preview?.waypoints ?? [];
    if (to.name !== waypoint.name) edits.push({ edit: "rename", waypoint: `#${index + 1}`, name: to.name });
    if (to.story !== (waypoint.story ?? "") || to.type !== (waypoint.type ?? "")) {
      // The k-th of a name in the list is the k-th of that name in the route.
      const before = all.slice(0, index).filter((each) => each.name === to.name).map(listed);
      edits.push({
        edit: "waypoints",
        waypoints: [...before, listed({ ...waypoint, ...to, story: to.story || null, type: to.type || null })],
      });
    }
    return edits;
  }

  private async putTable(): Promise<void> {
    const file = (this.table.control as HTMLInputElement).files?.[0];
    if (!file) throw new Mistake("table", "Choose a file first.");
    if (file.size > 16_000_000) throw new Mistake("table", "The file is too large for a table of waypoints.");
    let waypoints: ListedWaypoint[];
    try {
      waypoints = waypointsOf(await file.text());
    } catch (error) {
      if (error instanceof TableFault) throw new Mistake("table", error.message);
      throw error;
    }
    const text = this.snap.control.value.trim();
    const snap = text === "" ? null : distanceOf(text, true);
    if (text !== "" && !snap) throw new Mistake("snap", faultOf(text, true, "Type a distance such as 200 m."));
    await this.bench.change((state) => withEdit(state, `Waypoints of ${file.name}`, {
      edit: "waypoints", waypoints, ...(snap ? { snap } : {}),
    }));
    this.table.control.value = "";
  }
}

function listed(waypoint: Waypoint): ListedWaypoint {
  return {
    coordinate: waypoint.coordinate, ...(waypoint.name ? { name: waypoint.name } : {}),
    ...(waypoint.story ? { story: waypoint.story } : {}), ...(waypoint.type ? { type: waypoint.type } : {}),
    ...(waypoint.officialMeters === null ? {} : { officialDistance: `${waypoint.officialMeters} m` }),
  };
}
