import { design, RouteInfo } from "../api/design";
import { Refusal, Unreachable } from "../api/problem";
import { choice } from "../dom/choice";
import { element, replace } from "../dom/element";
import { field } from "../dom/form";
import { scrolling } from "../dom/scrolling";
import { length, moment, number } from "../units";
import { forPeople } from "../wording";
import { contentOf, isStored } from "./draft";
import { offer } from "./edits";
import { questForm } from "./quest-form";
import { panel, Part, Workbench } from "./workbench";

const formats: [string, string][] = [
  ["gpx", "GPX"], ["geojson", "GeoJSON"], ["kml", "KML"],
  ["polyline5", "encoded polyline, 5 digits"], ["polyline6", "encoded polyline, 6 digits"],
];
const endings: Record<string, string> = { polyline5: "txt", polyline6: "txt" };

/** Downloads the route, stores it, and starts a quest on it. */
export class Save implements Part {
  readonly root: HTMLDetailsElement;
  private readonly format = choice("Format", "outputFormat", formats);
  private readonly isPublic = field("Everyone may see the route", "public", { type: "checkbox" });
  private readonly faults = element("div");
  private readonly storing = element("div", { class: "acts" });
  private readonly answer = element("div", { class: "answer", role: "status" });
  private readonly unstored = element("div", { role: "status" });
  private readonly quest = element("div");
  /** The same request sent again stores nothing twice. */
  private request: { what: string; key: string } | null = null;

  constructor(private readonly bench: Workbench) {
    this.root = panel("Download and store", false,
      element("div", { class: "acts" }, this.format.row,
        element("button", { onclick: () => this.download() }, "Download")),
      this.faults, this.isPublic.row, this.storing, this.answer, this.unstored, this.quest);
  }

  draw(): void {
    const { draft, view } = this.bench;
    const errors = (view?.made ?? view?.report)?.findings.filter((each) => each.severity === "error") ?? [];
    replace(this.faults, errors.length === 0 ? null : [
      element("p", {}, "Before it can be stored:"),
      element("ul", { class: "findings" }, errors.slice(0, 10).map((each) =>
        element("li", { class: "error" }, forPeople(each.message)))),
    ]);
    const { base } = draft;
    this.isPublic.row.hidden = base !== null;
    replace(this.storing,
      base ? element("button", { class: "main", onclick: () => this.store(base.version) },
        `Store as the next version of ${base.name ?? "the route"}`) : null,
      element("button", { class: base ? "" : "main", onclick: () => this.store(null) }, "Store as a new route"));
    // A quest runs on a version as it was stored.
    if (base && !this.quest.hasChildNodes()) this.offerQuest();
    if (!base) replace(this.quest);
    this.drawUnstored();
  }

  /** A quest runs on a stored version: whoever has gone on since hears so before starting one. */
  private drawUnstored(): void {
    const { draft } = this.bench;
    const { base } = draft;
    replace(this.unstored, base && !isStored(draft) ? element("div", { class: "notice" },
      element("p", {}, `You have changes that are not stored. A quest that you start now runs on version ${base.version}, `
        + "without them."),
      element("button", { onclick: () => this.store(base.version) }, "Store them first")) : null);
  }

  private download(): void {
    void this.bench.attempt(async () => {
      const { draft, looking } = this.bench;
      const outputFormat = this.format.control.value;
      const made = await this.bench.working((signal, onStep) =>
        looking.make(draft.present, { outputFormat }, {}, signal, onStep));
      const name = (this.bench.view?.preview?.name ?? "route").replace(/[^\p{L}\p{N} ._-]/gu, "_").slice(0, 80);
      offer(new Blob([made.file ?? ""], { type: "application/octet-stream" }),
        `${name}.${endings[outputFormat] ?? outputFormat}`);
    });
  }

  /** - Parameter after: the version that the next one must follow; null for a new route. */
  private store(after: number | null): void {
    void this.bench.attempt(async () => {
      replace(this.answer);
      const { draft, looking } = this.bench;
      const members = after === null
        ? { store: "route" } : { store: "version", routeId: draft.base?.routeId };
      const what = JSON.stringify([members, after, draft.present]);
      if (this.request?.what !== what) this.request = { what, key: crypto.randomUUID() };
      const headers: Record<string, string> = {
        "Idempotency-Key": this.request.key, ...(after === null ? {} : { "If-Match": `"${after}"` }),
      };
      const isPublic = after === null && (this.isPublic.control as HTMLInputElement).checked;
      try {
        const made = await this.bench.working((signal, onStep) => looking.make(
          draft.present, { ...members, preview: true, outputFormat: "geojson" },
          { headers, isPublic }, signal, onStep));
        const route = made.stored?.route;
        if (!route) throw new Unreachable("nothing was stored");
        this.request = null;
        await this.stored(route, contentOf(draft.present));
      } catch (error) {
        if (error instanceof Refusal && error.status === 412 && draft.base) {
          await this.showConflict(draft.base.routeId, after ?? 0);
        } else throw error;
      }
    });
  }

  private async stored(route: RouteInfo, content: string): Promise<void> {
    await this.bench.keep((draft) => ({
      ...draft, base: { routeId: route.id, version: route.version, name: route.name, content },
    }));
    replace(this.answer, element("p", { class: "notice good" },
      `Stored: ${route.name ?? "the route"}, version ${route.version}, ${length(route.lengthMeters)}.`));
    replace(this.quest);
    this.offerQuest();
  }

  private offerQuest(): void {
    const { base } = this.bench.draft;
    if (base) replace(this.quest, questForm(base, this.bench.signal));
  }

  /** Only its owner stores versions of a route, so another one came from another page of the same person. */
  private async showConflict(id: string, after: number): Promise<void> {
    const all = (await design.versions(id, this.bench.signal)).items;
    const latest = all[all.length - 1];
    const preview = this.bench.view?.preview;
    if (!latest || !preview) return;
    const began = all.find((each) => each.version === after);
    const row = (name: string, of: (route: RouteInfo) => string, mine: string) => element("tr", {},
      element("th", { scope: "row" }, name), element("td", {}, began ? of(began) : "–"),
      element("td", {}, of(latest)), element("td", {}, mine));
    replace(this.answer,
      element("p", { role: "alert" },
        `Nothing was stored: version ${latest.version} has come since you began from version ${after}. You stored it `
        + `on ${moment(latest.createdAt)}, on another device or page.`),
      scrolling("What differs", element("table", {},
        element("thead", {}, element("tr", {}, element("td"),
          element("th", { scope: "col" }, `Version ${after}`),
          element("th", { scope: "col" }, `Version ${latest.version}`),
          element("th", { scope: "col" }, "Yours"))),
        element("tbody", {},
          row("Name", (route) => route.name ?? "–", preview.name ?? "–"),
          row("Length", (route) => length(route.lengthMeters), length(preview.lengthMeters)),
          row("Vertices", (route) => number(route.vertices), number(preview.vertices)),
          row("Waypoints", (route) => number(route.waypoints), number(preview.waypoints.length))))),
      element("div", { class: "acts" },
        element("button", { onclick: () => this.store(latest.version) },
          `Store yours as version ${latest.version + 1}`),
        element("a", { class: "button", href: `/designer?route=${id}` }, `Go on from version ${latest.version}`)));
  }
}
