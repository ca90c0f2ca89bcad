// The map of the designer: the line as it is and as it was, gaps, waypoints, findings, and a dot.

import type { Finding, Gap, Preview } from "../api/design";
import type { Feature, FeatureCollection, Place } from "../api/types";
import { element } from "../dom/element";
import { Canvas } from "../map/canvas";
import { canDraw } from "../map/library";
import { pictureLayout, plainName } from "../map/labels";
import { empty } from "../map/style";
import type { View } from "./look";

export interface MapEvents {
  /** The reader points at a place of the map; the reach is that of a finger there. */
  onPlace: (place: Place, reachMeters: number) => void;
  onHover: (place: Place, reachMeters: number) => void;
  onFinding: (index: number) => void;
  onGap: (number: number) => void;
  onLost: () => void;
}

/** Beyond so many degrees the library draws nothing. */
const poleward = 84;
const reachPixels = 14;

const colors = { before: "#d9480f", error: "#c92a2a", warning: "#e67700", info: "#1a5fb4" };

type Palette = Parameters<Parameters<typeof Canvas.make>[2]["layers"]>[0];

function layers(palette: Palette): object[] {
  const line = (id: string, source: string, filter: unknown[] | null, paint: object) => ({
    id, type: "line", source, ...(filter ? { filter } : {}),
    layout: { "line-join": "round" }, paint,
  });
  const is = (name: string, value: string) => ["==", ["get", name], value];
  const names = {
    "text-font": ["sans-serif"], "text-size": 12, "text-anchor": "left", "text-offset": [0.8, 0],
  };
  const shades = ["match", ["get", "severity"], "error", colors.error, "warning", colors.warning, colors.info];
  return [
    line("before", "before", null, {
      "line-color": colors.before, "line-width": 5, "line-opacity": 0.65, "line-dasharray": [1.5, 1] }),
    line("line", "route", is("kind", "route"), { "line-color": palette.travelled, "line-width": 3.5 }),
    line("crossing", "route", is("kind", "crossing"), {
      "line-color": palette.travelled, "line-width": 2.5, "line-dasharray": [2, 2] }),
    line("gaps", "gaps", null, {
      "line-color": ["case", is("policy", "unresolved"), colors.error, palette.remaining],
      "line-width": 3, "line-dasharray": [1, 1.5] }),
    {
      id: "waypoints", type: "circle", source: "waypoints",
      paint: { "circle-radius": 4.5, "circle-color": palette.waypoint, "circle-stroke-width": 2,
        "circle-stroke-color": palette.travelled },
    },
    {
      id: "waypoint-names", type: "symbol", source: "waypoints",
      layout: { ...names, ...pictureLayout, "text-field": plainName },
      paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.5 },
    },
    {
      id: "findings", type: "circle", source: "findings",
      paint: { "circle-radius": 7, "circle-color": shades, "circle-opacity": 0.75,
        "circle-stroke-width": 1.5, "circle-stroke-color": "#ffffff" },
    },
  ];
}

export class DesignerMap {
  private canvas: Canvas | null = null;
  private dot: maplibregl.Marker | null = null;
  private bounds = "";

  constructor(
    private readonly container: HTMLElement, private readonly signal: AbortSignal,
    private readonly events: MapEvents,
  ) {}

  /** Whether there is a map; where none can be drawn, it says why. */
  async begin(preview: Preview): Promise<string | null> {
    const [, south, , north] = preview.bounds;
    if (!canDraw()) return "This browser cannot draw maps. All else works, and here is an outline.";
    if (north > poleward || south < -poleward) {
      return "The map library cuts maps near the poles, so here is an outline.";
    }
    const isLong = widthOf(preview) > 60 || north > 66 || south < -66;
    const canvas = await Canvas.make(this.container, {
      before: empty, route: empty, gaps: empty, waypoints: empty, findings: empty,
    }, {
      label: "Map of the route", isGlobe: isLong, layers, onLost: this.events.onLost,
      center: preview.line[0]?.coordinates[0] ?? [0, 30], zoom: 1.5,
    }, this.signal);
    if (!canvas) return null;
    this.canvas = canvas;
    canvas.map.on("click", (event) => this.click(event));
    canvas.map.on("mousemove", (event) => {
      const place: Place = [event.lngLat.lng, event.lngLat.lat];
      this.events.onHover(place, this.reach(place));
    });
    for (const layer of ["waypoints", "findings", "gaps", "line"]) {
      canvas.map.on("mouseenter", layer, () => { canvas.map.getCanvas().style.cursor = "pointer"; });
      canvas.map.on("mouseleave", layer, () => { canvas.map.getCanvas().style.cursor = ""; });
    }
    this.container.dataset["drawn"] = "true";
    // For tests, which click where the map's own arithmetic says.
    Object.assign(this.container, { milequestMap: canvas.map });
    return null;
  }

