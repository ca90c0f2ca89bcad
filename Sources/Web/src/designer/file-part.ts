import { choice } from "../dom/choice";
import { element, replace } from "../dom/element";
import { field, form } from "../dom/form";
import { height, length, number } from "../units";
import { panel, Part, Workbench } from "./workbench";

const formats: [string, string][] = [
  ["", "by what is in it"], ["gpx", "GPX"], ["geojson", "GeoJSON"], ["kml", "KML"],
  ["polyline5", "encoded polyline, 5 digits"], ["polyline6", "encoded polyline, 6 digits"],
];

/** What the route is now, and how the file is read. */
export class FilePart implements Part {
  readonly root: HTMLDetailsElement;
  private readonly facts = element("dl", { class: "facts" });
  private readonly notes = element("ul");
  private readonly track = field("Only this track", "track", { autocomplete: "off", maxlength: 200 },
    "Its name or number. Empty for all tracks, which become the parts of one route.");
  private readonly format = choice("How the file is read", "format", formats);

  constructor(private readonly bench: Workbench) {
    const reading = form("How the file is read", {
      submit: "Read it so", fields: { track: this.track }, action: () => this.read(),
    });
    reading.prepend(this.format.row);
    this.root = panel("The route", true, this.facts, this.notes,
      element("details", {}, element("summary", {}, "How the file is read"), reading));
  }

  draw(): void {
    const { draft, view } = this.bench;
    const { preview } = view ?? {};
    this.track.control.value = draft.present.track ?? "";
    this.format.control.value = draft.present.format ?? "";
    const fact = (name: string, value: string) =>
      element("div", {}, element("dt", {}, name), element("dd", {}, value));
    const { ascentMeters, descentMeters } = preview?.profile ?? {};
    replace(this.facts, fact("Name", preview?.name ?? "none yet"), preview ? [
      fact("Length", length(preview.lengthMeters)),
      Math.abs(preview.measuredMeters - preview.lengthMeters) > 1
        ? fact("Measured", length(preview.measuredMeters)) : null,
      fact("Vertices", number(preview.vertices)), fact("Parts", number(preview.parts)),
      typeof ascentMeters === "number" && typeof descentMeters === "number"
        ? fact("Up and down", `${height(ascentMeters)}, ${height(descentMeters)}`) : null,
      preview.laps > 1 ? fact("Laps", number(preview.laps)) : null,
      preview.thereAndBack ? fact("Course", "there and back") : null,
    ] : null);
    replace(this.notes, draft.notes.map((note) => element("li", {}, note)));
  }

  private async read(): Promise<void> {
    const track = this.track.control.value.trim() || null;
    const format = this.format.control.value || null;
    await this.bench.change((state) => ({
      ...state, what: track ? `Only the track ${track}` : "All tracks", track, format,
    }));
  }
}
