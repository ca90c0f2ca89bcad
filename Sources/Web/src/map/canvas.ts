// A map in an element: made when the library is there, drawn anew when the device turns light or dark.

import type { FeatureCollection } from "../api/types";
import { Library, mapLibrary } from "./library";
import { land, places } from "./land";
import { marked, picture } from "./labels";
import { stretches } from "./stretches";
import { empty, Ground, nameColors, style } from "./style";

export interface CanvasOptions {
  label: string;
  isGlobe: boolean;
  layers: Parameters<typeof style>[3];
  /** When drawing has become impossible. */
  onLost: () => void;
  center?: [number, number];
  zoom?: number;
}

/** Ends when an element is on the page and has its size. */
export async function shown(container: HTMLElement): Promise<void> {
  if (container.isConnected) return;
  await new Promise((done) => document.addEventListener("milequest.shown", done, { once: true }));
}

export class Canvas {
  /** The library has taken the map apart: nothing can be drawn on it. */
  private isLost = false;

  private constructor(
    readonly library: Library, readonly map: maplibregl.Map, private readonly options: CanvasOptions,
    private readonly ground: Ground, private readonly content: Record<string, FeatureCollection>,
  ) {}

  /** Makes a map, and shows its content with the coarse land first. */
  static async make(
    container: HTMLElement, content: Record<string, FeatureCollection>, options: CanvasOptions,
    signal: AbortSignal,
  ): Promise<Canvas | null> {
    const [library, coarse] = await Promise.all([mapLibrary(), land(LAND_COARSE), shown(container)]);
    if (signal.aborted) return null;
    for (const [name, data] of Object.entries(content)) content[name] = marked(data);
    const ground: Ground = { land: coarse, places: empty };
    const map = new library.Map({
      container, style: style(ground, content, options.isGlobe, options.layers),
      attributionControl: { compact: true }, maxZoom: 16, fadeDuration: 0,
      cooperativeGestures: matchMedia("(max-width: 640px)").matches,
      locale: { "Map.Title": options.label },
      ...(options.center ? { center: options.center } : {}),
      ...(options.zoom === undefined ? {} : { zoom: options.zoom }),
    });
    map.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    map.on("styleimagemissing", ({ id = "" }) => {
      const drawn = picture(id, ...nameColors());
      if (drawn) map.addImage(id, drawn.image, { pixelRatio: drawn.ratio });
    });
    const canvas = new Canvas(library, map, options, ground, content);
    const theme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => canvas.redraw();
    theme.addEventListener("change", redraw);
    map.on("webglcontextlost", () => {
      canvas.isLost = true;
      if (!signal.aborted) options.onLost();
    });
    signal.addEventListener("abort", () => {
      theme.removeEventListener("change", redraw);
      map.remove();
    });
    await new Promise<void>((done) => map.once("load", done));
    if (signal.aborted) return null;
    // Without them the coarse coasts stay.
    canvas.refine(signal).catch(() => undefined);
    return canvas;
  }

  /** Puts other data in the place of what is shown. */
  set(name: string, data: FeatureCollection): void {
    this.content[name] = marked(data);
    this.fill(name).catch(() => undefined);
  }

  /** Hands data to the library, a long line a stretch at a time. */
  private async fill(name: string): Promise<void> {
    const data = this.content[name];
    const source = this.map.getSource(name);
    if (!data || !source || this.isLost) return;
    const [first = empty, ...rest] = stretches(data);
    if (rest.length === 0) {
      source.setData(first);
      return;
    }
    await source.setData(first, true);
    for (const { features } of rest) {
      // Something else is shown by now.
      if (this.isLost || this.content[name] !== data || this.map.getSource(name) !== source) return;
      await source.updateData({ add: features }, true);
    }
  }

  private redraw(): void {
    if (this.isLost) return;
    const isLong = (name: string) => stretches(this.content[name] ?? empty).length > 1;
    const long = Object.keys(this.content).filter(isLong);
    const content = { ...this.content, ...Object.fromEntries(long.map((name) => [name, empty])) };
    this.map.setStyle(style(this.ground, content, this.options.isGlobe, this.options.layers));
    for (const name of long) this.fill(name).catch(() => undefined);
  }

  /** Fetches the finer coasts and the names of places, after the first picture. */
  private async refine(signal: AbortSignal): Promise<void> {
    const [fine, cities] = await Promise.all([land(LAND_FINE), places(PLACES)]);
    if (signal.aborted || this.isLost) return;
    this.ground.land = fine;
    this.ground.places = cities;
    this.map.getSource("land")?.setData(fine);
    this.map.getSource("places")?.setData(cities);
  }
}
