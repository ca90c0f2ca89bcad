import { choice } from "../dom/choice";
import { element, isolated, replace } from "../dom/element";
import { form } from "../dom/form";
import { height, length, number } from "../units";
import { panel, Part, Workbench } from "./workbench";

const allTracks = "all tracks";
const formats: [string, string][] = [
  ["", "by what is in it"], ["gpx", "GPX"], ["geojson", "GeoJSON"], ["kml", "KML"],
  ["polyline5", "encoded polyline, 5 digits"], ["polyline6", "encoded polyline, 6 digits"],
];

/** What the route is now, and how the file is read. */
export class FilePart implements Part {
  readonly root: HTMLDetailsElement;
  private readonly facts = element("dl", { class: "facts" });
  private readonly notes = element("ul");
  private readonly track = choice("Which track", "track", [["", allTracks]],
    "All tracks together become the parts of one route.");
  private readonly reading = element("details");
  private readonly format = choice("How the file is read", "format", formats);

  constructor(private readonly bench: Workbench) {
    const reading = form("How the file is read", {
      submit: "Read it so", fields: {}, action: () => this.read(),
    });
    reading.prepend(this.track.row, this.format.row);
    this.root = panel("The route", true, this.facts, this.notes, this.reading);
    this.reading.append(element("summary", {}, "How the file is read"), reading);
  }

  draw(): void {
    const { draft, view } = this.bench;
    const { preview } = view ?? {};
    const tracks = view?.report.tracks ?? [];
    const chosen = draft.present.track ?? "";
    const offered = tracks.map((track): [string, string] =>
      [String(track.number), `${track.number}: ${isolated(track.name ?? "without a name")}, ${length(track.lengthMeters)}`]);
    // A draft of an earlier version of the client names its track, or one is beyond the list.
    if (chosen !== "" && !offered.some(([value]) => value === chosen)) offered.push([chosen, isolated(chosen)]);
    this.track.offer([["", allTracks], ...offered]);
    this.track.control.value = chosen;
    this.track.row.hidden = offered.length === 0;
    // Somebody who opens a file with several tracks is shown that there is a choice.
    if (offered.length > 1 && chosen === "" && draft.past.length === 0) this.reading.open = true;
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
    const track = this.track.control.value || null;
    const format = this.format.control.value || null;
    await this.bench.change((state) => ({
      ...state, what: track ? `Only track ${track}` : "All tracks", track, format,
    }));
  }
}
