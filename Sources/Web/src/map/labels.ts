// Names from right to left on a map. The library draws letter after letter from the left, and joins none; the browser
// does it right, so that it draws these names as pictures.

import type { FeatureCollection } from "../api/types";

const prefix = "name:";
/** Hebrew, Arabic and the writings between them, with their joined forms. */
const fromRight = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const pixels = 13;
const halo = 3;
const longest = 60;

/** The same places, those with a name from right to left marked with the picture that shows it. */
export function marked(content: FeatureCollection): FeatureCollection {
  return {
    ...content, features: content.features.map((feature) => {
      const { name } = (feature.properties ?? {}) as { name?: unknown };
      if (typeof name !== "string" || !fromRight.test(name)) return feature;
      return { ...feature, properties: { ...feature.properties as object, picture: prefix + name } };
    }),
  };
}

/** What the library itself writes: the name, unless a picture shows it. */
export const plainName = ["case", ["has", "picture"], "", ["coalesce", ["get", "name"], ""]];

/** The layout of such pictures, beside their places as names are. */
export const pictureLayout = {
  "icon-image": ["coalesce", ["get", "picture"], ""], "icon-anchor": "left", "icon-offset": [10, 0],
};

/** Draws a picture that the library asks for; nothing where it is none of these. */
export function picture(id: string, text: string, around: string): { image: ImageData; ratio: number } | null {
  if (!id.startsWith(prefix)) return null;
  const name = id.slice(prefix.length, prefix.length + longest);
  const ratio = Math.max(1, Math.ceil(devicePixelRatio));
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  if (!context) return null;
  const font = `${pixels * ratio}px sans-serif`;
  context.font = font;
  canvas.width = Math.ceil(context.measureText(name).width) + 2 * halo * ratio;
  canvas.height = Math.ceil((pixels * 1.5 + 2 * halo) * ratio);
  // A canvas forgets all that was set once its size changes.
  Object.assign(context, {
    font, direction: "rtl", textAlign: "right", textBaseline: "middle", lineJoin: "round",
    lineWidth: halo * ratio, strokeStyle: around, fillStyle: text,
  });
  const [x, y] = [canvas.width - halo * ratio, canvas.height / 2];
  context.strokeText(name, x, y);
  context.fillText(name, x, y);
  return { image: context.getImageData(0, 0, canvas.width, canvas.height), ratio };
}
