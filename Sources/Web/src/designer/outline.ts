import type { Preview, Stroke } from "../api/design";
import type { Place } from "../api/types";
import { drawing, element } from "../dom/element";
import type { View } from "./look";

const size = 600;

/** A place on a plane around the middle of the route, which near a pole looks down on the pole. */
type Plane = (place: Place) => [number, number];

/** The line as a drawing, where no map can be drawn. */
export function outline(view: View, before: Preview | null, why: string): HTMLElement {
  const { preview } = view;
  if (!preview) return element("p", { class: "hint" }, "There is no line to draw yet.");
  const plane = planeOf(preview);
  const all = preview.line.flatMap((stroke) => stroke.coordinates).map(plane);
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const [left, top] = [least(xs), least(ys)];
  const scale = (size - 40) / Math.max(-least(xs.map((x) => -x)) - left, -least(ys.map((y) => -y)) - top, 1e-9);
  const at = (place: Place) => {
    const [x, y] = plane(place);
    return [20 + (x - left) * scale, 20 + (y - top) * scale] as const;
  };
  const path = (strokes: Stroke[], name: string) => strokes.map((stroke) => drawing("polyline", {
    class: stroke.kind === "crossing" ? `${name} crossing` : name,
    points: stroke.coordinates.map((place) => at(place).map((each) => each.toFixed(1)).join(",")).join(" "),
  }));
  const dots = preview.waypoints.map((each) => {
    const [cx, cy] = at(each.coordinate);
    return drawing("circle", { class: "stop", cx, cy, r: 4 }, drawing("title", {}, each.name ?? "Waypoint"));
  });
  const height = Math.max(60, -least(ys.map((y) => -(y - top) * scale - 40)));
  return element("figure", { class: "outline" },
    drawing("svg", { viewBox: `0 0 ${size} ${height.toFixed(0)}`, role: "img", "aria-label": "Outline of the route" },
      path(before?.line ?? [], "before"), path(preview.line, "line"), dots),
    element("figcaption", { class: "hint" }, why));
}

function least(values: number[]): number {
  return values.reduce((best, each) => Math.min(best, each), Infinity);
}

function planeOf(preview: Preview): Plane {
  const [west, south, east, north] = preview.bounds;
  const radians = Math.PI / 180;
  if (north > 84 || south < -84) {
    const isNorth = north > 84;
    return ([longitude, latitude]) => {
      const away = isNorth ? 90 - latitude : 90 + latitude;
      const turn = longitude * radians;
      return [away * Math.sin(turn), (isNorth ? 1 : -1) * away * Math.cos(turn)];
    };
  }
  const shrink = Math.cos((south + north) / 2 * radians);
  const isOver = east < west;
  return ([longitude, latitude]) => [(isOver && longitude < 0 ? longitude + 360 : longitude) * shrink, -latitude];
}
