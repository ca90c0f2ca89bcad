// How maps look: the ground in light and dark, and lines and places above it.

import type { FeatureCollection } from "../api/types";
import { pictureLayout, plainName } from "./labels";

export interface Ground {
  land: FeatureCollection;
  places: FeatureCollection;
}

interface Palette {
  water: string; land: string; text: string; halo: string; travelled: string;
  remaining: string; waypoint: string;
}

const light: Palette = {
  water: "#b9d3e2", land: "#f5f2e9", text: "#3b4a52", halo: "#f5f2e9",
  travelled: "#0b6e4f", remaining: "#7c6f9b", waypoint: "#ffffff",
};
const dark: Palette = {
  water: "#0b1922", land: "#2a3a45", text: "#c3d0d8", halo: "#16222b",
  travelled: "#6fd3ae", remaining: "#a99bcf", waypoint: "#16222b",
};

export const empty: FeatureCollection = { type: "FeatureCollection", features: [] };

export function isDark(): boolean {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The colors of names now: their letters, and what is around them. */
export function nameColors(): [text: string, around: string] {
  const palette = isDark() ? dark : light;
  return [palette.text, palette.halo];
}

/** A style without `glyphs`: labels are drawn with the fonts of the device. */
export function style(
  ground: Ground, content: Record<string, FeatureCollection>, isGlobe: boolean,
  layers: (palette: Palette) => object[],
): object {
  const palette = isDark() ? dark : light;
  const sources: Record<string, object> = {
    land: { type: "geojson", data: ground.land, tolerance: 0.2, attribution: "Natural Earth" },
    places: { type: "geojson", data: ground.places, attribution: "GeoNames (CC BY 4.0)" },
  };
  for (const [name, data] of Object.entries(content)) {
    sources[name] = { type: "geojson", data, tolerance: 0.2 };
  }
  return {
    version: 8,
    projection: { type: isGlobe ? "globe" : "mercator" },
    sources,
    layers: [
      { id: "water", type: "background", paint: { "background-color": palette.water } },
      {
        id: "land", type: "fill", source: "land",
        layout: { "fill-sort-key": ["get", "order"] },
        // Without outlines, which the library would also draw where it cuts the land into tiles.
        paint: { "fill-color": ["case", ["get", "water"], palette.water, palette.land] },
      },
      {
        id: "places", type: "symbol", source: "places",
        filter: [">=", ["get", "population"],
          ["step", ["zoom"], 1e9, 2, 5e6, 4, 1e6, 5, 3e5, 6.5, 1e5]],
        layout: {
          "text-field": ["get", "name"], "text-font": ["sans-serif"], "text-size": 11,
          "symbol-sort-key": ["-", ["get", "population"]], "text-padding": 8,
        },
        paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.2 },
      },
      ...layers(palette),
    ],
  };
}

/** The layers of a quest: its line, what is left of it, crossings and waypoints. */
export function questLayers(palette: Palette): object[] {
  const line = (id: string, filter: unknown[], color: string, width: number, dash?: number[]) => ({
    id, type: "line", source: "quest", filter,
    layout: { "line-cap": dash ? "butt" : "round", "line-join": "round" },
    paint: {
      "line-color": color, "line-width": width, ...(dash ? { "line-dasharray": dash } : {}),
    },
  });
  const kind = (name: string) => ["==", ["get", "kind"], name];
  const crossing = (state: string) => ["all", kind("crossing"), ["==", ["get", "state"], state]];
  return [
    line("remaining", kind("remaining"), palette.remaining, 3),
    line("crossing-remaining", crossing("remaining"), palette.remaining, 2, [2, 2]),
    line("travelled", kind("travelled"), palette.travelled, 4.5),
    line("crossing-travelled", crossing("travelled"), palette.travelled, 3, [2, 2]),
    {
      id: "waypoints", type: "circle", source: "quest", filter: kind("waypoint"),
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 2, 2, 6, 4.5],
        "circle-color": ["case", ["get", "reached"], palette.travelled, palette.waypoint],
        "circle-stroke-width": 1.5,
        "circle-stroke-color": ["case", ["get", "reached"], palette.travelled, palette.remaining],
      },
    },
    {
      id: "waypoint-names", type: "symbol", source: "quest", minzoom: 5, filter: kind("waypoint"),
      layout: {
        ...pictureLayout, "text-field": plainName, "text-font": ["sans-serif"],
        "text-size": 12, "text-anchor": "left", "text-offset": [0.8, 0],
      },
      paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.5 },
    },
  ];
}

/** The layers of markers of many quests. */
export function markerLayers(palette: Palette): object[] {
  return [
    {
      id: "markers", type: "circle", source: "markers",
      paint: {
        "circle-radius": 7, "circle-color": palette.travelled, "circle-stroke-width": 2,
        "circle-stroke-color": palette.waypoint,
      },
    },
    {
      id: "marker-names", type: "symbol", source: "markers",
      layout: {
        ...pictureLayout, "text-field": plainName, "text-font": ["sans-serif"], "text-size": 13,
        "text-anchor": "left", "text-offset": [0.9, 0], "text-optional": true,
      },
      paint: { "text-color": palette.text, "text-halo-color": palette.halo, "text-halo-width": 1.5 },
    },
  ];
}
