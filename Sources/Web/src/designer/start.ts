// The way into the designer: a file, a plan, a draft of this device, or a route that is stored.

import { design, RouteInfo } from "../api/design";
import { messageOf } from "../api/problem";
import { choice } from "../dom/choice";
import { element, replace } from "../dom/element";
import { field, form, Mistake } from "../dom/form";
import { go } from "../router";
import { later } from "../shell/later";
import { length, moment } from "../units";
import { Base, begun, Draft } from "./draft";
import { stopsOf } from "./stops";
import { drafts, NotKept } from "./store";

/** The service takes no larger file. */
const mostBytes = 64 * 1024 * 1024;

/** Keeps a file as a new draft, and opens it. */
export async function openFile(
  file: Blob, name: string, base: Base | null, notes: string[] = [], options: { replace?: boolean } = {},
): Promise<void> {
  if (file.size > mostBytes) throw new Mistake("file", "The file is larger than 64 MiB, the most that the service takes.");
  if (file.size === 0) throw new Mistake("file", "The file is empty.");
  const draft = begun(crypto.randomUUID(), name, base, notes);
  try {
    await drafts.keep(draft, file);
  } catch (error) {
    // One can work on it all the same, as long as the page is open.
    if (!(error instanceof NotKept)) throw error;
    drafts.hold(draft, file);
  }
  go(`/designer?draft=${draft.id}`, options);
}

export function start(kept: Draft[], own: RouteInfo[], signal: AbortSignal): HTMLElement {
  return element("div", { class: "columns designer-start" },
    element("div", {},
      element("h1", {}, "Route designer"),
      element("p", {}, "Check a route's file, mend it, put waypoints on it, and start a quest."),
      dropZone(),
      kept.length > 0 ? [element("h2", {}, "Go on with"), draftList(kept, signal)] : null,
      own.length > 0 ? [element("h2", {}, "Your routes"), element("ul", { class: "cards" }, own.map((route) =>
        element("li", {}, element("a", { href: `/designer?route=${route.id}` },
          element("strong", {}, route.name ?? "A route"),
          element("span", {}, `${length(route.lengthMeters)}, version ${route.version}`)))))] : null),
    element("section", { "aria-label": "Plan a route" },
      element("h2", {}, "Plan a route"), planForm(signal)));
}

function dropZone(): HTMLElement {
  // No `accept`: it greys out route files on phones.
  const chosen = field("A route file", "file", { type: "file" },
    "GPX, GeoJSON, KML, TCX, FIT or an encoded polyline, also packed, of at most 64 MiB. It is kept on this device until you store it.");
  const fault = element("p", { class: "fault", role: "alert" });
  const open = async (file: File | undefined) => {
    if (!file) return;
    replace(fault);
    try {
      await openFile(file, file.name, null);
    } catch (error) {
      replace(fault, error instanceof Mistake ? error.message : messageOf(error));
    }
  };
  chosen.control.addEventListener("change", () => void open((chosen.control as HTMLInputElement).files?.[0]));
  const zone = element("div", { class: "drop" }, element("p", {}, "Drop a file here, or choose it:"), chosen.row, fault);
  const over = (isOver: boolean) => (event: DragEvent) => {
    event.preventDefault();
    zone.classList.toggle("over", isOver);
  };
  zone.addEventListener("dragover", over(true));
  zone.addEventListener("dragleave", over(false));
  zone.addEventListener("drop", (event) => {
    over(false)(event);
    void open(event.dataTransfer?.files[0]);
  });
  return zone;
}

function draftList(kept: Draft[], signal: AbortSignal): HTMLElement {
  return element("ul", { class: "cards" }, kept.map((draft) => {
    const steps = draft.past.length;
    const entry: HTMLLIElement = element("li", {},
      element("a", { href: `/designer?draft=${draft.id}` },
        element("strong", {}, draft.fileName),
        element("span", {}, `${moment(draft.changedAt)}, ${steps} ${steps === 1 ? "step" : "steps"}`)),
      element("button", {
        class: "plain", "aria-label": `Forget ${draft.fileName}`,
        onclick: () => {
          entry.hidden = true;
          later(`Forgotten: ${draft.fileName}`, {
            signal, undo: () => { entry.hidden = false; }, act: () => drafts.forget(draft.id),
          });
        },
      }, "Forget"));
    return entry;
  }));
}

function planForm(signal: AbortSignal): HTMLElement {
  const stops = field("Stops, one a line", "stops", { rows: 6 },
    "Names such as Springfield, Illinois, or latitude and longitude such as 49.61, 6.13.");
  const name = field("Name of the route", "name", { autocomplete: "off", maxlength: 200 });
  const mode = choice("How to travel", "mode", [["straight", "straight"]]);
  void design.modes(signal).then((modes) => mode.offer(modes.map((each) => [each, each]))).catch(() => undefined);
  const made = form("Plan a route", {
    submit: "Make the line", fields: { "/stops": stops, "/name": name },
    action: async () => {
      const list = stopsOf(stops.control.value);
      if (list.length < 2) throw new Mistake("/stops", "A route needs two stops at least.");
      const plan = await design.plan(list, mode.control.value, name.control.value.trim() || null, signal);
      const notes = [
        ...plan.report.stops.filter((stop) => stop.others.length > 0).map((stop) =>
          `“${stop.query ?? ""}” was taken for ${titled(stop.place)}. It may also be `
          + `${stop.others.slice(0, 3).map(titled).join("; ")}.`),
        ...plan.report.gaps.map((gap) => `No way leads on after stop ${gap.afterStop}: ${length(gap.meters)}.`),
        ...plan.report.attributions,
      ];
      const file = new Blob([JSON.stringify(plan.route)], { type: "application/geo+json" });
      await openFile(file, `${name.control.value.trim() || "Planned route"}.geojson`, null, notes);
    },
  });
  made.insertBefore(mode.row, stops.row.nextSibling);
  return made;
}

function titled(place: { name: string; area: string | null } | null): string {
  return place ? `${place.name}${place.area ? `, ${place.area}` : ""}` : "another place";
}
