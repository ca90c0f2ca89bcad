import type { Profile } from "../api/types";
import { Child, drawing, element } from "../dom/element";
import { height, length } from "../units";

const [wide, tall] = [800, 180];

/**
 * The heights along the route as a drawing, with a dot at a place; null where none are known.
 *
 * `teamMeters` marks where the team is while somebody looks elsewhere.
 */
export function profileDrawing(profile: Profile, placeMeters: number, teamMeters = placeMeters): Child {
  const points = profile.points;
  const [first, last] = [points[0], points[points.length - 1]];
  if (!first || !last || last.distanceMeters <= first.distanceMeters) return null;
  const heights = points.map((point) => point.elevationMeters);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const x = (meters: number) =>
    (meters - first.distanceMeters) / (last.distanceMeters - first.distanceMeters) * wide;
  const y = (meters: number) => tall - 10 - (meters - low) / Math.max(high - low, 1) * (tall - 30);
  const line = points.map((point) =>
    `${x(point.distanceMeters).toFixed(1)},${y(point.elevationMeters).toFixed(1)}`);
  const within = (meters: number) => Math.min(Math.max(meters, first.distanceMeters), last.distanceMeters);
  const [here, team] = [within(placeMeters), within(teamMeters)];
  const text = `From ${height(low)} to ${height(high)}; ${height(profile.ascentMeters ?? 0)} up, `
    + `${height(profile.descentMeters ?? 0)} down over ${length(last.distanceMeters)}`;
  return element("figure", { class: "profile" },
    drawing("svg", {
      viewBox: `0 0 ${wide} ${tall}`, role: "img", "aria-label": `Elevation profile. ${text}.`,
    },
    drawing("polygon", { class: "ground", points: `0,${tall} ${line.join(" ")} ${wide},${tall}` }),
    drawing("polyline", { class: "line", points: line.join(" ") }),
    here === team ? null
      : drawing("line", { class: "team", x1: x(team), x2: x(team), y1: 0, y2: tall }),
    drawing("circle", { class: "here", cx: x(here), cy: y(heightAt(profile, here)), r: 7 })),
    element("figcaption", { class: "hint" }, text));
}

export function heightAt(profile: Profile, meters: number): number {
  const index = profile.points.findIndex((point) => point.distanceMeters >= meters);
  const [before, after] = [profile.points[Math.max(index - 1, 0)], profile.points[Math.max(index, 0)]];
  if (!before || !after) return 0;
  const run = after.distanceMeters - before.distanceMeters;
  const share = run > 0 ? (meters - before.distanceMeters) / run : 0;
  return before.elevationMeters + share * (after.elevationMeters - before.elevationMeters);
}
