// The map library, loaded once when the first map is shown.

import { element } from "../dom/element";

export type Library = typeof maplibregl;

let loading: Promise<Library> | null = null;

/** Whether maps can be drawn here. */
export function canDraw(): boolean {
  try {
    const canvas = document.createElement("canvas");
    return (canvas.getContext("webgl2") ?? canvas.getContext("webgl")) !== null;
  } catch {
    return false;
  }
}

export function mapLibrary(): Promise<Library> {
  loading ??= load().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<Library> {
  await Promise.all([
    settled(element("link", { rel: "stylesheet", href: MAP_STYLE_SHEET })),
    settled(element("script", { src: MAP_LIBRARY })),
  ]);
  return (window as unknown as { maplibregl: Library }).maplibregl;
}

function settled(loaded: HTMLElement): Promise<void> {
  return new Promise((done, fail) => {
    loaded.addEventListener("load", () => done());
    loaded.addEventListener("error", () => fail(new Error("the map could not be loaded")));
    document.head.append(loaded);
  });
}