  show(view: View, before: Preview | null): void {
    const { preview } = view;
    if (!this.canvas) return;
    this.canvas.set("route", preview ? lines(preview) : empty);
    this.canvas.set("before", before ? lines(before) : empty);
    this.canvas.set("gaps", collection((preview?.joins ?? []).map(gap)));
    this.canvas.set("waypoints", collection((preview?.waypoints ?? []).map((each) => point(
      each.coordinate, { name: each.name }))));
    this.canvas.set("findings", collection(view.report.findings.flatMap(finding)));
    if (preview && this.bounds !== String(preview.bounds)) {
      this.bounds = String(preview.bounds);
      this.fit(preview);
    }
  }

  private fit(preview: Preview): void {
    const [west, south, , north] = preview.bounds;
    const width = widthOf(preview);
    if (width >= 150) return;
    this.canvas?.map.fitBounds([[west, south], [west + width, north]], {
      padding: 40, animate: false, maxZoom: 15,
    });
  }

  fly(place: Place): void {
    const map = this.canvas?.map;
    if (!map) return;
    const to = { center: place, zoom: Math.max(map.getZoom(), 12) };
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) map.jumpTo(to);
    else map.easeTo({ ...to, duration: 800 });
  }

  setDot(place: Place): void {
    if (!this.canvas) return;
    this.dot ??= new this.canvas.library.Marker({
      element: element("div", { class: "marker small", role: "img", "aria-label": "The chosen place" }),
    }).setLngLat(place).addTo(this.canvas.map);
    this.dot.setLngLat(place);
  }

  private click(event: maplibregl.MapEvent): void {
    const map = this.canvas?.map;
    if (!map) return;
    const { x, y } = event.point;
    const box: [[number, number], [number, number]] = [[x - 8, y - 8], [x + 8, y + 8]];
    const [hit] = map.queryRenderedFeatures(box, { layers: ["findings", "gaps"] });
    if (hit && typeof hit.properties["index"] === "number") {
      this.events.onFinding(hit.properties["index"]);
      return;
    }
    if (hit && typeof hit.properties["number"] === "number") {
      this.events.onGap(hit.properties["number"]);
      return;
    }
    const place: Place = [event.lngLat.lng, event.lngLat.lat];
    this.events.onPlace(place, this.reach(place));
  }

  private reach(place: Place): number {
    const zoom = this.canvas?.map.getZoom() ?? 0;
    return 78_271.5 * Math.cos(place[1] * Math.PI / 180) / 2 ** zoom * reachPixels;
  }
}

function widthOf(preview: Preview): number {
  const [west, , east] = preview.bounds;
  return east < west ? east - west + 360 : east - west;
}

function collection(features: Feature[]): FeatureCollection {
  return { type: "FeatureCollection", features };
}

function lines(preview: Preview): FeatureCollection {
  return collection(preview.line.map((stroke) => ({
    type: "Feature", properties: { kind: stroke.kind },
    geometry: { type: "LineString", coordinates: stroke.coordinates },
  })));
}

function point(coordinates: Place, properties: object): Feature {
  return { type: "Feature", properties, geometry: { type: "Point", coordinates } };
}

function gap(each: Gap): Feature {
  // The short way round, also over 180 degrees.
  const turn = each.to[0] - each.from[0];
  const to: Place = [each.to[0] - Math.round(turn / 360) * 360, each.to[1]];
  return {
    type: "Feature", properties: { number: each.number, policy: each.policy },
    geometry: { type: "LineString", coordinates: [each.from, to] },
  };
}

function finding(each: Finding, index: number): Feature[] {
  return each.coordinate ? [point(each.coordinate, { index, severity: each.severity })] : [];
}
